"""Settings and requests over a real broker."""

import json
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from station import layers
from station.messages import CfgReported, Health, Response, Status
from station.uplink import Pace
from tests.uplink.parts import (
    STATION,
    FakeHub,
    Listener,
    Mosquitto,
    Remote,
    eventually,
    settings_for,
)

DESIRED, REPORTED = f"hinge/v1/{STATION}/cfg/desired", f"hinge/v1/{STATION}/cfg/reported"


@pytest.fixture
def remote(broker: Mosquitto, tmp_path: Path) -> Iterator[Remote]:
    made = Remote(settings_for(broker.port, tmp_path))
    yield made
    made.end()


@pytest.fixture
def unhindered(broker: Mosquitto, tmp_path: Path) -> Iterator[Remote]:
    """A station whose disk never keeps it waiting: a shared machine's may, for a second."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        made = Remote(settings_for(broker.port, Path(folder)))
        yield made
        made.end()


def reports(watcher: Listener) -> list[CfgReported]:
    return [CfgReported.model_validate_json(heard.payload) for heard in watcher.of(REPORTED)]


def await_report(watcher: Listener, version: int) -> CfgReported:
    eventually(
        lambda: any(r.desired_version == version for r in reports(watcher)), f"version {version}"
    )
    return next(r for r in reversed(reports(watcher)) if r.desired_version == version)


def test_desired_settings_are_applied_reported_and_known_after_a_restart(
    remote: Remote, hub: FakeHub, watcher: Listener
) -> None:
    hub.start()
    remote.start()
    first = eventually(lambda: reports(watcher), "a report at the first connection")[0]
    assert (first.version, first.status) == (0, "applied")
    hub.publish(DESIRED, {"version": 1, "config": {"sound": {"volume": 0.25}}}, retain=True)
    report = await_report(watcher, 1)
    assert (report.version, report.status, report.errors) == (1, "applied", [])
    assert layers.over(remote.settings).sound.volume == 0.25
    hub.publish(DESIRED, {"version": 2, "config": {"sound": {"volume": 25}}}, retain=True)
    report = await_report(watcher, 2)
    assert (report.version, report.status) == (1, "rejected")
    assert report.errors[0].path == "sound.volume"
    remote.end()
    heard = len(reports(watcher))
    remote.start()
    eventually(lambda: len(reports(watcher)) > heard, "said again")
    assert reports(watcher)[-1] == report
    late = Listener(remote.settings.broker.port, "late", REPORTED).start()
    eventually(lambda: late.heard, "what is retained")
    assert late.heard[0].retained
    late.stop()


def test_a_desired_document_from_while_the_station_was_away_is_tried_when_it_comes(
    remote: Remote, hub: FakeHub, watcher: Listener
) -> None:
    hub.start()
    hub.publish(DESIRED, {"version": 3, "config": {"screen": {"idle_s": 44}}}, retain=True)
    remote.start()
    assert await_report(watcher, 3).status == "applied"


def test_the_uplinks_round_trip_is_within_100_ms(
    unhindered: Remote, hub: FakeHub, watcher: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.start()
    unhindered.start(Pace())
    eventually(lambda: reports(watcher), "connected")
    taken: list[float] = []
    for version in range(1, 61):
        config = {"sound": {"volume": version / 100}, "screen": {"idle_s": 30 + version}}
        heard = len(watcher.heard)
        began = time.perf_counter()
        hub.publish(DESIRED, {"version": version, "config": config}, retain=True)
        while not any(h.topic == REPORTED for h in watcher.heard[heard:]):
            assert time.perf_counter() - began < 10
            time.sleep(0.0005)
        taken.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
    assert reports(watcher)[-1].version == 60
    # The better half: what else the machine does for a moment is not the uplink's.
    halves = (taken[:30], taken[30:])
    p95 = min(statistics.quantiles(half, n=20)[-1] for half in halves)
    with capsys.disabled():
        median = statistics.median(taken)
        print(f"\nsettings round trip: median {median:.1f} ms, p95 {p95:.1f} ms, n {len(taken)}")
    assert p95 <= 100


def request(
    hub: Listener,
    command: str,
    payload: bytes = b"{}",
    *,
    retain: bool = False,
    to: str | None = None,
) -> bytes:
    """Sends a request; its correlation data."""
    correlation = uuid.uuid4().bytes
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic = to or f"hinge/v1/{STATION}/res/{command}"
    properties.CorrelationData = correlation
    properties.MessageExpiryInterval = 30
    name = f"hinge/v1/{STATION}/req/{command}"
    hub.client.publish(name, payload, 1, retain, properties).wait_for_publish(10)
    return correlation


@pytest.fixture
def answers(broker: Mosquitto) -> Iterator[dict[bytes, Response]]:
    """Answers by correlation data."""
    found: dict[bytes, Response] = {}
    listener = Listener(broker.port, "asker", f"hinge/v1/{STATION}/res/#")

    def heard(_client: Any, _data: Any, message: Any) -> None:
        assert not message.retain
        correlation = getattr(message.properties, "CorrelationData", b"")
        found[correlation] = Response.model_validate_json(message.payload)

    listener.client.on_message = heard
    listener.start()
    yield found
    listener.stop()


def await_answer(answers: dict[bytes, Response], correlation: bytes) -> Response:
    return eventually(lambda: answers.get(correlation), "an answer")  # type: ignore[no-any-return]


def test_a_station_tests_itself(
    remote: Remote, hub: FakeHub, watcher: Listener, answers: dict[bytes, Response]
) -> None:
    hub.start()
    remote.finish(2)
    hub.silent = True
    remote.start()
    watcher.await_topics(REPORTED)
    alone = await_answer(answers, request(hub, "self-test"))
    assert (alone.ok, alone.problem) == (False, "The kiosk does not run.")
    assert alone.facts is not None
    assert alone.facts.ledger_writable
    assert alone.facts.outbox_depth == 2
    remote.kiosk.say()
    answer = await_answer(answers, request(hub, "self-test"))
    assert answer.ok
    assert answer.facts is not None
    assert answer.facts.kiosk is not None
    assert (answer.facts.kiosk.camera, answer.facts.kiosk.fps) == ("live", 14.5)


def test_health_tells_the_kiosks_rates(remote: Remote, watcher: Listener) -> None:
    remote.kiosk.say()
    remote.start()
    watcher.await_topics(f"hinge/v1/{STATION}/health")
    assert watcher.of(f"hinge/v1/{STATION}/health")[0].json["fps"] == 14.5


def test_requests_reach_the_kiosk_and_only_fresh_ones_of_our_own_are_answered(
    remote: Remote, hub: FakeHub, watcher: Listener, answers: dict[bytes, Response]
) -> None:
    hub.start()
    request(hub, "restart", retain=True)
    remote.start()
    watcher.await_topics(REPORTED)
    remote.kiosk.say()
    eventually(lambda: answers, "the retained request is refused")
    assert all("retained" in (a.problem or "") for a in answers.values())
    retained_now = await_answer(answers, request(hub, "reload", retain=True))
    assert "retained" in (retained_now.problem or ""), "also while we are connected"
    assert remote.kiosk.files.read_ask() is None
    for command in ("identify", "reload", "restart"):
        correlation = request(hub, command)

        def asked(command: str = command) -> bool:
            ask = remote.kiosk.files.read_ask()
            return ask is not None and ask.command == command

        eventually(asked, command)
        remote.kiosk.say()
        assert await_answer(answers, correlation).ok
    elsewhere = request(hub, "identify", to="hinge/v1/station-2/cfg/desired")
    silent = request(hub, "identify")
    remote.kiosk.files.kiosk.unlink()
    assert not await_answer(answers, silent).ok
    assert elsewhere not in answers
    assert not watcher.of("hinge/v1/station-2/cfg/desired")


def test_fuzzed_payloads_on_every_topic_of_ours_change_nothing_and_crash_nothing(
    remote: Remote, hub: FakeHub, watcher: Listener, answers: dict[bytes, Response]
) -> None:
    hub.start()
    remote.start()
    hub.publish(DESIRED, {"version": 7, "config": {"sound": {"volume": 0.5}}}, retain=True)
    await_report(watcher, 7)
    good = remote.kiosk.files.good.read_bytes()
    random = Random(5)
    valid = json.dumps({"version": 7, "config": {"sound": {"volume": 0.5}}}).encode()
    for _ in range(300):
        payload = bytearray(valid if random.random() < 0.6 else random.randbytes(80))
        for _ in range(random.randrange(4)):
            payload[random.randrange(len(payload))] = random.randrange(256)
        if re.search(rb'"version": *([89]|\d\d)', payload):
            continue  # By chance a newer version, which would rightly be tried.
        hub.publish(DESIRED, bytes(payload), retain=random.random() < 0.2)
        command = random.choice(["identify", "reload", "restart", "self-test", "format", "a/b"])
        hub.publish(f"hinge/v1/{STATION}/req/{command}", bytes(payload))
    hub.publish(DESIRED, b"[" * 60_000)
    hub.publish(DESIRED, b"", retain=True)
    answer = await_answer(answers, request(hub, "self-test"))
    assert answer.facts is not None
    assert remote.kiosk.files.good.read_bytes() == good
    assert not remote.kiosk.files.trial.exists()
    assert remote.finish()
    eventually(lambda: remote.ledger.depth() == 0, "sessions go on")
    assert "error of its own" not in remote.problem()
    births = [h for h in watcher.of(f"hinge/v1/{STATION}/status") if h.json["state"] == "lost"]
    assert not births, "the connection was never lost"


def test_home_assistant_is_told_of_the_station_only_where_that_is_wanted(
    broker: Mosquitto, tmp_path: Path
) -> None:
    listener = Listener(broker.port, "home-assistant", "homeassistant/#").start()
    off = Remote(settings_for(broker.port, tmp_path))
    off.start()
    eventually(lambda: off.uplink and off.uplink.problem, "connected: no hub is there")
    off.end()
    assert not listener.heard
    on = Remote(settings_for(broker.port, tmp_path, home_assistant=True))
    on.start()
    heard = eventually(lambda: listener.heard, "the discovery message")[0]
    on.end()
    listener.stop()
    assert heard.topic == f"homeassistant/device/hinge-{STATION}/config"
    document = heard.json
    # What Home Assistant requires of a device message and of each of its sensors.
    assert document["device"]["identifiers"] == [f"hinge-{STATION}"]
    assert document["origin"]["name"]
    allowed = {
        "platform", "unique_id", "name", "state_topic", "value_template", "state_class",
        "device_class", "unit_of_measurement", "options", "expire_after", "availability",
        "entity_category",
    }  # fmt: skip
    components = document["components"]
    assert set(components) == {"status", "fps", "temperature", "outbox"}
    assert len({c["unique_id"] for c in components.values()}) == 4
    for component in components.values():
        assert set(component) <= allowed
        assert component["platform"] == "sensor"
        assert component["state_topic"].startswith(f"hinge/v1/{STATION}/")
    assert "state_class" not in components["status"], "an enum has none"
    for name, field in (("fps", "fps"), ("temperature", "temperature_c")):
        assert field in Health.model_fields
        assert f"value_json.{field}" in components[name]["value_template"]
    assert set(components["status"]["options"]) == set(
        Status.model_json_schema()["properties"]["state"]["enum"]
    )
