"""A hub among older and newer stations: nothing is dropped, and nothing acknowledged unkept."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from station.hub import aside as taking
from station.hub import reading
from station.hub.aside import take_back
from station.hub.database import Database, DatabaseError
from station.hub.reading import Newer, read
from station.hub.store import Store
from station.hub.writing import Writer
from station.settings import Settings
from tests.hub.parts import FakeStation, Page, hub_on, session_event, store_of, until

MakeStation = Callable[..., FakeStation]
NOW = datetime(2026, 11, 21, 14, 23, 45, tzinfo=UTC)
SESSION = "hinge/v1/s1/evt/session"


def take(store: Store, topic: str, document: dict[str, object]) -> None:
    record = read(topic, json.dumps(document).encode())
    assert record is not None
    with store.writing() as writer:
        writer.write([record], NOW)


def test_a_station_that_says_no_version_is_of_the_first(store: Store) -> None:
    take(store, "hinge/v1/s1/status", {"state": "ready", "boot": "b", "birth": "c"})
    assert store.stations()[0].state == "ready"


def test_what_an_older_hub_kept_aside_is_taken_in_by_the_next_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub of yesterday knows no version yet; today's knows 1."""
    event = session_event(hour="2026-11-21T14:00Z")
    with monkeypatch.context() as yesterday:
        yesterday.setattr(reading, "SCHEMA_V", 0)
        yesterday.setattr(taking, "SCHEMA_V", 0)
        old = Store(database)
        take(old, "hinge/v1/s1/info", {"v": 1, "version": "9", "gym": "gym-1"})
        for _ in range(2):
            take(old, SESSION, event)
        take(old, SESSION, {**session_event(), "v": 2, "new": "field"})
        assert (old.refused()["aside"], old.stations()[0].gym) == (3, None)
    for _ in range(2):
        new = Store(database)
        take_back(new)
        assert new.refused()["aside"] == 1, "what is newer still goes on lying there"
        assert new.stations()[0].gym == "gym-1"
        day = NOW.replace(hour=0, minute=0)
        assert new.sessions_between(day, day + timedelta(days=1)) == {"gym-1": 1}


def test_what_lies_aside_and_cannot_be_read_either_stays(store: Store, database: Database) -> None:
    with store.writing() as writer:
        writer.write([Newer("s1", "evt/session", 2, "a" * 32, '{"v": 1, "id": "?"}')], NOW)
    with database.writing() as db:
        db.exec_driver_sql("UPDATE aside SET v = 1")
    take_back(store)
    assert store.refused()["aside"] == 1


def test_a_newer_stations_health_takes_one_place_however_often_it_comes(store: Store) -> None:
    for depth in range(50):
        take(store, "hinge/v1/s1/health", {"v": 2, "outbox_depth": depth})
    assert store.refused()["aside"] == 1


def test_a_newer_session_is_acknowledged_only_once_it_is_kept(
    hub: Page, stations: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = stations()
    aside, full = Writer._aside, [True]

    def keep_when_there_is_room(
        self: Writer, db: sa.Connection, record: Newer, received: datetime
    ) -> None:
        if full[0]:
            raise DatabaseError("database or disk is full")
        aside(self, db, record, received)

    monkeypatch.setattr(Writer, "_aside", keep_when_there_is_room)
    newer = {**session_event(), "v": 2, "what_is_new": 1}
    station.say("evt/session", newer)
    until(lambda: hub.get("/api/now")["hub"]["word"] == "Cannot store")
    assert station.acked == []
    full[0] = False
    until(hub.connected)
    station.say("evt/session", newer)
    until(lambda: newer["id"] in station.acked)


def test_a_hub_that_starts_takes_in_what_lies_aside(settings: Settings) -> None:
    event = session_event()
    newer = Newer("s1", "evt/session", 2, event["id"], json.dumps(event))
    store = store_of(settings)
    with store.writing() as writer:
        writer.write([newer], NOW)
    with store.database.writing() as db:
        db.exec_driver_sql("UPDATE aside SET v = 1")
    with hub_on(settings):
        assert store.refused()["aside"] == 0
