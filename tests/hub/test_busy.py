"""Busy hours, attacked by someone who writes down every answer."""

from collections import defaultdict
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hub.answers import Cell
from station.hub.busy import Step, busyness, latest_step
from station.hub.weeks import Week
from tests.hub.gyms import HOURS, MONDAY, totals, week, weeks_of

WEEKS = st.lists(
    st.dictionaries(st.integers(0, HOURS - 1) | st.just(7), st.integers(0, 60), max_size=8),
    max_size=12,
)


def gym(hours: list[dict[int, int]], k: int) -> list[Week]:
    return [
        week(number, {"s1": totals((sum(counts.values()), 0, 0, 0))}, k, counts)
        for number, counts in enumerate(hours)
        if any(counts.values())
    ]


def first_cell(counts: list[int], k: int = 10) -> Cell:
    return busyness(weeks_of(counts, k), k).cells[0]


def test_there_are_always_168_cells_in_the_order_of_the_week() -> None:
    for weeks in ([], weeks_of([50])):
        cells = busyness(weeks, 10).cells
        assert [(cell.day, cell.hour) for cell in cells] == list(product(range(7), range(24)))


def test_an_hour_is_shown_from_ten_sessions_on_and_moves_on_with_ten_more() -> None:
    assert first_cell([9]).per_week is None
    assert first_cell([10]).per_week == 10
    assert first_cell([5, 5]).per_week == 5
    assert first_cell([10, 9]) == first_cell([10])
    assert first_cell([10, 9, 1]).per_week == 6.7
    assert first_cell([10, 0, 0, 0, 10]).per_week == 4


def test_nothing_is_said_of_the_weeks_while_nothing_is_shown() -> None:
    waiting = busyness(weeks_of([9]), 10)
    assert (waiting.weeks, waiting.starts, waiting.until) == (0, None, None)
    shown = busyness(weeks_of([4, 7, 9]), 10)
    assert (shown.weeks, shown.starts) == (2, MONDAY)
    assert shown.until == MONDAY + timedelta(weeks=2)


def test_hours_in_use_are_told_when_enough_weeks_were() -> None:
    assert first_cell([20] * 3).in_use_percent is None
    assert first_cell([20] * 4).in_use_percent == 95
    often = [5] * 60
    seldom = [20, 0, 0, 0] * 15 + [20]
    assert first_cell(often).in_use_percent in (90, 95)
    assert first_cell(seldom).in_use_percent in (25, 30, 35)


@given(WEEKS, st.integers(5, 30), st.integers(5, 30))
def test_between_two_answers_that_differ_in_a_cell_at_least_k_sessions_came_in_it(
    hours: list[dict[int, int]], k: int, today: int
) -> None:
    weeks = gym(hours, k)
    answers = [busyness(weeks[:upto], today).cells for upto in range(len(weeks) + 1)]
    for index in range(HOURS):
        last = 0
        for upto in range(1, len(answers)):
            if answers[upto][index] != answers[last][index]:
                assert sum(one.hours[index] for one in weeks[last:upto]) >= k
                last = upto


@given(WEEKS, st.integers(5, 30))
def test_a_larger_k_of_today_hides_cells_and_makes_no_other_values(
    hours: list[dict[int, int]], k: int
) -> None:
    weeks = gym(hours, 5)
    for small, large in zip(busyness(weeks, 5).cells, busyness(weeks, k).cells, strict=True):
        assert large in (
            small,
            Cell(day=small.day, hour=small.hour, per_week=None, in_use_percent=None),
        )


@pytest.mark.parametrize(("length", "most"), [(3, 9), (4, 8), (5, 6), (7, 3)])
def test_no_week_can_be_told_that_does_not_end_a_step(length: int, most: int) -> None:
    """Brute force over all counts of one hour, by someone who has every answer without rounding."""
    k = 5
    made = [
        [week(number, k=k, hours={0: count}) for count in range(most + 1)]
        for number in range(length)
    ]
    seen: dict[tuple[Step | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most + 1), repeat=length):
        weeks = [made[number][count] for number, count in enumerate(counts)]
        answers = tuple(latest_step(weeks[:upto], 0) for upto in range(1, length + 1))
        seen[answers].append(counts)
    for answers, possible in seen.items():
        steps = sorted({(step.weeks, step.sessions) for step in answers if step})
        gains = [b[1] - a[1] for a, b in zip([(0, 0), *steps], steps, strict=False)]
        if any(gain > most for gain in gains):
            continue  # Worlds beyond `most` would fit these answers too.
        ends = {number for number, _ in steps}
        for number in range(length):
            if number + 1 not in ends:
                values = {counts[number] for counts in possible}
                assert len(values) >= 2, answers
                assert 0 in values, answers
