"""Nothing lost between ledger and hub, whatever is killed; nothing said that is not so."""

import json
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.broker import answers, command
from station.ledger import Ledger, boot_id
from station.messages import (
    MAX_PAYLOAD,
    Ack,
    CfgReported,
    Health,
    HubStatus,
    Info,
    Message,
    SessionEvent,
    Status,
    station_of,
)
from tests.uplink.parts import (
    A_SET,
    STATION,
    FakeHub,
    Listener,
    Mosquitto,
    Station,
    eventually,
    free_port,
    settings_for,
    uplink_process,
)

STATUS, INFO, HEALTH = (f"hinge/v1/{STATION}/{leaf}" for leaf in ("status", "info", "health"))


def test_a_set_reaches_the_hub_and_stays_in_the_ledger_until_its_ack(
    station: Station, hub: FakeHub
) -> None:
    hub.silent = True
    hub.start()
    station.start()
    (new,) = station.finish()
    eventually(lambda: new in hub.stored, "the set is at the hub")
    assert station.ledger.depth() == 1, "the broker's word is not the hub's"
    hub.acknowledge(new)
    eventually(lambda: station.ledger.depth() == 0, "the ack deletes it")
    event = SessionEvent.model_validate(hub.stored[new])
    assert (event.reps, event.clean, event.boot) == (5, 3, boot_id())


def test_no_more_than_twenty_are_on_their_way(station: Station, hub: FakeHub) -> None:
    hub.silent = True
    ids = station.finish(50)
    hub.start()
    station.start()
    eventually(lambda: len(hub.stored) == 20, "the first twenty")
    assert list(hub.stored) == ids[:20]
    hub.acknowledge(*ids[:5])
    eventually(lambda: len(hub.stored) >= 25, "five more")
    assert list(hub.stored)[:25] == ids[:25]


def test_a_backlog_drains_in_order(station: Station, hub: FakeHub) -> None:
    ids = station.finish(200)
    hub.start()
    station.start()
    eventually(lambda: station.ledger.depth() == 0, "all acknowledged")
    assert [heard.json["id"] for heard in hub.heard] == ids, "once each, in order"


def test_the_broker_killed_again_and_again_loses_nothing(
    broker: Mosquitto, station: Station, hub: FakeHub
) -> None:
    hub.start()
    station.start()
    ids: list[str] = []
    for _ in range(3):
        ids += station.finish(60)
        seen = len(hub.stored)
        eventually(lambda seen=seen: len(hub.stored) > seen, "some are through")  # type: ignore[misc]
        broker.kill()
        ids += station.finish(10)
        broker.start()
    eventually(lambda: station.ledger.depth() == 0, "all acknowledged", 40)
    assert set(hub.stored) == set(ids)


def test_the_queue_is_held_while_the_hub_is_offline(station: Station, hub: FakeHub) -> None:
    hub.start()
    hub.say("offline")
    station.start()
    ids = station.finish(5)
    eventually(lambda: "offline" in station.problem(), "said in words")
    assert not hub.stored
    hub.say("online")
    eventually(lambda: station.ledger.depth() == 0, "delivered at once")
    assert set(hub.stored) == set(ids)
    eventually(lambda: station.problem() == "", "all is well again")


def test_the_kiosk_without_a_network_can_read_how_the_uplink_is_doing(
    station: Station, hub: FakeHub, broker: Mosquitto
) -> None:
    def problem() -> str:
        link = station.ledger.link()
        return "nothing was said" if link is None else link.problem or ""

    assert station.ledger.link() is None
    hub.start()
    station.start()
    eventually(lambda: problem() == "", "all is well")
    link = station.ledger.link()
    assert link is not None
    assert link.connected
    hub.say("offline")
    eventually(lambda: "The hub is offline" in problem(), "connected, but the hub is away")
    broker.kill()
    eventually(lambda: str(broker.port) in problem(), "the broker is named")
    lost = station.ledger.link()
    assert lost is not None
    assert not lost.connected
    station.end()
    eventually(lambda: "stopped" in problem(), "and so is an uplink that was ended")


def test_without_any_hub_sets_are_kept_and_it_is_said(station: Station, watcher: Listener) -> None:
    station.start()
    station.finish(3)
    eventually(lambda: "No hub has announced itself" in station.problem(), "said in words")
    assert not watcher.of(f"hinge/v1/{STATION}/evt/session")
    assert station.ledger.depth() == 3


def test_a_hub_that_is_online_but_not_subscribed_is_said(
    broker: Mosquitto, station: Station, hub: FakeHub
) -> None:
    other = Listener(broker.port, "other", "elsewhere").start()
    other.publish("hinge/v1/hub/status", {"state": "online"}, retain=True)
    ids = station.finish(3)
    station.start()
    eventually(lambda: "nobody who takes sessions" in station.problem(), "said in words")
    assert station.ledger.depth() == 3
    hub.start()
    eventually(lambda: station.ledger.depth() == 0, "delivered once it subscribes")
    assert set(hub.stored) == set(ids)
    other.stop()


def test_a_silent_hub_is_said_and_served_again(station: Station, hub: FakeHub) -> None:
    hub.silent = True
    hub.start()
    station.start()
    (new,) = station.finish()
    eventually(lambda: "acknowledges no session" in station.problem(), "said in words")
    hub.silent = False
    eventually(lambda: station.ledger.depth() == 0, "sent again")
    assert len([heard for heard in hub.heard if heard.json["id"] == new]) > 1


def test_killed_in_mid_delivery_it_sends_the_rest_after_its_restart(
    station: Station, hub: FakeHub, tmp_path: Path
) -> None:
    ids = station.finish(300)
    hub.start()
    for wanted in (20, 120):
        with uplink_process(station.settings, tmp_path) as process:
            eventually(lambda wanted=wanted: len(hub.stored) >= wanted, "some are through")  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            process.wait()
    with uplink_process(station.settings, tmp_path):
        eventually(lambda: station.ledger.depth() == 0, "all acknowledged", 40)
    assert set(hub.stored) == set(ids)


def test_sigterm_hands_over_what_is_left_and_says_stopped(
    station: Station, hub: FakeHub, watcher: Listener, tmp_path: Path
) -> None:
    hub.start()
    with uplink_process(station.settings, tmp_path) as process:
        eventually(lambda: watcher.of(STATUS), "it is up")
        ids = station.finish(100)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert set(hub.stored) == set(ids)
    assert station.ledger.depth() == 0
    eventually(lambda: watcher.of(STATUS)[-1].json["state"] == "stopped", "the last word")


def test_a_crash_is_told_by_the_will_with_the_birth_of_the_life_it_ends(
    station: Station, watcher: Listener, tmp_path: Path
) -> None:
    with uplink_process(station.settings, tmp_path) as process:
        eventually(lambda: watcher.of(STATUS), "it is up")
        process.send_signal(signal.SIGKILL)
    eventually(lambda: watcher.of(STATUS)[-1].json["state"] == "lost", "the will")
    first, last = (Status.model_validate(watcher.of(STATUS)[at].json) for at in (0, -1))
    assert (first.state, first.birth, first.boot) == ("ready", last.birth, last.boot)
    station.start()
    eventually(lambda: watcher.of(STATUS)[-1].json["state"] == "ready", "the next life")
    assert watcher.of(STATUS)[-1].json["birth"] != first.birth


def test_a_late_will_of_an_earlier_life_is_corrected(station: Station, watcher: Listener) -> None:
    station.start()
    eventually(lambda: watcher.of(STATUS), "it is up")
    late = {"state": "lost", "boot": boot_id(), "birth": "0" * 32}
    watcher.publish(STATUS, late, retain=True)
    eventually(lambda: len(watcher.of(STATUS)) == 3, "it speaks up")
    ready, lost, again = (heard.json for heard in watcher.of(STATUS))
    assert (lost, again) == (late, ready)


def test_what_is_retained_is_said_again_to_a_broker_that_forgot(
    broker: Mosquitto, station: Station
) -> None:
    station.start()
    for _ in range(2):
        watcher = Listener(broker.port, "reader").start()
        watcher.await_topics(STATUS, INFO, HEALTH)
        Status.model_validate(watcher.of(STATUS)[-1].json)
        assert Info.model_validate(watcher.of(INFO)[-1].json).gym == "gym-1"
        health = watcher.of(HEALTH)[-1]
        assert Health.model_validate(health.json).outbox_depth == 0
        assert health.expiry_s is not None
        assert 0 < health.expiry_s <= 180
        watcher.stop()
        broker.kill()
        broker.start()


def test_all_that_leaves_the_station_fits_the_schemas(
    station: Station, hub: FakeHub, watcher: Listener
) -> None:
    hub.start()
    station.start()
    station.finish(10)
    eventually(lambda: station.ledger.depth() == 0, "all acknowledged")
    station.end()
    eventually(lambda: watcher.of(STATUS)[-1].json["state"] == "stopped", "the last word")
    schemas: dict[str, type[Message]] = {
        "status": Status,
        "info": Info,
        "health": Health,
        "evt/session": SessionEvent,
        "ack": Ack,
        "cfg/reported": CfgReported,
    }
    for heard in watcher.heard:
        if station_of(heard.topic) == "hub":
            HubStatus.model_validate_json(heard.payload)
            continue
        leaf = heard.topic.removeprefix(f"hinge/v1/{STATION}/")
        schemas[leaf].model_validate_json(heard.payload)
        assert len(heard.payload) <= MAX_PAYLOAD


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff\xfe", b"[]", b'{"ids": [1, null]}', b'{"state": "on fire"}', b"{" * 5000],
)
def test_nonsense_from_the_broker_changes_nothing(
    station: Station, hub: FakeHub, watcher: Listener, payload: bytes
) -> None:
    hub.silent = True
    hub.start()
    station.start()
    (new,) = station.finish()
    eventually(lambda: new in hub.stored, "the set is at the hub")
    for topic in (f"hinge/v1/{STATION}/ack", "hinge/v1/hub/status", STATUS):
        watcher.publish(topic, payload)
    hub.acknowledge("not an id", "f" * 32)
    assert station.ledger.depth() == 1
    hub.acknowledge(new)
    eventually(lambda: station.ledger.depth() == 0, "it goes on as before")


def edit(ledger: Path, session: str, event: str) -> None:
    database = sqlite3.connect(ledger)
    with database:
        database.execute("UPDATE outbox SET event = ? WHERE id = ?", (event, session))
    database.close()


def test_what_is_no_session_event_never_leaves_the_station(
    station: Station, hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    ids = station.finish(3)
    tampered: dict[str, Any] = json.loads(station.ledger.pending(1)[0].event)
    edit(station.settings.ledger, ids[0], json.dumps({**tampered, "name": "somebody"}))
    hub.start()
    station.start()
    eventually(lambda: set(hub.stored) == set(ids[1:]), "the others")
    eventually(lambda: station.ledger.depth() == 1, "only that one is kept")
    said = [r.getMessage() for r in caplog.records if "does not fit the schema" in r.getMessage()]
    assert len(said) == 1
    assert ids[0] in said[0]


def test_an_oversize_session_is_refused_at_the_sender_and_the_others_pass(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Mosquitto(tmp_path, "allow_anonymous true\nmax_packet_size 900\n")
    station = Station(settings_for(broker.port, tmp_path))
    hub = FakeHub(broker.port)
    try:
        many = {f"a_fault_with_a_long_name_{n:02}": n for n in range(16)}
        large = station.ledger.finish(replace(A_SET, faults=many))
        small = station.finish(2)
        hub.start()
        station.start()
        eventually(lambda: set(hub.stored) == set(small), "the others")
        # The hub has stored before its ack has come back and deleted the rows.
        eventually(
            lambda: [row.id for row in station.ledger.pending(9)] == [large],
            "only the large one is kept",
        )
        assert sum("over the limit of" in r.getMessage() for r in caplog.records) == 1
        assert sum("Connected to the broker" in r.getMessage() for r in caplog.records) <= 1
    finally:
        station.end()
        hub.stop()
        broker.kill()


def test_the_broker_from_the_wheel_serves_as_well(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(command(port, tmp_path, None), stdin=subprocess.DEVNULL)
    eventually(lambda: answers(port), "iotcore listens")
    hub, watcher = FakeHub(port), Listener(port, "watcher").start()
    station = Station(settings_for(port, tmp_path))
    try:
        hub.start()
        station.start()
        ids = station.finish(100)
        eventually(lambda: station.ledger.depth() == 0, "all acknowledged")
        assert set(hub.stored) == set(ids)
        hub.say("offline")
        eventually(lambda: "offline" in station.problem(), "said in words")
        station.end()
        eventually(lambda: watcher.of(STATUS)[-1].json["state"] == "stopped", "the last word")
    finally:
        station.end()
        hub.stop()
        watcher.stop()
        process.kill()
        process.wait()


def test_the_uplink_needs_no_camera_pose_or_screen_library() -> None:
    program = (
        "import sys, station.uplink, station.ledger, station.commands.uplink\n"
        "bad = {'cv2', 'mediapipe', 'kivy', 'numpy', 'starlette', 'station.vision'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_ledger_that_cannot_be_used_is_said_and_the_connection_stays(
    station: Station, hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    station.ledger = Ledger(station.settings.ledger, busy_s=0.1)
    hub.start()
    station.start()
    other = sqlite3.connect(station.settings.ledger, isolation_level=None, timeout=5)
    ids = station.finish(3)
    eventually(lambda: station.ledger.depth() == 0, "delivered")
    hub.silent = True
    ids += station.finish(2)
    eventually(lambda: len(hub.stored) == 5, "at the hub")
    other.execute("BEGIN IMMEDIATE")
    hub.acknowledge(*ids)
    eventually(lambda: "held it locked" in station.problem(), "said in words")
    hub.silent = False
    other.execute("ROLLBACK")
    other.close()
    eventually(lambda: station.ledger.depth() == 0, "acknowledged once it is free")
    assert sum("Connected to the broker" in r.getMessage() for r in caplog.records) == 1
