"""The store: each session once, wholly or not at all, and no more known of people than told."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from station.errors import StationError
from station.hub.database import MIGRATIONS, Database, DatabaseError
from station.hub.reading import Newer, Told, Unreadable
from station.hub.store import Store
from station.messages import Info, SessionEvent, Status
from tests.hub.parts import session_event

NOW = datetime(2026, 11, 21, 14, 23, 45, tzinfo=UTC)
DAY = (NOW.replace(hour=0, minute=0, second=0), NOW.replace(hour=0, minute=0) + timedelta(days=1))
HERE = "2026-11-21T14:00Z"


def told(station: str = "s1", **changes: Any) -> Told:
    return Told(station, SessionEvent.model_validate(session_event(hour=HERE) | changes))


def introduced(station: str = "s1", gym: str = "gym-1") -> Told:
    return Told(station, Info(version="1", gym=gym))


def status(state: str, birth: str) -> Told:
    return Told("s1", Status.model_validate({"state": state, "boot": "b", "birth": birth}))


def state_of(store: Store, station: str = "s1") -> str | None:
    return {row.id: row.state for row in store.stations()}[station]


def test_a_session_sent_again_is_stored_once_and_says_so(store: Store) -> None:
    once = told()
    with store.writing() as writer:
        writer.write([introduced()], NOW)
        assert writer.write([once], NOW)
        assert not writer.write([once, once], NOW)
    assert store.sessions_between(*DAY) == {"gym-1": 1}


def test_a_batch_that_fails_midway_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as writer:
        writer.write([introduced()], NOW)

        def fail(*_: Any) -> None:
            raise DatabaseError("disk full")

        monkeypatch.setattr(writer, "_health", fail)
        monkeypatch.setattr(writer, "_status", fail)
        with pytest.raises(DatabaseError):
            writer.write([told(), told(), status("ready", "x")], NOW)
        assert store.sessions_between(*DAY) == {"gym-1": 0}
        assert writer.write([told()], NOW)
    assert store.sessions_between(*DAY) == {"gym-1": 1}


def test_demo_sessions_are_listed_but_never_counted(store: Store) -> None:
    with store.writing() as writer:
        writer.write([introduced(), told(source="demo"), told(source="simulated"), told()], NOW)
    assert store.sessions_between(*DAY) == {"gym-1": 1}
    assert [row["source"] for row in store.demo_sessions(10)] == ["demo"]
    row = store.demo_sessions(1)[0]
    assert row.pop("received") == NOW.isoformat()
    assert SessionEvent.model_validate(row)


def test_of_people_no_exact_time_is_kept(store: Store, database: Database) -> None:
    with store.writing() as writer:
        writer.write([introduced(), told()], NOW)
    with database.reading() as db:
        kept = db.execute(sa.text("SELECT hour, received FROM session")).one()
    assert kept == ("2026-11-21T14:00:00+00:00", "2026-11-21T14:00:00+00:00")


def test_sessions_that_come_before_their_stations_info_get_its_gym_later(store: Store) -> None:
    with store.writing() as writer:
        writer.write([told(), told()], NOW)
        assert store.sessions_between(*DAY) == {}
        writer.write([introduced(gym="west")], NOW)
    assert store.sessions_between(*DAY) == {"west": 2}


def test_a_station_that_moves_takes_no_old_session_along(store: Store) -> None:
    with store.writing() as writer:
        writer.write([introduced(gym="west"), told(), introduced(gym="east"), told()], NOW)
    assert store.sessions_between(*DAY) == {"east": 1, "west": 1}


def test_late_sessions_count_for_their_own_day_unless_the_clock_cannot_be_trusted(
    store: Store,
) -> None:
    yesterday, next_year = "2026-11-20T14:00Z", "2027-11-21T14:00Z"
    with store.writing() as writer:
        writer.write([introduced()], NOW)
        writer.write([told(hour=yesterday)], NOW)
        assert store.sessions_between(*DAY) == {"gym-1": 0}
        writer.write([told(hour=yesterday, clock="unsynced")], NOW)
        writer.write([told(hour=next_year)], NOW)
    assert store.sessions_between(*DAY) == {"gym-1": 2}


def test_a_will_that_comes_after_the_next_birth_is_ignored(store: Store) -> None:
    with store.writing() as writer:
        writer.write([status("ready", "first")], NOW)
        writer.write([status("ready", "second")], NOW)
        writer.write([status("lost", "first")], NOW)
        assert state_of(store) == "ready"
        writer.write([status("lost", "second")], NOW)
        assert state_of(store) == "lost"
        writer.write([status("ready", "third"), status("lost", "second")], NOW)
    assert state_of(store) == "ready"


def test_what_a_replaced_birth_said_counts_no_more_whoever_tells_it(store: Store) -> None:
    """Of two hubs on one database one may be behind, and end before it has caught up."""
    with store.writing() as writer:
        writer.write([status("ready", "first"), status("ready", "second")], NOW)
        writer.write([status("ready", "first")], NOW)
        writer.write([status("lost", "second")], NOW)
    assert state_of(store) == "lost"


def test_a_will_of_a_birth_the_hub_slept_through_counts(store: Store) -> None:
    with store.writing() as writer:
        writer.write([status("ready", "first")], NOW)
        writer.write([status("lost", "unseen")], NOW)
    assert state_of(store) == "lost"


def test_since_is_when_the_state_changed_not_when_it_was_last_said(store: Store) -> None:
    with store.writing() as writer:
        writer.write([status("ready", "first")], NOW)
        writer.write([status("ready", "first")], NOW + timedelta(hours=1))
    row = store.stations()[0]
    assert row.since == NOW
    assert row.heard == NOW + timedelta(hours=1)


def test_newer_payloads_are_kept_once_and_bad_ones_counted(store: Store) -> None:
    newer = Newer("s1", "evt/session", 2, "a" * 32, '{"v":2}')
    with store.writing() as writer:
        writer.write([newer, newer, Unreadable("s1", "status", "no JSON")], NOW)
        writer.write([Unreadable("s1", "status", "no JSON")], NOW)
    assert store.refused() == {"unreadable": 2, "aside": 1}
    assert store.stations()[0].unreadable == 2


def test_opening_again_keeps_everything_and_a_newer_database_is_left_alone(
    where: Path | str,
) -> None:
    first = Database(where)
    with Store(first).writing() as writer:
        writer.write([introduced(), told()], NOW)
    first.close()
    again = Database(where)
    assert Store(again).sessions_between(*DAY) == {"gym-1": 1}
    with again.writing() as db:
        newer = "UPDATE schema_version SET version = 99"
        db.exec_driver_sql(newer if again.postgres else "PRAGMA user_version = 99")
    again.close()
    with pytest.raises(StationError, match=r"schema 99 is newer"):
        Database(where)


def test_a_file_that_is_no_store_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StationError, match=r"hub\.db: cannot be opened"):
        Database(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_postgresql_that_does_not_answer_is_one_sentence_without_the_password() -> None:
    with pytest.raises(StationError, match="cannot be opened") as said:
        Database("postgresql+psycopg://hub:secret@127.0.0.1:1/hub")
    assert "secret" not in str(said.value)
    assert "\n" not in str(said.value)


def test_a_store_of_an_older_hub_is_brought_forward_and_its_sessions_are_counted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hub.db"
    old = sqlite3.connect(path)
    for script in sorted(MIGRATIONS.glob("000[12]_*.sql")):
        old.executescript(script.read_text(encoding="utf-8"))
    old.execute("PRAGMA user_version = 2")
    event = told().message.model_dump_json()
    hour = "2026-11-21T14:00:00+00:00"
    old.execute("INSERT INTO report VALUES (1, 'west', 10, ?, '{}')", (hour,))
    for id_, gym, source in (("1", "west", "camera"), ("2", None, "camera"), ("3", "west", "demo")):
        old.execute(
            "INSERT INTO session VALUES (?, 's1', ?, ?, ?, ?, ?, 1)",
            (id_, gym, source, hour, hour, event),
        )
    old.execute("INSERT INTO station (id, gym, heard) VALUES ('s1', 'east', ?)", (hour,))
    old.commit()
    old.close()
    store = Store(Database(path))
    assert store.settle()
    assert not store.settle()
    assert store.sessions_between(*DAY) == {"east": 1, "west": 1}
