"""Which sets are done: the same for a seed, consistent in themselves, and as gyms are."""

from datetime import date, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.errors import StationError
from station.exercises import ids, load
from station.messages import SessionEvent
from station.simulate import days, made
from station.simulate.fleet import MOST_STATIONS, TROUBLES, Fleet
from station.simulate.sets import EXERCISES

MONDAY = date(2026, 3, 2)


def events(fleet: Fleet, first: date, count: int) -> list[SessionEvent]:
    last = first + timedelta(days=count - 1)
    return [
        done.event
        for station in fleet.stations
        for day in range(count)
        for done in days.of_day(fleet, station, first + timedelta(days=day), first, last)
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_every_set_is_consistent_in_itself_and_says_that_it_is_simulated(
    seed: int, day: date
) -> None:
    for event in events(made(8, 1, seed), day, 2):
        assert event.source == "simulated"
        assert sum(event.patterns.model_dump().values()) == event.reps
        assert event.first_half_clean + event.second_half_clean == event.clean
        assert event.clean <= event.patterns.hinge
        assert event.first_half_clean <= (event.reps + 1) // 2
        assert event.second_half_clean <= event.reps // 2
        assert all(0 < count <= event.reps - event.clean for count in event.faults.values())
        assert event.reps or event.attempts
        assert (event.depth_band == "none") == (event.reps == 0)
        assert set(event.faults) <= set(EXERCISES[event.exercise].faults)


def test_the_same_seed_says_the_same_under_the_same_ids_and_another_does_not() -> None:
    once, again = (events(made(12, 2, 5), MONDAY, 7) for _ in range(2))
    assert once == again
    assert len({event.id for event in once}) == len(once)
    other = events(made(12, 2, 6), MONDAY, 7)
    assert not {event.id for event in once} & {event.id for event in other}


def test_a_day_has_the_same_ids_however_many_days_are_asked_for() -> None:
    fleet = made(12, 2, 5)
    week = {event.id for event in events(fleet, MONDAY, 7)}
    fortnight = {event.id for event in events(fleet, MONDAY - timedelta(days=7), 14)}
    assert week < fortnight


def test_nothing_happens_while_a_gym_is_closed_and_evenings_are_busiest() -> None:
    fleet = made(12, 2, 1)
    by_hour = [0] * 24
    for station in fleet.stations:
        opens, closes = station.gym.weekdays
        for done in days.of_day(fleet, station, MONDAY, MONDAY, MONDAY):
            assert opens <= done.at.hour < closes
            by_hour[done.at.hour] += 1
    evening, afternoon = sum(by_hour[17:20]), sum(by_hour[14:17])
    assert evening > 1.4 * afternoon


def test_people_learn_over_weeks_and_within_a_set() -> None:
    fleet = made(24, 4, 3)

    def clean(chosen: list[SessionEvent]) -> float:
        return sum(event.clean for event in chosen) / sum(event.reps for event in chosen)

    before, after = events(fleet, MONDAY, 7), []
    for station in fleet.stations:
        for day in range(84, 91):
            at = MONDAY + timedelta(days=day)
            after += [done.event for done in days.of_day(fleet, station, at, MONDAY, at)]
    assert 0.05 < clean(after) - clean(before) < 0.3
    first = sum(event.first_half_clean for event in after)
    second = sum(event.second_half_clean for event in after)
    halves = [sum((e.reps + 1) // 2 for e in after), sum(e.reps // 2 for e in after)]
    assert second / halves[1] > first / halves[0] + 0.02


def test_some_stations_are_broken_each_in_its_own_way() -> None:
    fleet = made(60, 10, 1)
    troubles = [station.trouble for station in fleet.stations]
    assert {trouble: troubles.count(trouble) for trouble in TROUBLES} == dict.fromkeys(TROUBLES, 2)
    assert {station.trouble for station in made(5, 1, 1).stations} == {"none"}
    away = next(station for station in fleet.stations if station.trouble == "away")
    last = MONDAY + timedelta(days=21)
    until = datetime(2026, 3, 24).astimezone()
    done = list(takewhile(lambda done: done.at < until, days.history(fleet, away, MONDAY, last)))
    dates = {done.at.date() for done in done}
    dark = [
        MONDAY + timedelta(days=n)
        for n in range(22)
        if days.without_power(MONDAY + timedelta(days=n))
    ]
    assert dark
    assert not dates & set(dark)
    assert {done.at.date() for done in done if done.late} <= {
        last - timedelta(days=n) for n in range(-1, 3)
    }


def test_it_knows_the_exercises_and_faults_that_a_station_knows() -> None:
    assert set(EXERCISES) == set(ids())
    for name, kind in EXERCISES.items():
        exercise = load(name)
        assert kind.mode == exercise.mode
        assert set(kind.faults) == {fault.name for fault in exercise.faults}


@pytest.mark.parametrize(
    ("stations", "gyms"), [(0, None), (MOST_STATIONS + 1, None), (5, 0), (5, 6), (900, 1)]
)
def test_a_number_out_of_range_is_refused_in_a_sentence(stations: int, gyms: int | None) -> None:
    with pytest.raises(StationError, match=r"^--(stations|gyms) "):
        made(stations, gyms, 1)


def test_every_station_has_its_own_id() -> None:
    fleet = made(1000, 20, 1)
    assert len({station.id for station in fleet.stations}) == 1000
