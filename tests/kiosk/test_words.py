"""What the screens say."""

from dataclasses import replace
from typing import get_args

import pytest

from station import exercises
from station.hinge import INSTRUCTIONS, Angles, Back, Cue, Neck, Rep, Summary, View
from station.hinge.exercise import FaultName
from station.kiosk import icons, summary_words, words
from station.kiosk.palette import BLUE, GROUND, INK, ORANGE, QUIET, SURFACE, WHITE, Colour

HINGE = exercises.load("hinge")
REP = Rep(
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
ROUNDED = replace(
    REP, pattern="stoop", back=Back("rounded"), faults=("back_rounds",), clean=False, cue="Reach"
)
UNSEEN = replace(REP, back=Back("cannot_tell", reason="ripple"))


def said(*reps: Rep, work_on: str | None = None, **more: object) -> summary_words.SummaryWords:
    summary = Summary("hinge", 40.0, View("side"), 30.0, {}, reps, work_on=work_on)
    return summary_words.summary_words(
        replace(summary, **more),  # type: ignore[arg-type]
        HINGE,
        lambda name: name.upper(),
        lambda text: text,
    )


def test_one_thing_to_work_on_with_its_cause_fix_and_drill() -> None:
    told = said(REP, ROUNDED, ROUNDED, work_on="back_rounds", drill="wall_tap")
    fault = HINGE.faults[0]
    assert (told.advice, told.cause, told.fix) == (fault.cue, fault.cause, fault.fix)
    assert told.heading == words.Said("Work on this", "change")
    assert [(each.exercise, each.label) for each in told.nexts] == [("wall_tap", "Drill: WALL_TAP")]
    assert told.back == words.Said("Your back rounded in 2 of 3.", "change")
    assert (told.reps, told.clean) == (3, 1)


def test_a_clean_set_is_praised_and_offered_the_next_rung() -> None:
    told = said(REP, REP, next_rungs=("rdl", "kickstand"))
    assert told.heading == words.Said("Keep it up", "right")
    assert told.pattern == words.Said("You moved through your hips.", "right")
    assert [each.label for each in told.nexts] == ["Next: RDL", "Next: KICKSTAND"]


def test_a_back_that_rounds_late_is_told_its_own_cause_and_fix() -> None:
    late = HINGE.faults[0].late
    assert late is not None
    told = said(ROUNDED, ROUNDED, work_on="back_rounds", onset="late")
    assert (told.advice, told.cause, told.fix) == (late.cue, late.cause, late.fix)


def test_what_cannot_be_told_is_said() -> None:
    assert "can't tell" in said(UNSEEN, UNSEEN).back.text
    assert "can't tell in 1 of 3" in said(UNSEEN, REP, REP).back.text
    moved, back = words.last_rep(UNSEEN, lambda text: text)
    assert back == words.Said("Back: can't tell", "fact")
    assert moved.tone == "right"


def test_a_mixed_set_is_called_mixed() -> None:
    squat = replace(REP, pattern="squat")
    assert said(REP, squat).pattern.text == words.PATTERNS["mixed"]
    assert said(REP, squat, squat).pattern.text == words.PATTERNS["squat"]


def test_attempts_and_what_was_not_sure_are_told_apart() -> None:
    told = said(replace(REP, kind="attempt", clean=False), replace(REP, kind="uncertain"))
    assert (told.reps, told.clean, told.attempts, told.unsure) == (0, 0, 1, 1)
    assert told.pattern.text == "No full rep yet."


def test_every_cue_has_an_icon() -> None:
    for name in (*INSTRUCTIONS, *get_args(FaultName), "praise"):
        assert icons.BY_CUE[name], name


def test_icons_stay_in_their_square() -> None:
    for name, lines in icons.BY_CUE.items():
        assert all(0 <= c <= 1 for line in lines for point in line for c in point), name


def test_only_praise_is_blue() -> None:
    assert words.tone_of(Cue("praise", "Clean")) == "right"
    assert words.tone_of(Cue("turn", "Turn to the side")) == "change"


def luminance(colour: Colour) -> float:
    """Relative luminance after WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (WHITE, GROUND),
        (WHITE, SURFACE),
        (QUIET, GROUND),
        (BLUE, GROUND),
        (BLUE, SURFACE),
        (ORANGE, GROUND),
        (ORANGE, SURFACE),
        (INK, BLUE),
        (INK, ORANGE),
        (INK, QUIET),
    ],
)
def test_every_pair_of_colours_has_wcag_contrast(ink: Colour, ground: Colour) -> None:
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
