"""The member's own standing: when it is believed, and when there is none."""

import math
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from station import exercises
from station.hinge import Checker, Summary
from station.hinge.back import Shape
from station.hinge.baseline import Baseline, Standing
from station.hinge.verdict import Angles
from station.vision import Pose
from tests.people import HINGE, ROUNDED, STANDING, Camera, Posture, Scene, standing

EXERCISE = exercises.load("hinge")
Course = Callable[[float], float]


def flat(mean: float = 0.0) -> Shape:
    points = np.zeros((2, 2), np.float32)
    return Shape(mean=mean, low=mean, high=mean, long=None, hunch=None, points=points)


def stood(
    seconds: float,
    trunk: Course = lambda t: 0.0,
    place: Course = lambda t: 640.0,
    back: Course | None = None,
    fps: float = 30.0,
    baseline: Baseline | None = None,
) -> Baseline:
    """Upright for so long; angles in degrees, `place` in pixels of a thigh of 126."""
    baseline = baseline or Baseline()
    for i in range(int(seconds * fps) + 1):
        t = i / fps
        seen = Angles(trunk(t), trunk(t), 2.0, 1.0, 10.0, None)
        baseline.update(t, seen, flat(back(t)) if back else None, place(t), 126.0, -5.0)
    return baseline


def found(baseline: Baseline) -> Standing:
    assert baseline.standing is not None
    return baseline.standing


def test_a_second_of_standing_still_makes_a_standing() -> None:
    standing = found(stood(1.1, trunk=lambda t: 4.0, back=lambda t: 0.01))
    assert (standing.angles.trunk, standing.provisional) == (4.0, False)
    assert standing.back is not None
    assert standing.back.mean == pytest.approx(0.01)
    assert standing.head == -5.0


@pytest.mark.parametrize("fps", [8.0, 15.0, 60.0])
def test_a_glimpse_makes_a_provisional_one_until_the_second_is_full(fps: float) -> None:
    baseline = stood(0.55, fps=fps)
    assert found(baseline).provisional
    assert not found(stood(1.3, fps=fps)).provisional


def test_less_than_a_glimpse_makes_none() -> None:
    assert stood(0.2).standing is None


def test_a_provisional_one_never_replaces_a_full_one() -> None:
    baseline = stood(1.5, trunk=lambda t: 1.0)
    baseline.interrupt()
    assert found(stood(0.5, trunk=lambda t: 5.0, baseline=baseline)).angles.trunk == 1.0


def test_who_moves_does_not_stand() -> None:
    assert stood(3.0, trunk=lambda t: 8 * math.sin(4 * t)).standing is None


@pytest.mark.parametrize(
    "place", [lambda t: 640 + 14 * math.sin(6 * t), lambda t: 400 + 120 * t], ids=["sway", "walk"]
)
def test_who_sways_or_walks_upright_has_no_full_standing(place: Course) -> None:
    assert stood(3.0, place=place).standing is None or found(stood(3.0, place=place)).provisional


def test_arms_that_move_before_the_back_leave_its_shape_unknown() -> None:
    assert found(stood(1.5, back=lambda t: 0.03 * math.sin(9 * t))).back is None


def test_a_back_once_known_outlives_arms_that_move_later() -> None:
    baseline = stood(1.5, back=lambda t: 0.02)
    baseline.interrupt()
    later = found(stood(1.5, back=lambda t: 0.03 * math.sin(9 * t), baseline=baseline))
    assert later.back is not None
    assert later.back.mean == pytest.approx(0.02)


def test_a_rest_on_the_way_up_is_not_believed_to_be_standing_but_a_new_stance_is() -> None:
    for seconds, trunk in ((2.0, 0.0), (4.0, 14.0)):
        baseline = stood(1.5)
        baseline.interrupt()
        stood(seconds, trunk=lambda t: 14.0, baseline=baseline)
        assert found(baseline).angles.trunk == trunk


def test_sitting_is_its_own_upright() -> None:
    seat = Angles(2.0, 88.0, 84.0, -2.0, None, None)
    standing, seated = Baseline(), Baseline("seated")
    for i in range(45):
        standing.update(i / 30, seat, None)
        seated.update(i / 30, seat, None)
    assert standing.standing is None
    assert found(seated).angles.hip_flexion == 88.0


# By the whole checker.


def check(poses: Iterable[Pose]) -> Summary:
    checker = Checker(EXERCISE)
    for each in poses:
        checker.update(each)
    return checker.finish()


def test_a_third_of_a_second_before_the_first_rep_is_enough_to_judge_by() -> None:
    scene = Scene(camera=Camera()).hold(0.4).bend(HINGE)
    (rep,) = check(scene.poses()).reps
    assert (rep.kind, rep.neck.verdict) == ("rep", "long")


def test_reps_from_before_any_standing_are_judged_again_by_the_one_after() -> None:
    scene = Scene(steps=((ROUNDED, 0.0),)).hold(0.6).move(STANDING, 1.0).hold(1.5)
    checker = Checker(EXERCISE)
    live = [update.rep for p in scene.poses() if (update := checker.update(p)).rep is not None]
    (after,) = checker.finish().reps
    assert [rep.neck.verdict for rep in live if rep is not None] == ["cannot_tell"]
    assert after.kind == "uncertain"
    assert after.neck.deg is not None


def test_a_member_who_is_never_seen_standing_has_no_standing() -> None:
    scene = Scene(steps=((HINGE, 0.0),)).hold(2.0).move(Posture(trunk=50, knee=15), 1.0).hold(1.0)
    (rep,) = check(scene.poses()).reps
    assert (rep.kind, rep.neck.deg, rep.angles.hip_travel) == ("uncertain", None, None)


def test_offsets_of_the_estimator_are_taken_out() -> None:
    """Landmarks that read everybody 8° bent back count and judge as if they did not."""
    tilted = Scene(steps=((Posture(trunk=-8), 0.0),)).hold(2.0)
    scene = tilted.move(Posture(trunk=67, knee=20), 1.0).hold(0.5).move(Posture(trunk=-8), 1.0)
    offset = check(scene.hold(0.5).poses())
    plain = check(standing().bend(HINGE).poses())
    assert [(r.kind, r.pattern, r.faults) for r in offset.reps] == [
        (r.kind, r.pattern, r.faults) for r in plain.reps
    ]
