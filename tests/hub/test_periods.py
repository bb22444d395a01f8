"""What periods give, attacked by someone who asks again after every week and with every k."""

import json
from collections import defaultdict
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hub import words
from station.hub.periods import periods, stations, technique
from station.hub.weeks import Week
from station.i18n import translator
from tests.hub.gyms import MONDAY, totals, week, weeks_of

GETTEXT = translator("en")
K = st.integers(5, 40)
MIX = st.tuples(*[st.integers(0, 25)] * 4)


@st.composite
def gyms(draw: st.DrawFn, stations: int = 4, most: int = 8) -> list[Week]:
    """A gym's weeks: some without sessions, some stations silent, k changed now and then."""
    found = []
    for number in range(draw(st.integers(1, most))):
        each = {
            f"s{i}": totals(mix, {"too_fast": draw(st.integers(0, sum(mix)))})
            for i in range(stations)
            if sum(mix := draw(MIX)) and draw(st.booleans())
        }
        if each:
            found.append(week(number, each, k=draw(K)))
    return found


def test_weeks_wait_for_one_another_until_they_hold_enough() -> None:
    found = periods(weeks_of([4, 3, 9, 12, 9]))
    assert [period.totals.sessions for period in found] == [16, 12]
    assert [(period.until - period.starts).days for period in found] == [21, 7]
    assert periods(weeks_of([9])) == []
    assert len(periods(weeks_of([10]))) == 1


def test_weeks_without_sessions_look_like_weeks_with_a_few() -> None:
    empty, few = (periods(weeks_of(counts)) for counts in ([10, 0, 10], [10, 4, 6]))
    assert [(p.starts, p.until) for p in empty] == [(p.starts, p.until) for p in few]
    assert empty[1].starts == MONDAY + timedelta(weeks=1)


@given(gyms(), K)
def test_what_was_published_stays_and_each_new_period_is_of_k_new_sessions(
    weeks: list[Week], k: int
) -> None:
    before: list[Any] = []
    compared: list[Any] = []
    for upto in range(len(weeks) + 1):
        now = technique(weeks[:upto], k, GETTEXT)
        assert now[: len(before)] == before
        here = stations(weeks[:upto], k)
        assert here[: len(compared)] == compared
        assert [(p.from_, p.until) for p in here] == [(p.from_, p.until) for p in now]
        before, compared = now, here
    for period in periods(weeks):
        assert period.totals.sessions >= period.k


@given(gyms(), K, K)
def test_another_k_of_today_moves_no_border_of_a_period(
    weeks: list[Week], k: int, other: int
) -> None:
    """Else two answers, one before and one after the change, could be subtracted."""
    borders = {(p.starts, p.until) for p in periods(weeks)}
    for today in (k, other):
        assert {(p.from_, p.until) for p in technique(weeks, today, GETTEXT)} <= borders
    low, high = sorted((k, other))
    fine = {(p.from_, p.until): p for p in technique(weeks, low, GETTEXT)}
    for coarse in technique(weeks, high, GETTEXT):
        before = fine[coarse.from_, coarse.until]
        for group in coarse.patterns:
            parts = [set(p.names) for p in before.patterns if set(p.names) <= set(group.names)]
            assert set().union(*parts) == set(group.names)
        for now, then in zip(coarse.faults, before.faults, strict=True):
            assert now.sessions is None or then.sessions is not None


def test_a_period_closed_under_a_larger_k_keeps_it() -> None:
    mix = totals((12, 8, 0, 0))
    strict, mild = ([week(0, {"s1": mix}, k=k)] for k in (10, 5))
    assert [p.names for p in technique(strict, 5, GETTEXT)[0].patterns] == [
        ["hinge", "squat", "stoop", "unclear"]
    ]
    assert len(technique(mild, 5, GETTEXT)[0].patterns) == 2
    assert len(technique(mild, 10, GETTEXT)[0].patterns) == 1
    assert technique(mild, 21, GETTEXT) == []


def test_known_faults_are_always_there_in_the_same_order_and_rare_unknown_ones_never() -> None:
    seen = {"too_shallow": 15, "wobbles": 15, "leaps": 5, "too_fast": 9}
    (period,) = technique([week(0, {"s1": totals((40, 0, 0, 0), seen)})], 10, GETTEXT)
    given = {fault.name: fault.sessions for fault in period.faults}
    assert list(given) == [*words.FAULTS, "wobbles"]
    assert {name for name, count in given.items() if count is not None} == {
        "too_shallow",
        "wobbles",
    }
    assert period.faults[-1].label == "Wobbles"


def test_hidden_numbers_change_nothing_of_an_answer() -> None:
    """Every gym with the same shown numbers gets the same bytes."""
    said = {
        json.dumps(
            [
                period.model_dump(mode="json")
                for period in technique(
                    [
                        week(
                            0,
                            {
                                "s1": totals(
                                    (30, 10 - rare, rare, 0),
                                    {"too_fast": rare, "leaps": rare, "back_rounds": 15},
                                )
                            },
                        )
                    ],
                    10,
                    GETTEXT,
                )
            ]
        )
        for rare in range(10)
    }
    assert len(said) == 1


def test_halves_and_the_whole_are_of_the_same_sessions() -> None:
    (period,) = technique([week(0, {"s1": totals((20, 0, 0, 0), with_reps=9)})], 10, GETTEXT)
    assert period.clean_percent is None
    assert period.halves is None
    (period,) = technique([week(0, {"s1": totals((20, 0, 0, 0), with_reps=10)})], 10, GETTEXT)
    assert period.clean_percent == 70
    assert period.halves is not None


def test_stations_with_few_sessions_stand_with_their_neighbours() -> None:
    each = {"a": 30, "b": 20, "c": 12, "d": 3}
    (period,) = stations(
        [week(0, {name: totals((count, 0, 0, 0)) for name, count in each.items()})], 10
    )
    assert [(group.stations, group.sessions) for group in period.groups] == [
        (["a"], 30),
        (["b"], 20),
        (["c", "d"], 15),
    ]
    assert {group.clean_percent for group in period.groups} == {70}


def test_a_station_without_sessions_is_not_left_out_once_it_had_some() -> None:
    weeks = [
        week(0, {"a": totals((20, 0, 0, 0)), "b": totals((20, 0, 0, 0))}),
        week(1, {"a": totals((20, 0, 0, 0))}),
    ]
    assert [[g.stations for g in p.groups] for p in stations(weeks, 10)] == [
        [["a"], ["b"]],
        [["a", "b"]],
    ]


def test_no_share_of_a_station_is_left_when_the_others_are_taken_from_the_gyms() -> None:
    """20 sessions at b, but 4 with reps: its share would follow from the gym's and a's."""
    weeks = [
        week(0, {"a": totals((40, 0, 0, 0)), "b": totals((20, 0, 0, 0), with_reps=4, clean=0.0)})
    ]
    (period,) = stations(weeks, 10)
    assert [group.stations for group in period.groups] == [["a", "b"]]
    few = [week(0, {n: totals((20, 0, 0, 0), with_reps=4) for n in ("a", "b")})]
    (period,) = stations(few, 10)
    assert [(g.stations, g.sessions, g.clean_percent) for g in period.groups] == [
        (["a", "b"], 40, None)
    ]


@given(gyms(stations=9), K)
def test_every_group_of_stations_holds_k_sessions_with_reps_or_is_the_whole_gym(
    weeks: list[Week], k: int
) -> None:
    for period, shown in zip(
        [p for p in periods(weeks) if p.totals.sessions >= k], stations(weeks, k), strict=True
    ):
        assert [name for group in shown.groups for name in group.stations] == list(period.stations)
        for group in shown.groups:
            held = sum(period.stations[name].clean.sessions for name in group.stations)
            assert held >= max(k, period.k) or len(shown.groups) == 1
            assert (group.clean_percent is None) == (held < max(k, period.k))


@pytest.mark.parametrize("length", [2, 3])
def test_asking_after_every_week_tells_no_week_that_was_not_given_alone(length: int) -> None:
    """Brute force: someone reads every answer and knows each period's sessions exactly."""
    k, most = 5, 7
    seen: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most + 1), repeat=length):
        weeks = weeks_of((1, *counts), k)
        answers = tuple(
            tuple(
                (p.starts, p.until, p.totals.sessions)
                for p in periods([w for w in weeks if w.starts < MONDAY + timedelta(weeks=upto)])
            )
            for upto in range(1, length + 2)
        )
        seen[answers].append(counts)
    for answers, possible in seen.items():
        shown = answers[-1]  # type: ignore[index]
        alone = {start for start, until, _ in shown if until - start == timedelta(weeks=1)}
        ends = {until - timedelta(weeks=1) for _, until, _ in shown}
        if any(sessions > most for *_, sessions in shown):
            continue
        for number in range(length):
            monday = MONDAY + timedelta(weeks=number + 1)
            values = {counts[number] for counts in possible}
            if monday not in alone | ends:
                assert len(values) >= 2, (answers, number)
                assert 0 in values
