"""Changes of many stations' settings are whole or are not, and can be taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from station.errors import StationError
from station.hub.changes import Changes, Known, StationRefusedError, note_answer
from station.hub.database import Database
from station.messages import CfgReported

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
STATIONS = ["rack-1", "rack-2", "rack-3"]


@pytest.fixture
def changes(database: Database) -> Changes:
    return Changes(database)


def said(database: Database, station: str, desired: int, version: int, **rest: Any) -> None:
    """What ingest keeps of a report."""
    report = CfgReported.model_validate(
        {"desired_version": desired, "version": version, "status": "applied", "config": {}} | rest
    )
    with database.writing() as db:
        db.execute(
            sa.text(
                "INSERT INTO reported VALUES (:s, :r, :at)"
                " ON CONFLICT (station) DO UPDATE SET report = excluded.report"
            ),
            {"s": station, "r": report.model_dump_json(), "at": NOW.isoformat()},
        )
        note_answer(db, station, report)


def documents(database: Database) -> dict[str, int]:
    with database.reading() as db:
        rows = db.execute(
            sa.text("SELECT station, max(version) AS newest FROM desired GROUP BY station")
        )
        return {row.station: row.newest for row in rows}


def only(changes: Changes, station: str) -> Known:
    return changes.known([station])[0]


def test_a_change_of_many_stations_is_one_entry_with_old_and_new(changes: Changes) -> None:
    first = changes.make({id_: {"sound.volume": 0.3} for id_ in STATIONS}, "anna", NOW, whom="all")
    second = changes.make({"rack-2": {"sound.volume": 0.9}}, "ben", NOW, whom="station:rack-2")
    change = changes.one(first)
    assert change is not None
    assert (change.who, change.whom, change.at, change.reverts) == ("anna", "all", NOW, None)
    assert [(of.station, of.version) for of in change.stations] == [(s, 1) for s in STATIONS]
    later = changes.one(second)
    assert later is not None
    assert later.stations[0].keys == {"sound.volume": (0.3, 0.9, None)}
    assert later.stations[0].version == 2
    assert {found.id for found in changes.newest(10)} == {first, second}
    assert changes.one("no such") is None


def test_when_one_station_of_many_refuses_nothing_is_sent_to_any(
    changes: Changes, database: Database
) -> None:
    changes.make({"rack-2": {"sound.quiet_from": "22:00", "sound.quiet_to": "07:00"}}, "a", NOW)
    before = documents(database)
    with pytest.raises(StationRefusedError) as refused:
        changes.make({id_: {"sound.quiet_from": ""} for id_ in STATIONS}, "anna", NOW)
    assert list(refused.value.problems) == ["rack-2"]
    assert refused.value.problems["rack-2"][0].path == "sound.quiet_to"
    assert documents(database) == before
    assert len(changes.newest(10)) == 1


@pytest.mark.parametrize("values", [{"broker.host": "evil.example"}, {"sound.volume": 7}, {"x": 1}])
def test_what_no_station_would_take_is_refused_with_its_key(
    changes: Changes, values: dict[str, Any]
) -> None:
    with pytest.raises(StationRefusedError, match=next(iter(values))):
        changes.make({"rack-1": values}, "anna", NOW)
    assert changes.newest(10) == []


def test_a_change_of_no_station_is_refused(changes: Changes) -> None:
    with pytest.raises(StationError):
        changes.make({}, "anna", NOW)


def test_taking_back_wants_again_what_was_wanted_before(changes: Changes) -> None:
    changes.make({"rack-1": {"sound.volume": 0.2, "screen.idle_s": 45}}, "anna", NOW)
    both = ["rack-1", "rack-2"]
    id_ = changes.make({id_: {"sound.volume": 0.9} for id_ in both}, "anna", NOW)
    change = changes.one(id_)
    assert change is not None
    assert change.back == {"rack-1": {"sound.volume": 0.2}, "rack-2": {"sound.volume": None}}
    changes.make(change.back, "ben", NOW, reverts=id_)
    assert only(changes, "rack-1").standing == {"sound.volume": 0.2, "screen.idle_s": 45.0}
    assert only(changes, "rack-2").standing == {}


def test_what_a_station_refused_is_not_part_of_the_next_change(
    changes: Changes, database: Database
) -> None:
    changes.make({"rack-1": {"sound.volume": 0.2}}, "anna", NOW)
    said(database, "rack-1", 1, 1, config={"sound": {"volume": 0.2}})
    changes.make({"rack-1": {"camera.fps": 120}}, "anna", NOW)
    assert only(changes, "rack-1").pending
    said(database, "rack-1", 2, 1, status="rolled_back", config={"sound": {"volume": 0.2}})
    assert not only(changes, "rack-1").pending
    changes.make({"rack-1": {"screen.idle_s": 45}}, "anna", NOW)
    assert only(changes, "rack-1").standing == {"sound.volume": 0.2, "screen.idle_s": 45.0}


def test_what_a_station_said_of_a_change_is_known_when_it_has_long_had_others(
    changes: Changes, database: Database
) -> None:
    first = changes.make({"rack-1": {"sound.volume": 0.2}}, "anna", NOW)
    said(database, "rack-1", 1, 1)
    changes.make({"rack-1": {"sound.volume": 0.4}}, "anna", NOW)
    said(database, "rack-1", 2, 1, status="rejected", errors=[{"path": "", "msg": "no"}])
    change = changes.one(first)
    assert change is not None
    part = change.stations[0]
    assert part.answer is not None
    assert (part.answer.status, part.newest) == ("applied", 2)
    assert part.report is not None
    assert part.report.status == "rejected"


def test_what_is_in_force_at_a_station_counts_when_a_change_is_checked(
    changes: Changes, database: Database
) -> None:
    """Its own file has quiet hours, so that their end alone may be changed from here."""
    with pytest.raises(StationRefusedError):
        changes.make({"rack-1": {"sound.quiet_to": "06:00"}}, "anna", NOW)
    own = {"sound": {"quiet_from": "22:00", "quiet_to": "07:00"}, "unheard": {"of": 1}}
    said(database, "rack-1", 0, 0, config=own)
    changes.make({"rack-1": {"sound.quiet_to": "06:00"}}, "anna", NOW)
    assert only(changes, "rack-1").standing == {"sound.quiet_to": "06:00"}


def test_versions_go_on_from_what_a_station_has_had_of_another_hub(
    changes: Changes, database: Database
) -> None:
    said(database, "rack-1", 9, 8, config={"sound": {"volume": 0.2}})
    changes.make({"rack-1": {"screen.idle_s": 45}}, "anna", NOW)
    assert documents(database) == {"rack-1": 10}
    assert only(changes, "rack-1").standing == {"sound.volume": 0.2, "screen.idle_s": 45.0}


def test_a_thousand_stations_are_changed_within_a_second(changes: Changes) -> None:
    import time

    many = [f"rack-{n}" for n in range(1000)]
    changes.make({id_: {"sound.volume": 0.3} for id_ in many}, "anna", NOW)
    begun = time.perf_counter()
    changes.make({id_: {"sound.volume": 0.4} for id_ in many}, "anna", NOW)
    assert time.perf_counter() - begun < 3, "a second on a machine of its own"
    assert len(changes.newest(1)[0].stations) == 1000
