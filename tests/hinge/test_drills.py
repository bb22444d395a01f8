"""Stories of the drills, each with its own measure of success."""

from collections.abc import Iterable

import pytest

from station import exercises
from station.hinge import Angles, Back, Checker, Summary
from station.hinge.baseline import ZERO
from station.hinge.drills import Outcome, outcome, touch
from station.hinge.exercise import HipsReach
from station.hinge.reps import Frame
from station.vision import Pose
from tests.people import HINGE, STANDING, Camera, Posture, Scene, pose, standing

SHINS_BACK = Posture(trunk=70, knee=18, shin=-6)
KNEES_PUSH = Posture(trunk=70, knee=35, shin=12)
WALL = HipsReach(measure="hips_reach", wall=0.45, at_once=0.4)

SITTING = Posture(knee=85)
"""On a chair: thighs level, knees over ankles, trunk upright."""

TILTED = Posture(trunk=40, knee=85)
HALF_DOWN = Posture(trunk=42, knee=60, shin=12)


def done(exercise: str, poses: Iterable[Pose]) -> Summary:
    checker = Checker(exercises.load(exercise))
    for each in poses:
        checker.update(each)
    return checker.finish()


def told(exercise: str, *bends: Posture) -> list[tuple[bool | None, tuple[str, ...]]]:
    scene = standing()
    for bend in bends:
        scene = scene.bend(bend)
    return [(rep.success, rep.faults) for rep in done(exercise, scene.poses()).reps]


def test_bench_in_front_succeeds_while_the_shin_stays() -> None:
    good, push, good_again = told("bench_front", HINGE, KNEES_PUSH, SHINS_BACK)
    assert good == good_again == (True, ())
    assert push == (False, ("pushes_bench",))


def test_pushing_the_bench_is_said_while_it_happens() -> None:
    checker = Checker(exercises.load("bench_front"))
    updates = [checker.update(p) for p in standing().bend(KNEES_PUSH).poses()]
    first = next(u for u in updates if u.cue is not None)
    (rep,) = checker.finish().reps
    assert first.cue is not None
    assert first.cue.text == "Off the bench: hips back"
    assert first.t < rep.bottom_s


def test_bench_behind_asks_for_the_calf_to_reach_back() -> None:
    assert told("bench_behind", SHINS_BACK, HINGE) == [(True, ()), (False, ("calf_stays",))]


def test_wall_tap_is_reached_or_missed() -> None:
    bent_over = Posture(trunk=70, knee=8)
    assert told("wall_tap", SHINS_BACK, bent_over) == [(True, ()), (False, ("wall_missed",))]


def test_a_wall_touched_at_once_is_too_close() -> None:
    back_at_once = Posture(trunk=14, knee=24, shin=-6)
    deep = Posture(trunk=95, knee=24, shin=-6)
    scene = standing().move(back_at_once, 0.6).move(deep, 1.0).hold(0.4).move(STANDING, 1.0)
    (rep,) = done("wall_tap", scene.hold(0.5).poses()).reps
    assert (rep.success, rep.faults) == (False, ("too_close",))
    assert rep.cue == "Step out from the wall"


def test_a_shallow_reach_is_no_success() -> None:
    ((success, faults),) = told("bench_front", Posture(trunk=32, knee=5))
    assert success is False
    assert faults == ("too_shallow",)


def test_a_clean_drill_leads_on_and_a_failed_one_to_what_helps() -> None:
    scene = standing().bend(HINGE).bend(SHINS_BACK)
    clean = done("bench_front", scene.poses())
    assert clean.next_rungs == ("bench_behind",)
    failed = done("bench_front", scene.bend(KNEES_PUSH).poses())
    assert (failed.next_rungs, failed.work_on, failed.drill) == ((), "pushes_bench", "wall_tap")


def test_outside_drills_there_is_no_success_to_speak_of() -> None:
    assert [success for success, _ in told("hinge", HINGE)] == [None]


def sit(facing: str = "right") -> Scene:
    """Stands, sits down with the trunk forward, as people do, and sits still."""
    scene = standing(Camera(facing=facing))
    return scene.move(HALF_DOWN, 0.8).move(SITTING, 0.8).hold(2.5)


def tilt(scene: Scene, to: Posture = TILTED) -> Scene:
    return scene.move(to, 1.0).hold(0.5).move(SITTING, 1.0).hold(0.8)


def stand_up(scene: Scene) -> Scene:
    return scene.move(HALF_DOWN, 0.8).move(STANDING, 0.8).hold(2.0)


@pytest.mark.parametrize("facing", ["right", "left"])
def test_a_seated_hinge_counts_tilts_and_neither_sitting_down_nor_standing_up(facing: str) -> None:
    summary = done("seated", stand_up(tilt(tilt(sit(facing)))).poses())
    assert [(rep.kind, rep.pattern) for rep in summary.reps] == [("rep", "hinge")] * 2
    assert [(rep.success, rep.faults) for rep in summary.reps] == [(True, ())] * 2
    assert summary.next_rungs == ("wall_tap",)


def test_sitting_down_and_standing_up_again_is_nothing() -> None:
    assert done("seated", stand_up(sit()).poses()).reps == ()


def test_a_member_who_is_sitting_from_the_start_is_measured_from_there() -> None:
    scene = Scene(steps=((SITTING, 0.0),)).hold(2.0)
    (rep,) = done("seated", tilt(scene).poses()).reps
    assert (rep.kind, rep.success) == ("rep", True)


def test_seated_a_round_back_fails_and_a_small_tilt_is_an_attempt() -> None:
    round_back = Posture(trunk=45, knee=85, bulge=0.14)
    small = Posture(trunk=22, knee=85)
    summary = done("seated", tilt(tilt(sit(), round_back), small).poses())
    rounded, shallow = summary.reps
    assert (rounded.kind, rounded.success, rounded.faults) == ("rep", False, ("back_rounds",))
    assert (shallow.kind, shallow.success, shallow.faults) == ("attempt", False, ("too_shallow",))
    assert summary.drill is None


def test_seated_without_a_silhouette_nobody_can_say_whether_it_succeeded() -> None:
    scene = tilt(Scene(camera=Camera(silhouette=False), steps=((SITTING, 0.0),)).hold(2.0))
    (rep,) = done("seated", scene.poses()).reps
    assert (rep.kind, rep.success) == ("rep", None)


def test_a_hinge_on_ones_feet_is_no_seated_hinge() -> None:
    assert done("seated", standing().bend(HINGE).bend(HINGE).poses()).reps == ()


BOTTOM = Angles(70, 90, 18, 0, None, 0.5)


def frame(t: float, hip: float, travel: float | None) -> Frame:
    return Frame(t, None, Angles(0, hip, 0, 0, None, travel), "no_silhouette", (0, 0), 100)


def test_one_wild_frame_touches_no_wall() -> None:
    course = [frame(i / 30, 3.0 * i, 0.015 * i) for i in range(41)]
    wild = [*course[:5], frame(5 / 30, 15, 0.9), *course[6:]]
    for frames in (course, wild):
        touched = touch(WALL, frames)
        assert touched is not None
        assert touched.angles.hip_travel == pytest.approx(0.45, abs=0.03)
        assert outcome(WALL, "rep", frames, BOTTOM, ZERO, Back("flat")) == Outcome(True, {})


def test_what_was_not_seen_neither_succeeds_nor_fails() -> None:
    front = exercises.load("bench_front").success
    unseen = Angles(70, 90, 18, 9, None, None)
    assert outcome(WALL, "rep", [], unseen, ZERO, Back("flat")) == Outcome()
    assert outcome(front, "rep", [], unseen, None, Back("flat")) == Outcome()
    assert outcome(front, "uncertain", [], unseen, ZERO, Back("flat")) == Outcome()
    assert outcome(None, "rep", [], unseen, ZERO, Back("flat")) == Outcome()


def test_how_far_past_the_limit_tells_a_touch_from_a_push() -> None:
    front = exercises.load("bench_front").success
    for shin, clear in ((5.5, False), (9.0, True)):
        at_bottom = Angles(70, 90, 18, shin, None, 0.5)
        failed = outcome(front, "rep", [], at_bottom, ZERO, Back("flat"))
        assert failed.success is False
        assert (failed.faults["pushes_bench"] >= 1) == clear


def test_the_figure_on_the_chair_sits() -> None:
    seat = pose(0.0, SITTING).landmarks
    assert seat[23, 1] == pytest.approx(seat[25, 1], abs=15)
    assert seat[23, 0] < seat[27, 0]
