"""Readings of the back that agree make it sure, readings that disagree make it unsure."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from station.hinge.rounding import FLAT, ROUNDED, Reading, doubt, probability

SPAN = st.floats(-0.3, 0.3)
DEGREES = st.floats(-180, 180)


def test_a_gross_round_back_is_told_from_a_single_picture() -> None:
    assert probability(Reading(mean=0.13, long=0.15)) > 0.95


def test_a_flat_back_is_told_from_a_single_picture() -> None:
    reading = Reading(mean=0.0, long=0.0, hunch=0.01, neck_deg=15)
    assert doubt(reading, probability(reading), still=True) is None
    assert probability(reading) < FLAT


def test_a_back_that_might_be_either_cannot_be_told_from_a_single_picture() -> None:
    reading = Reading(mean=0.02, long=0.05, neck_deg=8)
    assert doubt(reading, probability(reading), still=True) == "borderline"


def test_a_hunch_over_a_hollow_low_back_is_not_called_flat() -> None:
    reading = Reading(mean=-0.03, long=0.0, hunch=0.08, neck_deg=20)
    assert doubt(reading, probability(reading), still=False) == "parts_disagree"
    compared = replace(reading, change=0.0)
    assert doubt(compared, probability(compared), still=False) is None


def test_growth_on_the_way_down_turns_an_ambiguous_back() -> None:
    reading = Reading(mean=0.03, long=0.06)
    assert probability(replace(reading, growth=0.06)) > ROUNDED
    assert probability(replace(reading, growth=0.0)) < FLAT


def test_a_head_in_line_with_a_lifted_contour_is_evidence_and_a_head_up_is_against() -> None:
    shirt = Reading(mean=0.04, long=0.06, growth=0.015)
    assert (
        probability(replace(shirt, neck_deg=25)) < FLAT < probability(replace(shirt, neck_deg=-20))
    )


def test_who_stoops_from_the_first_degree_is_told_by_the_change_from_standing() -> None:
    assert probability(Reading(0.08, 0.15, change=0.066, growth=0.0)) > 0.95


def test_a_loose_shirt_over_a_flat_back_is_outvoted_by_no_change_from_standing() -> None:
    assert probability(Reading(mean=0.045, long=0.05, neck_deg=15, change=0.0)) < FLAT


@given(SPAN, st.none() | SPAN, st.none() | DEGREES, st.none() | SPAN, st.none() | SPAN)
def test_it_is_a_probability_and_more_bulge_is_never_less_rounded(
    mean: float, long: float | None, neck: float | None, change: float | None, growth: float | None
) -> None:
    reading = Reading(mean, long, None, neck, change, growth)
    chance = probability(reading)
    assert 0 < chance < 1
    if long is None:
        assert probability(replace(reading, mean=mean + 0.01)) >= chance
    else:
        assert probability(replace(reading, long=long + 0.01)) >= chance
    if change is not None:
        assert probability(replace(reading, change=change + 0.01)) >= chance
    if growth is not None:
        assert probability(replace(reading, growth=growth + 0.01)) >= chance
    if neck is not None:
        assert probability(replace(reading, neck_deg=neck + 5)) <= chance
