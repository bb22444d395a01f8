"""Sums by the hour and weeks that close once, on SQLite and on PostgreSQL."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from station.hub import weeks
from station.hub.database import Database
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.technique import add_up
from station.hub.weeks import PEOPLE, SIMULATED, Week
from station.messages import Info, SessionEvent
from tests.hub.parts import session_event

K = 10
MONDAY = date(2026, 11, 16)
THURSDAY = datetime(2026, 11, 19, 14, 23, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone() -> Iterator[Any]:
    """The hub's local time: UTC, unless a test says otherwise."""
    before = os.environ.get("TZ")

    def be(name: str | None) -> None:
        if name is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = name
        time.tzset()
        weeks.week_of.cache_clear()
        weeks.moved_on.cache_clear()

    be("UTC")
    yield be
    be(before)


def told(hour: datetime, station: str = "s1", **changes: Any) -> Told:
    event = session_event(hour=f"{hour:%Y-%m-%dT%H}:00Z", **changes)
    return Told(station, SessionEvent.model_validate(event))


def info(station: str = "s1", gym: str = "west", **rest: Any) -> Told:
    return Told(station, Info(version="1", gym=gym, **rest))


def take(store: Store, *records: Told, at: datetime = THURSDAY) -> None:
    with store.writing() as writer:
        writer.write(records, at)


def hour_of_week(day: int, hour: int) -> int:
    return day * 24 + hour


def test_a_week_closes_an_hour_after_it_has_ended_and_holds_all_its_sums(store: Store) -> None:
    told_here = [told(THURSDAY) for _ in range(3)] + [
        told(THURSDAY, clean=0, patterns={"squat": 9}, faults={"squatting": 9}, reps=9)
    ]
    elsewhere = told(THURSDAY - timedelta(hours=2), station="s2")
    take(store, info(), info("s2"), *told_here, elsewhere)
    assert not store.close_weeks(NEXT_MONDAY + timedelta(minutes=59), K)
    assert store.weeks(PEOPLE, "west") == []
    assert store.close_weeks(NEXT_MONDAY + timedelta(minutes=60), K)
    assert not store.close_weeks(NEXT_MONDAY + timedelta(minutes=61), K)
    (week,) = store.weeks(PEOPLE, "west")
    events = [one.message for one in (*told_here, elsewhere)]
    assert all(isinstance(event, SessionEvent) for event in events)
    assert (week.starts, week.k) == (MONDAY, K)
    assert week.totals == add_up(events)  # type: ignore[arg-type]
    assert week.stations == {"s1": add_up(events[:4]), "s2": add_up(events[4:])}  # type: ignore[arg-type]
    assert week.totals.patterns == {"hinge": 4, "squat": 1, "stoop": 0, "unclear": 0}
    assert week.totals.faults == {"squatting": 1, "back_rounds": 4, "knees_forward": 4}
    assert len(week.hours) == 168
    assert {i: n for i, n in enumerate(week.hours) if n} == {
        hour_of_week(3, 12): 1,
        hour_of_week(3, 14): 4,
    }


def test_what_comes_after_its_week_closed_counts_in_the_first_open_one_at_the_same_hour(
    store: Store,
) -> None:
    take(store, info(), told(THURSDAY))
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    closed = store.weeks(PEOPLE, "west")
    tuesday = NEXT_MONDAY + timedelta(days=1)
    take(store, told(THURSDAY), told(THURSDAY - timedelta(days=70)), at=tuesday)
    assert store.weeks(PEOPLE, "west") == closed
    store.close_weeks(NEXT_MONDAY + timedelta(days=7, hours=1), K)
    first, second = store.weeks(PEOPLE, "west")
    assert [first] == closed
    assert second.starts == MONDAY + timedelta(days=7)
    assert (second.totals.sessions, second.hours[hour_of_week(3, 14)]) == (2, 2)


def test_a_late_session_counts_neither_today_nor_in_another_day(store: Store) -> None:
    take(store, info(), told(THURSDAY))
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    take(store, told(THURSDAY), at=NEXT_MONDAY + timedelta(days=3, hours=15))
    day = timedelta(days=1)
    thursday = THURSDAY.replace(hour=0, minute=0)
    assert store.sessions_between(thursday, thursday + day) == {"west": 2}
    assert store.sessions_between(thursday + 7 * day, thursday + 8 * day) == {"west": 0}


def test_a_hub_that_slept_over_weeks_closes_each_of_them(store: Store) -> None:
    take(store, info(), told(THURSDAY), told(THURSDAY - timedelta(days=21)))
    store.close_weeks(NEXT_MONDAY + timedelta(days=30), K)
    found = [(week.starts, week.totals.sessions) for week in store.weeks(PEOPLE, "west")]
    assert found == [(date(2026, 10, 26), 1), (MONDAY, 1)]


def test_simulated_weeks_are_there_at_once_grow_and_are_never_mixed_with_people(
    store: Store,
) -> None:
    take(store, info(gym="sim", capabilities=["simulated"]), info("s2", "west"))
    take(store, told(THURSDAY, source="simulated"), told(THURSDAY, "s2"))
    assert store.sum_simulated(K)
    assert [week.totals.sessions for week in store.weeks(SIMULATED, "sim")] == [1]
    take(store, told(THURSDAY, source="simulated"))
    assert store.sum_simulated(K)
    assert not store.sum_simulated(K), "nothing came"
    assert [week.totals.sessions for week in store.weeks(SIMULATED, "sim")] == [2]
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    assert store.weeks(PEOPLE, "sim") == []
    assert [week.totals.sessions for week in store.weeks(PEOPLE, "west")] == [1]
    assert (store.gyms(PEOPLE), store.gyms(SIMULATED)) == (["west"], ["sim"])


def test_demo_sessions_are_in_no_sum(store: Store, database: Database) -> None:
    take(store, info(), told(THURSDAY, source="demo"))
    with database.reading() as db:
        for table in ("hourly", "hourly_fault", "gym_hour", "stale_week"):
            assert db.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_gym_is_there_before_anybody_trained_in_it(store: Store) -> None:
    take(store, info(gym="new"))
    assert (store.gyms(PEOPLE), store.gyms(SIMULATED)) == (["new"], [])


def test_sessions_that_wait_for_their_stations_gym_are_counted_once_when_it_comes(
    store: Store,
) -> None:
    take(store, told(THURSDAY), told(THURSDAY))
    assert not store.settle()
    for _ in range(2):
        take(store, info())
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    assert store.weeks(PEOPLE, "west")[0].totals.sessions == 2


def test_a_session_sent_again_is_in_the_sums_once(store: Store) -> None:
    one = told(THURSDAY)
    take(store, info(), one, one)
    take(store, one)
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    assert store.weeks(PEOPLE, "west")[0].totals.sessions == 1


def test_weeks_and_hours_are_the_gyms_own_also_when_the_clocks_change(
    store: Store, zone: Any
) -> None:
    """In Berlin summer ended on 2026-10-25; a week of 169 hours."""
    zone("Europe/Berlin")
    sunday_late = datetime(2026, 10, 25, 22, tzinfo=UTC)  # 23:00 in winter time
    monday_early = datetime(2026, 10, 18, 22, tzinfo=UTC)  # 00:00 on the 19th in summer time
    take(store, info(), told(sunday_late), told(monday_early))
    store.close_weeks(datetime(2026, 10, 25, 23, 59, tzinfo=UTC), K)
    assert store.weeks(PEOPLE, "west") == []
    store.close_weeks(datetime(2026, 10, 26, 0, 0, tzinfo=UTC), K)
    (week,) = store.weeks(PEOPLE, "west")
    assert week.starts == date(2026, 10, 19)
    assert (week.hours[0], week.hours[hour_of_week(6, 23)]) == (1, 1)
    take(store, told(monday_early), at=datetime(2026, 10, 27, tzinfo=UTC))
    store.close_weeks(datetime(2026, 11, 2, 0, 0, tzinfo=UTC), K)
    assert store.weeks(PEOPLE, "west")[1].hours[0] == 1, "00:00 stays 00:00"


def sessions_of(found: list[Week]) -> list[int]:
    return [week.totals.sessions for week in found]


def test_what_is_made_of_weeks_is_kept_until_another_one_is_finished(store: Store) -> None:
    assert store.finished.of(sessions_of, PEOPLE, None) == []
    assert store.finished.of(sessions_of, PEOPLE, "west") == []
    take(store, info(), info("s2", "east"), told(THURSDAY), told(THURSDAY, "s2"))
    store.close_weeks(NEXT_MONDAY + timedelta(hours=1), K)
    made = store.finished.of(sessions_of, PEOPLE, "west")
    assert made == [1]
    assert store.finished.of(sessions_of, PEOPLE, "west") is made, "kept"
    assert store.finished.of(sessions_of, PEOPLE, "east") == [1]
    later = NEXT_MONDAY + timedelta(days=1)
    take(store, told(later), told(later), at=later)
    assert store.finished.of(sessions_of, PEOPLE, "west") is made, "the new week is open"
    store.close_weeks(NEXT_MONDAY + timedelta(days=7, hours=1), K)
    assert store.finished.of(sessions_of, PEOPLE, "west") == [1, 2]


def test_what_is_made_of_simulated_weeks_is_never_kept(store: Store) -> None:
    take(store, info(gym="sim", capabilities=["simulated"]))
    for number in (1, 2):
        take(store, told(THURSDAY, source="simulated"))
        assert store.sum_simulated(K)
        assert store.finished.of(sessions_of, SIMULATED, "sim") == [number]
