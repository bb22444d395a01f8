"""Readings of the back that agree make it sure, readings that disagree make it unsure."""

from hypothesis import given
from hypothesis import strategies as st

from station.hinge.rounding import FLAT, ROUNDED, probability

READING = st.floats(-0.3, 0.3)


def test_a_gross_round_back_is_told_from_a_still() -> None:
    assert probability(0.12, None, None) > 0.95


def test_a_flat_back_is_told_from_a_still() -> None:
    assert probability(0.0, None, None) < 0.05


def test_growth_turns_an_ambiguous_back() -> None:
    assert FLAT < probability(0.042, None, None) < ROUNDED
    assert probability(0.042, None, 0.06) > ROUNDED
    assert probability(0.042, None, 0.0) < FLAT


def test_who_stoops_from_the_first_degree_is_told_by_the_change_from_standing() -> None:
    assert probability(0.076, 0.066, 0.004) > 0.95


def test_a_loose_shirt_over_a_flat_back_is_outvoted_by_no_change_from_standing() -> None:
    assert probability(0.05, 0.005, None) < 0.05


@given(READING, st.none() | READING, st.none() | READING)
def test_it_is_a_probability_and_more_bulge_is_never_less_rounded(
    raw: float, change: float | None, growth: float | None
) -> None:
    chance = probability(raw, change, growth)
    assert 0 < chance < 1
    assert probability(raw + 0.01, change, growth) >= chance
    if change is not None:
        assert probability(raw, change + 0.01, growth) >= chance
    if growth is not None:
        assert probability(raw, change, growth + 0.01) >= chance
