"""What a set becomes in the ledger."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hinge import Angles, Back, Neck, Rep, Summary, View
from station.kiosk.outcome import depth_band, finished_session, minutes_band
from station.ledger import FinishedSession, Ledger


def rep(**changes: object) -> Rep:
    """A clean full hinge, changed as the story needs it."""
    plain = Rep(
        kind="rep",
        start_s=0,
        bottom_s=1,
        end_s=2,
        pattern="hinge",
        angles=Angles(60, 85, 20, 0, None, None),
        back=Back("flat"),
        neck=Neck("cannot_tell"),
        faults=(),
        clean=True,
        cue=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def session(*reps: Rep, seconds: float = 40.0) -> FinishedSession | None:
    summary = Summary("hinge", seconds, View("side"), seconds, {}, reps)
    return finished_session(
        summary, seconds=seconds, source="camera", mode="set", outcome="left", cfg=0
    )


FAULTY = rep(pattern="stoop", faults=("back_rounds", "hips_stay"), clean=False)


def test_reps_patterns_and_faults_are_counted() -> None:
    made = session(rep(), FAULTY, rep(kind="attempt", clean=False, faults=("too_shallow",)))
    assert made is not None
    assert (made.reps, made.clean, made.attempts) == (2, 1, 1)
    assert made.patterns == {"hinge": 1, "stoop": 1}
    assert made.faults == {"back_rounds": 1, "hips_stay": 1}
    assert (made.source, made.mode, made.outcome) == ("camera", "set", "left")


def test_an_odd_middle_rep_belongs_to_the_first_half() -> None:
    made = session(rep(), FAULTY, rep(), rep(), FAULTY)
    assert made is not None
    assert (made.first_half_clean, made.second_half_clean) == (2, 1)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_the_halves_add_up_to_the_whole(clean: list[bool]) -> None:
    made = session(*(rep() if good else FAULTY for good in clean))
    assert made is not None
    assert made.first_half_clean + made.second_half_clean == made.clean == sum(clean)


def test_a_set_without_rep_or_attempt_is_not_written() -> None:
    assert session() is None
    assert session(rep(kind="uncertain", clean=False)) is None
    assert session(rep(kind="attempt", clean=False)) is not None


@pytest.mark.parametrize(
    ("depths", "band"),
    [
        ([], "none"),
        ([59.9], "shallow"),
        ([60], "half"),
        ([80], "half"),
        ([80.1], "deep"),
        ([30, 70, 100], "half"),
    ],
)
def test_depth_is_the_median_of_the_full_reps(depths: list[float], band: str) -> None:
    reps = [rep(angles=Angles(60, depth, 20, 0, None, None)) for depth in depths]
    assert depth_band(reps) == band


@pytest.mark.parametrize(
    ("seconds", "band"),
    [
        (0, "under_1"),
        (59, "under_1"),
        (60, "1_to_3"),
        (180, "3_to_10"),
        (599, "3_to_10"),
        (600, "over_10"),
    ],
)
def test_minutes_are_told_in_bands(seconds: float, band: str) -> None:
    assert minutes_band(seconds) == band


def test_the_ledger_takes_what_is_made_here(tmp_path: Path) -> None:
    made = session(rep(), FAULTY)
    assert made is not None
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.finish(made)
    assert ledger.depth() == 1
    ledger.close()
