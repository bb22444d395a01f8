"""From the broker into the store over real MQTT: nothing lost, nothing twice, nothing half."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.hub import running
from station.hub.database import DatabaseError
from station.hub.writing import Writer
from station.messages import HEALTH, INFO, SESSION, STATUS
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, Page, hub_on, session_event, store_of, until

MakeStation = Callable[..., FakeStation]


def test_a_session_is_counted_and_acknowledged_to_its_own_station_only(
    hub: Page, stations: MakeStation
) -> None:
    one, other = stations("station-1"), stations("station-2")
    sent = one.finish()
    assert hub.today() == 1
    assert one.acked == [sent["id"]]
    assert other.acked == []


def test_a_session_sent_three_times_is_counted_once_and_acknowledged_each_time(
    hub: Page, stations: MakeStation
) -> None:
    station = stations()
    event = station.finish()
    station.say(SESSION, event)
    station.say(SESSION, event)
    until(lambda: station.acked == [event["id"]] * 3)
    assert hub.today() == 1


def test_bad_payloads_are_counted_logged_in_a_sentence_and_stop_nothing(
    hub: Page, stations: MakeStation, caplog: pytest.LogCaptureFixture
) -> None:
    station = stations()
    event = session_event()
    station.say(SESSION, b"\x00\xff\xfe")
    station.say(SESSION, b"{")
    station.say(SESSION, event | {"name": "Somebody"})
    station.say(STATUS, {"state": "dancing", "boot": "b", "birth": "c"})
    station.say(HEALTH, {"outbox_depth": -1, "clock": "synced"})
    station.say(INFO, {"version": "1", "gym": "Not A Gym"})
    station.finish()
    assert hub.today() == 1
    assert hub.get("/api/health")["unreadable"] == 6
    assert event["id"] not in station.acked
    assert hub.stations()["station-1"]["word"] == "Not understood"
    said = [record.getMessage() for record in caplog.records if "cannot be read" in record.message]
    assert len(said) == 6
    assert "Station station-1 sent a evt/session that cannot be read: no JSON." in said
    assert not any("Somebody" in sentence for sentence in said)


def test_a_newer_schema_is_kept_aside_and_acknowledged(
    hub: Page, stations: MakeStation, settings: Settings
) -> None:
    station = stations()
    event = session_event(v=7, melody="la la")
    station.say(SESSION, event)
    until(lambda: event["id"] in station.acked)
    assert hub.today() == 0
    assert store_of(settings).refused() == {"unreadable": 0, "aside": 1}


def test_what_is_published_while_the_hub_is_away_is_known_when_it_is_back(
    settings: Settings, stations: MakeStation
) -> None:
    with hub_on(settings):
        station = stations()
        station.finish()
    until(lambda: station.hub_states[-1:] == ["offline"])
    stations("station-2").introduce(state="init")
    with hub_on(settings) as page:
        until(lambda: station.hub_states[-1] == "online")
        until(lambda: "station-2" in page.stations())
        assert page.stations()["station-2"]["word"] == "Starting"
        assert page.today() == 1
        station.finish()
        assert page.today() == 2


def test_a_late_will_does_not_hide_a_station_that_is_back(
    hub: Page, stations: MakeStation, settings: Settings
) -> None:
    station = stations()
    until(lambda: hub.stations().get("station-1", {}).get("word") == "Ready")
    station.introduce(birth="birth-2")
    station.say(STATUS, {"state": "lost", "boot": "boot-1", "birth": "birth-1"}, retain=True)
    station.finish()
    assert hub.stations()["station-1"]["word"] == "Ready"

    station.say(STATUS, {"state": "lost", "boot": "boot-1", "birth": "birth-2"}, retain=True)
    until(lambda: hub.stations()["station-1"]["word"] == "Lost")
    assert hub.stations()["station-1"]["level"] == "red"
    assert "power" in hub.stations()["station-1"]["sentence"]


def test_a_late_offline_of_the_hubs_own_is_put_right(hub: Page, stations: MakeStation) -> None:
    station = stations("hub", introduced=False)
    until(lambda: station.hub_states == ["online"])
    station.say(STATUS, {"state": "offline"}, retain=True)
    until(lambda: station.hub_states == ["online", "offline", "online"])
    assert "hub" not in hub.stations()


def test_the_broker_killed_and_restarted_loses_nothing(
    hub: Page, stations: MakeStation, broker: Broker
) -> None:
    station = stations()
    station.finish()
    broker.kill()
    until(lambda: hub.get("/api/now")["hub"]["word"] == "No broker")
    now = hub.get("/api/now")
    assert now["stations"][0]["word"] == "Not known"
    assert "check that it runs" in now["hub"]["sentence"]
    broker.start()
    until(hub.connected)
    station.introduce()
    station.finish()
    assert hub.today() == 2
    assert hub.stations()["station-1"]["word"] == "Ready"


def test_a_broker_that_refuses_the_hub_is_named_on_the_page(
    broker: Broker, settings: Settings, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    (tmp_path / "users").write_text("")
    (tmp_path / "users").chmod(0o600)
    config = tmp_path / "mosquitto.conf"
    broker.kill()
    config.write_text(
        config.read_text().replace(
            "allow_anonymous true", f"allow_anonymous false\npassword_file {tmp_path / 'users'}"
        )
    )
    broker.start()
    named = settings.broker.model_copy(update={"username": "hub", "password_file": secret})
    with running(settings.model_copy(update={"broker": named})) as started:
        page = Page(started.url, settings)
        until(lambda: page.get("/api/health")["broker"] == "refused")
        hub = page.get("/api/now")["hub"]
    assert hub["level"] == "red"
    assert "user name, password" in hub["sentence"]


KILLED_BETWEEN_COMMIT_AND_ACK = """
    import os, signal
    from station.cli import main
    from station.hub.ingest import Ingest

    acknowledge, batches = Ingest._acknowledge, 0

    def kill_now_and_then(self, connection, batch, records):
        global batches
        batches += bool(batch and batch[0].topic.endswith("evt/session"))
        if batches == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        acknowledge(self, connection, batch, records)

    Ingest._acknowledge = kill_now_and_then
    main(["hub"])
"""


def test_killed_between_commit_and_acknowledgement_every_session_is_there_exactly_once(
    broker: Broker, settings: Settings, stations: MakeStation, tmp_path: Path, where: Path | str
) -> None:
    """A station that sends again what is not acknowledged, and a hub that is killed each time it
    has committed a third batch and has not yet said so, three times over."""
    url = where if isinstance(where, str) else ""
    hub_settings = settings.hub.model_copy(update={"database": url})
    settings = settings.model_copy(update={"hub": hub_settings})
    config = tmp_path / "hub.toml"
    config.write_text(
        f'[station]\ndata_dir = "{settings.station.data_dir}"\n'
        f'[broker]\nport = {broker.port}\n[hub]\nport = 0\ndatabase = "{url}"\n'
    )
    script = tmp_path / "killed.py"
    script.write_text(textwrap.dedent(KILLED_BETWEEN_COMMIT_AND_ACK))
    station = stations()
    outbox = {event["id"]: event for event in (session_event(seq=seq) for seq in range(400))}
    everything = set(outbox)

    def send_again() -> None:
        for id_ in station.acked:
            outbox.pop(id_, None)
        for event in list(outbox.values()):
            station.send_off(SESSION, event)

    def all_acked() -> bool:
        return everything <= set(station.acked)

    def live_and_be_killed(log: Path) -> int:
        with log.open("w") as stderr:
            hub = subprocess.Popen(
                [sys.executable, str(script)],
                env=os.environ | {"STATION_CONFIG": str(config)},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        try:
            until(lambda: "Connected" in log.read_text())
            while hub.poll() is None:
                if all_acked():
                    new = [session_event(seq=seq) for seq in range(50)]
                    outbox.update({event["id"]: event for event in new})
                    everything.update(outbox)
                send_again()
                until(lambda: hub.poll() is not None or all_acked())
            return hub.returncode
        finally:
            hub.kill()
            hub.wait()

    for life in range(3):
        assert live_and_be_killed(tmp_path / f"log{life}") == -signal.SIGKILL
    with hub_on(settings) as page:
        send_again()
        until(all_acked)
        assert page.today() == len(everything)
    assert stored_ids(settings) == sorted(everything)


def stored_ids(settings: Settings) -> list[str]:
    with store_of(settings).database.reading() as db:
        rows = db.execute(sa.text("SELECT id, event FROM session ORDER BY id")).all()
    assert all(json.loads(event)["id"] == id_ for id_, event in rows)
    assert all(re.fullmatch(r"[0-9a-f]{32}", id_) for id_, _ in rows)
    return [id_ for id_, _ in rows]


def test_a_store_that_cannot_be_written_is_said_and_nothing_is_acknowledged_until_it_can(
    hub: Page, stations: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = stations()
    write, full = Writer.write, [True]

    def write_when_there_is_room(self: Writer, *rest: object) -> bool:
        if full[0]:
            raise DatabaseError("database or disk is full")
        return write(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "write", write_when_there_is_room)
    event = session_event()
    station.say(SESSION, event)
    until(lambda: hub.get("/api/now")["hub"]["word"] == "Cannot store")
    assert station.acked == []
    full[0] = False
    until(hub.connected)
    station.say(SESSION, event)
    until(lambda: event["id"] in station.acked)
    assert hub.today() == 1


def test_a_store_that_stays_full_is_tried_less_and_less_often(
    hub: Page, stations: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try has every station of the gym send all over again."""
    station = stations()
    tries: list[float] = []

    def refuse(_self: Writer, *_: object) -> bool:
        tries.append(time.monotonic())
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(Writer, "write", refuse)
    station.say(SESSION, session_event())
    until(lambda: len(tries) == 2)
    time.sleep(4.0)
    assert 3 <= len(tries) <= 6, tries
