"""What staff made of their stations."""

from datetime import UTC, datetime

import pytest

from station.errors import StationError
from station.hub.database import Database
from station.hub.roster import Note, Roster, chosen, groups

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


@pytest.fixture
def roster(database: Database) -> Roster:
    return Roster(database)


def test_a_name_a_group_and_retirement_are_kept_and_undone(roster: Roster) -> None:
    roster.rename("rack-1", "  By the   window ")
    roster.group("rack-1", "Upstairs")
    roster.retire("rack-1", NOW)
    assert roster.notes() == {"rack-1": Note("By the window", "Upstairs", NOW)}
    roster.rename("rack-1", " ")
    roster.group("rack-1", "")
    roster.retire("rack-1", None)
    assert roster.notes() == {"rack-1": Note()}


@pytest.mark.parametrize("name", ["x" * 41, "a\x00b", "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(roster: Roster, name: str) -> None:
    with pytest.raises(StationError):
        roster.rename("rack-1", name)
    with pytest.raises(StationError):
        roster.group("rack-1", name)


def test_all_and_groups_leave_out_what_is_retired_and_one_station_is_always_itself() -> None:
    stations = ["a", "b", "c"]
    notes = {"a": Note(group="up"), "b": Note(group="up", retired=NOW), "x": Note(group="up")}
    assert chosen("all", stations, notes) == ["a", "c"]
    assert chosen("group:up", stations, notes) == ["a"]
    assert chosen("group:down", stations, notes) == []
    assert chosen("station:b", stations, notes) == ["b"]
    for nobody in ("station:zz", "", "all:x", "nonsense"):
        assert chosen(nobody, stations, notes) == []
    assert groups(notes) == {"up": ["a", "x"]}
