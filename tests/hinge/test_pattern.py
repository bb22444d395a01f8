"""Hips, knees or spine; and what the neck does."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import exercises
from station.hinge import Back, Checker, Exercise, Rep
from station.hinge.pattern import knees_lead, neck_of, oblique_pattern_of, pattern_of
from station.hinge.verdict import Angles
from station.vision import Pose
from tests.people import HINGE, ROUNDED, SQUAT, Camera, Posture, standing

HIP_HINGE, DEADLIFT = exercises.load("hinge"), exercises.load("deadlift")
FLAT, GROSS = Back("flat", sagitta=0.01), Back("rounded", sagitta=0.09)


def bottom(
    trunk: float, hip: float, knee: float, shin: float, travel: float | None = None
) -> Angles:
    return Angles(trunk, hip, knee, shin, None, travel)


def reps(poses: Iterable[Pose], exercise: str = "hinge") -> tuple[Rep, ...]:
    checker = Checker(exercises.load(exercise))
    for each in poses:
        checker.update(each)
    return checker.finish().reps


# Bottoms of real and rendered people (trunk, hip, knee, shin, travel) that lie near the border.
HINGES = [
    bottom(49, 115, 92, 26, 0.57),  # a deadlift published as correct, its most squat-like rep
    bottom(68, 130, 87, 27, 0.40),
    bottom(75, 131, 75, 18),
    bottom(66, 102, 45, 9, 0.61),
    bottom(74, 131, 128, 71),  # weight plates hide the shin: no ankle bends so far
]
SQUATS = [
    bottom(41, 94, 84, 31, 0.41),
    bottom(36, 120, 112, 28, 0.37),
    bottom(22, 97, 120, 44, 0.25),
    bottom(55, 131, 121, 44),
    bottom(35, 136, 126, 26, 0.39),
]


@pytest.mark.parametrize("seen", HINGES, ids=str)
def test_deadlifts_down_to_the_floor_are_hinges(seen: Angles) -> None:
    assert pattern_of(seen, seen, FLAT, DEADLIFT) == "hinge"


@pytest.mark.parametrize("exercise", [HIP_HINGE, DEADLIFT], ids=lambda e: e.id)
@pytest.mark.parametrize("seen", SQUATS, ids=str)
def test_squats_are_squats_in_every_exercise(seen: Angles, exercise: Exercise) -> None:
    assert pattern_of(seen, seen, FLAT, exercise) == "squat"


def test_the_exercise_decides_how_much_knee_is_a_squat() -> None:
    deep = bottom(50, 108, 85, 27, 0.48)
    assert pattern_of(deep, deep, FLAT, HIP_HINGE) == "squat"
    assert pattern_of(deep, deep, FLAT, DEADLIFT) == "hinge"


def test_a_spine_that_does_half_of_the_bend_is_a_stoop() -> None:
    seen = bottom(64, 77, 4, -8, 0.5)
    assert pattern_of(seen, seen, GROSS, HIP_HINGE) == "stoop"
    assert pattern_of(seen, seen, replace(GROSS, sagitta=0.045), HIP_HINGE) == "hinge"
    assert pattern_of(seen, seen, Back("cannot_tell"), HIP_HINGE) == "hinge"


def test_hardly_bent_at_all_is_unclear() -> None:
    seen = bottom(15, 20, 5, 0)
    assert pattern_of(seen, seen, FLAT, HIP_HINGE) == "unclear"


@pytest.mark.parametrize(
    ("posture", "pattern"),
    [(HINGE, "hinge"), (SQUAT, "squat"), (ROUNDED, "stoop"), (Posture(88, 5, -6), "hinge")],
)
def test_the_whole_checker_names_it(posture: Posture, pattern: str) -> None:
    (rep,) = reps(standing().bend(posture).poses())
    assert rep.pattern == pattern


@given(st.floats(5, 95), st.floats(30, 140), st.floats(0, 130), st.floats(-20, 50), st.floats(0, 1))
def test_more_knee_never_makes_it_less_of_a_squat(
    trunk: float, hip: float, knee: float, shin: float, travel: float
) -> None:
    less = knees_lead(bottom(trunk, hip, knee, shin, travel), 60)
    assert knees_lead(bottom(trunk, hip, knee + 10, shin, travel), 60) >= less
    assert knees_lead(bottom(trunk, hip, knee, shin, travel), 180) <= less


def test_at_an_angle_what_lies_between_is_not_named() -> None:
    for knee, pattern in ((40, "hinge"), (75, "unclear"), (105, "squat")):
        seen = bottom(45, 100, knee, 10)
        assert oblique_pattern_of(seen, seen) == pattern


# The neck.


@pytest.mark.parametrize(
    ("tilt", "said"),
    [(0, "long"), (30, "long"), (41, "cannot_tell"), (50, "poked"), (-26, "cannot_tell"),
     (-36, "tucked"), (None, "cannot_tell")],
)  # fmt: skip
def test_near_a_limit_the_neck_is_not_told(tilt: float | None, said: str) -> None:
    assert neck_of(tilt, 30.0, FLAT, HIP_HINGE).verdict == said


def test_looking_down_while_standing_makes_no_poked_chin() -> None:
    assert neck_of(60.0, 10.0, FLAT, HIP_HINGE).verdict == "cannot_tell"


def test_a_round_back_tips_the_chest_and_is_not_taken_for_a_tucked_chin() -> None:
    """Rendered stoops whose necks bend by 9° read −40° against the line from hip to shoulder."""
    neck = neck_of(-40.0, -26.0, Back("rounded", sagitta=0.069), HIP_HINGE)
    assert neck.verdict != "tucked"
    assert neck.deg == pytest.approx(-15, abs=3)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_a_poked_chin_is_told_and_a_long_neck_is_praised(facing: str) -> None:
    stream = standing(Camera(facing=facing)).bend(HINGE).bend(replace(HINGE, neck=55)).poses()
    long, poked = reps(stream)
    assert (long.neck.verdict, poked.neck.verdict) == ("long", "poked")
    assert poked.neck.deg == pytest.approx(55, abs=3)
    assert "head_pokes" in poked.faults


def test_shrugged_shoulders_are_no_poked_chin() -> None:
    """Shoulders that arms pull forward turn the line to the ear, not the head."""
    stream = []
    for p in standing().bend(HINGE).poses():
        landmarks = p.landmarks.copy()
        if 2.2 < p.t < 4.4:
            # 6 cm along the trunk's front.
            landmarks[11:13, :2] += (4.0, 18.0)
        stream.append(replace(p, landmarks=landmarks, contour=None))
    (rep,) = reps(stream)
    assert rep.neck.verdict == "long"
