"""What may leave the hub, attacked by someone who knows the rule and more than the page shows."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hub.suppression import (
    Group,
    average_percent,
    halved,
    rounded,
    split,
    with_and_without,
)

NAMES = ("a", "b", "c", "d")
COUNTS = st.tuples(*[st.integers(0, 400)] * 4)
K = st.integers(5, 50)

World = tuple[int, ...]
Answer = tuple[Group, ...]


def worlds(total: int, cells: int) -> Iterator[World]:
    """Every way to put `total` sessions into so many categories."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in worlds(total - first, cells - 1):
            yield (first, *rest)


def answer(world: World, k: int) -> Answer:
    return split(dict(zip(NAMES, world, strict=False)), k)


def test_nine_sessions_say_nothing_and_ten_only_how_many() -> None:
    assert split({"a": 9, "b": 0}, k=10) == ()
    assert split({"a": 10, "b": 0}, k=10) == (Group(("a", "b"), 10),)


def test_a_big_gym_sees_every_kind_and_the_rare_ones_together() -> None:
    counts = {"a": 142, "b": 33, "c": 21, "d": 4}
    assert split(counts, k=10) == (
        Group(("a",), 140),
        Group(("b",), 35),
        Group(("c", "d"), 25),
    )


def test_a_fault_that_nearly_all_have_is_hidden_like_one_that_nearly_nobody_has() -> None:
    assert with_and_without(9, 100, k=10) is None
    assert with_and_without(91, 100, k=10) is None
    assert with_and_without(0, 100, k=10) is None
    assert with_and_without(12, 100, k=10) == 10
    assert with_and_without(90, 100, k=10) == 90


@given(COUNTS, K)
def test_every_group_given_holds_at_least_k_and_so_does_all_that_is_left_of_it(
    world: World, k: int
) -> None:
    counts = dict(zip(NAMES, world, strict=True))
    left = sum(world)
    groups = split(counts, k)
    assert [name for group in groups for name in group.names] in ([], list(NAMES))
    for group in groups:
        exact = sum(counts[name] for name in group.names)
        assert exact >= k
        assert group.sessions == rounded(exact)
        left -= exact
        assert left == 0 or left >= k


@pytest.mark.parametrize(("cells", "k", "most"), [(2, 5, 60), (3, 5, 40), (4, 5, 26), (4, 6, 24)])
def test_no_kind_that_is_not_given_can_be_told_even_knowing_the_exact_number_of_sessions(
    cells: int, k: int, most: int
) -> None:
    """Brute force over every possible gym: group all worlds that give the same answer, as someone
    does who counts the sessions exactly and knows the rule; no hidden cell is the same in all."""
    for total in range(k, most):
        seen: dict[Answer, list[World]] = defaultdict(list)
        for world in worlds(total, cells):
            seen[answer(world, k)].append(world)
        for groups, possible in seen.items():
            for group in groups:
                for name in group.names if len(group.names) > 1 else ():
                    values = {world[NAMES.index(name)] for world in possible}
                    assert max(values) - min(values) >= k - 1, (total, groups, name, values)


def test_nor_does_knowing_what_is_given_without_the_rounding_help() -> None:
    k = 5
    for total in range(k, 26):
        seen: dict[tuple[tuple[tuple[str, ...], int], ...], list[World]] = defaultdict(list)
        for world in worlds(total, 4):
            exact = tuple(
                (group.names, sum(world[NAMES.index(name)] for name in group.names))
                for group in answer(world, k)
            )
            seen[exact].append(world)
        for exact, possible in seen.items():
            for names, count in exact:
                for name in names if len(names) > 1 else ():
                    values = {world[NAMES.index(name)] for world in possible}
                    assert set(range(k)) <= values or max(values) - min(values) >= count // 2


def halves(world: World, k: int) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Groups of stations and how many sessions each has, exactly."""
    counts = {f"s{i}": count for i, count in enumerate(world)}
    return tuple((names, sum(counts[name] for name in names)) for names in halved(counts, k))


def test_a_quiet_station_is_grouped_with_its_neighbour_and_the_others_stay_alone() -> None:
    assert halves((30, 30, 4, 30), 10) == ((("s0",), 30), (("s1",), 30), (("s2", "s3"), 34))
    assert halves((4, 30, 30), 10) == ((("s0", "s1", "s2"), 64),)
    assert halves((10, 10), 10) == ((("s0",), 10), (("s1",), 10))
    assert halves((9, 11), 10) == ((("s0", "s1"), 20),)
    assert halves((9,), 10) == ((("s0",), 9),)
    assert halves((), 10) == ()


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 33), (4, 26), (5, 21)])
def test_every_station_in_a_group_may_have_had_any_number_up_to_k_though_groups_are_exact(
    cells: int, most: int
) -> None:
    """Brute force over every possible gym, as someone does who knows each group's exact sum."""
    k = 5
    for total in range(k, most):
        seen: dict[object, list[World]] = defaultdict(list)
        for world in worlds(total, cells):
            seen[halves(world, k)].append(world)
        for groups, possible in seen.items():
            assert all(count >= k for _, count in groups)
            for names, _ in groups:
                for name in names if len(names) > 1 else ():
                    values = {world[int(name[1:])] for world in possible}
                    assert values >= set(range(k)), (groups, name, values)


@pytest.mark.parametrize(("cells", "most"), [(2, 14), (3, 11)])
def test_nor_can_it_be_told_when_groups_are_made_by_the_sessions_with_reps(
    cells: int, most: int
) -> None:
    """Groups by one count show the sums of another that is never smaller."""
    k = 5
    for total in range(k, most):
        seen: dict[object, set[World]] = defaultdict(set)
        for world in worlds(total, cells):
            for with_reps in product(*(range(count + 1) for count in world)):
                names = [group for group, _ in halves(with_reps, k)]
                sums = tuple(sum(world[int(name[1:])] for name in group) for group in names)
                seen[tuple(names), sums, sum(with_reps) >= k].add(world)
        for (groups, *_), possible in seen.items():
            for group in groups:
                for name in group if len(group) > 1 else ():
                    assert {world[int(name[1:])] for world in possible} >= set(range(k))


@given(st.lists(st.integers(0, 60), max_size=40), K, st.integers(0, 20))
def test_a_larger_k_only_puts_groups_of_stations_together(
    counts: list[int], k: int, more: int
) -> None:
    before = [set(names) for names, _ in halves(tuple(counts), k)]
    for names, _ in halves(tuple(counts), k + more):
        assert set(names) == set().union(*(group for group in before if group <= set(names)))


@given(COUNTS, K, st.integers(0, 20))
def test_a_larger_k_only_puts_kinds_together(world: World, k: int, more: int) -> None:
    before = [set(group.names) for group in answer(world, k)]
    for group in answer(world, k + more):
        names = set(group.names)
        assert names == set().union(*(group for group in before if group <= names))


def test_subtracting_one_report_from_the_next_says_nothing_since_they_share_no_session() -> None:
    """All pairs of reports: what the second answers leaves the first as open as it was alone."""
    k, first_total, second_total = 5, 11, 10
    alone: dict[Answer, set[World]] = defaultdict(set)
    both: dict[tuple[Answer, Answer], set[World]] = defaultdict(set)
    for first, second in product(worlds(first_total, 3), worlds(second_total, 3)):
        alone[answer(first, k)].add(first)
        both[answer(first, k), answer(second, k)].add(first)
    for (said, _), possible in both.items():
        assert possible == alone[said]


@given(st.floats(0, 300), st.integers(1, 300), K)
def test_averages_need_k_sessions_and_never_say_all_or_nobody(
    total: float, sessions: int, k: int
) -> None:
    percent = average_percent(min(total, sessions), sessions, k)
    if sessions < k:
        assert percent is None
    else:
        assert percent is not None
        assert 5 <= percent <= 95
        assert percent % 5 == 0
