"""What is a rep, what is an attempt, and what is neither."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from station import exercises
from station.hinge import Checker, Rep, Summary
from station.vision import Pose
from tests.people import (
    HINGE,
    ROUNDED,
    SQUAT,
    STANDING,
    Camera,
    Posture,
    Scene,
    nobody,
    pose,
    standing,
)

EXERCISE = exercises.load("hinge")
ALMOST_UP = Posture(trunk=22, knee=8)
FLOOR = Posture(trunk=78, knee=70, shin=12)


def check(poses: Iterable[Pose], *, contours: bool = False) -> Summary:
    """Without silhouettes unless asked: they take most of the time and count nothing."""
    checker = Checker(EXERCISE)
    for each in poses:
        checker.update(each if contours else replace(each, contour=None))
    return checker.finish()


def kinds(summary: Summary) -> list[str]:
    return [rep.kind for rep in summary.reps]


@pytest.mark.parametrize("fps", [8.0, 15.0, 30.0])
@pytest.mark.parametrize("bottom", [HINGE, SQUAT, FLOOR])
def test_touch_and_go_without_standing_up_counts_every_rep(bottom: Posture, fps: float) -> None:
    scene = standing(fps=fps).move(bottom, 0.8)
    for _ in range(4):
        top = replace(ALMOST_UP, trunk=10) if bottom is SQUAT else ALMOST_UP
        scene = scene.move(top, 0.8).move(bottom, 0.8)
    assert kinds(check(scene.move(STANDING, 0.8).hold(1.0).poses())) == ["rep"] * 5


def test_each_touch_and_go_rep_has_its_own_bottom_and_begins_where_the_last_one_ended() -> None:
    scene = standing().move(HINGE, 1.0).move(ALMOST_UP, 1.0).move(ROUNDED, 1.0)
    first, second = check(scene.move(STANDING, 1.0).hold(0.5).poses(), contours=True).reps
    assert first.bottom_s == pytest.approx(3.0, abs=0.1)
    assert second.bottom_s == pytest.approx(5.0, abs=0.1)
    assert first.end_s == second.start_s == pytest.approx(4.0, abs=0.15)
    assert (first.back.verdict, second.back.verdict) == ("flat", "rounded")


def test_bobbing_at_the_bottom_is_one_rep() -> None:
    scene = standing().move(HINGE, 1.0)
    for _ in range(5):
        scene = scene.move(Posture(trunk=52, knee=15), 0.4).move(HINGE, 0.4)
    assert kinds(check(scene.move(STANDING, 1.0).hold(1.0).poses())) == ["rep"]


def test_a_dip_on_the_way_up_is_no_second_rep() -> None:
    scene = standing().move(HINGE, 1.0).move(ALMOST_UP, 0.8).move(Posture(trunk=34, knee=10), 0.4)
    assert kinds(check(scene.move(STANDING, 0.8).hold(1.0).poses())) == ["rep"]


def test_who_stands_with_softer_knees_after_the_first_rep_has_finished_it() -> None:
    soft = Posture(trunk=9, knee=24, shin=10)
    checker = Checker(EXERCISE)
    scene = standing().move(HINGE, 1.0).hold(0.3).move(soft, 1.0).hold(1.5)
    ended = [update.t for p in scene.poses() if (update := checker.update(p)).rep is not None]
    assert ended == [pytest.approx(5.1, abs=0.3)]
    scene = scene.move(HINGE, 1.0).move(soft, 1.0).hold(2.0)
    assert kinds(check(scene.poses())) == ["rep", "rep"]


def test_who_stands_bent_a_little_from_the_start_is_still_standing() -> None:
    stooped = Posture(trunk=16, knee=8, shin=4)
    scene = Scene(steps=((stooped, 0.0),)).hold(2.0)
    for _ in range(2):
        scene = scene.move(HINGE, 1.0).hold(0.3).move(stooped, 1.0).hold(1.5)
    assert kinds(check(scene.poses())) == ["rep", "rep"]


def test_a_bend_given_up_on_the_way_down_is_an_attempt() -> None:
    (rep,) = check(standing().move(Posture(trunk=35, knee=6), 0.7).move(STANDING, 0.7).poses()).reps
    assert (rep.kind, rep.faults) == ("attempt", ("too_shallow",))


def test_a_stumble_is_nothing() -> None:
    scene = standing().move(Posture(trunk=50, knee=10), 0.2).move(STANDING, 0.2).hold(1.0)
    assert kinds(check(scene.poses())) == []


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0, 5.0])
def test_slow_and_fast_reps_count_and_tell_their_tempo(seconds: float) -> None:
    (rep,) = check(standing().bend(HINGE, down=seconds, hold=0.6, up=1.0).poses()).reps
    assert rep.kind == "rep"
    assert rep.tempo is not None
    assert rep.tempo.down_s == pytest.approx(seconds, rel=0.2, abs=0.1)
    assert rep.tempo.hold_s == pytest.approx(0.6, abs=0.3)
    assert rep.tempo.up_s == pytest.approx(1.0, rel=0.2, abs=0.1)


def test_a_bend_begun_before_the_camera_looked_has_no_tempo() -> None:
    scene = Scene(steps=((HINGE, 0.0),)).hold(0.5).move(STANDING, 1.0).hold(1.0)
    (rep,) = check(scene.poses()).reps
    assert (rep.kind, rep.tempo) == ("uncertain", None)


def test_hips_behind_the_heels_is_balance() -> None:
    back, upright = Posture(trunk=75, knee=25), Posture(trunk=75, knee=2)
    (far,) = check(standing().bend(back).poses()).reps
    (near,) = check(standing().bend(upright).poses()).reps
    # The heel is 5 cm behind the ankle, the thigh 42 cm long.
    assert far.balance == pytest.approx(math.sin(math.radians(25)) - 5 / 42, abs=0.03)
    assert near.balance == pytest.approx(math.sin(math.radians(2)) - 5 / 42, abs=0.03)


# What happens around a set and is none of its reps.


def test_sitting_down_on_a_bench_and_getting_up_is_no_rep() -> None:
    """Seen on the stick figure: its centre of mass is where no legs could carry it."""
    lean, seat = Posture(trunk=40, knee=80, shin=8), Posture(trunk=8, knee=88, shin=-2)
    scene = standing().move(lean, 0.8).move(seat, 0.5).hold(3.0).move(lean, 0.5)
    assert kinds(check(scene.move(STANDING, 0.8).hold(1.0).poses())) == []


def test_tying_a_shoe_is_no_rep() -> None:
    crouch = Posture(trunk=65, knee=125, shin=35)
    scene = standing().move(crouch, 1.0).hold(10.0).move(STANDING, 1.0).hold(1.0)
    assert kinds(check(scene.bend(HINGE).poses())) == ["rep"]


def test_staying_down_longer_than_any_rep_is_none() -> None:
    scene = standing().move(HINGE, 1.0).hold(40.0).move(STANDING, 1.0).hold(1.0)
    assert "rep" not in kinds(check(replace(scene, fps=10.0).poses()))


def walking(start: float, seconds: float, x: float, speed: float) -> Iterator[Pose]:
    """Setting off from standing and coming to a stand again."""
    for i in range(int(seconds * 30)):
        share = math.sin(math.pi * i / 30 / seconds) ** 0.5
        swing = math.sin(i / 30 * 2 * math.pi)
        stride = Posture(trunk=8 * share, knee=25 * share * (1 + swing), shin=20 * share * swing)
        yield pose(start + i / 30, replace(stride, x=x + speed * i / 30))


def test_walking_in_is_no_rep() -> None:
    assert "rep" not in kinds(check(walking(0.0, 4.0, -2.0, 0.5)))


def test_picking_a_weight_up_on_the_way_in_is_no_rep_of_the_set() -> None:
    stream = list(walking(0.0, 2.0, -1.5, 0.7))
    there = Posture(x=-0.1)
    grab = Scene(start=2.0, steps=((there, 0.0),)).move(replace(FLOOR, x=-0.1), 0.7)
    stream += grab.move(there, 0.8).poses()
    stream += walking(stream[-1].t + 1 / 30, 1.0, -0.1, 0.7)
    here = Posture(x=0.6)
    member = Scene(start=stream[-1].t + 1 / 30, steps=((here, 0.0),)).hold(2.0)
    stream += member.bend(replace(HINGE, x=0.6)).poses()
    assert kinds(check(stream)).count("rep") == 1


def test_turning_round_is_no_rep() -> None:
    stream = list(standing().bend(HINGE).poses())
    start = stream[-1].t
    for i in range(1, 60):
        stream.append(pose(start + i / 30, STANDING, Camera(yaw=min(180.0, 3.1 * i))))
    for i in range(60, 120):
        stream.append(pose(start + i / 30, STANDING, Camera(yaw=180.0)))
    assert kinds(check(stream)) == ["rep"]


def test_lifting_one_leg_is_no_rep() -> None:
    stream = []
    for p in standing().hold(4.0).poses():
        landmarks = p.landmarks.copy()
        if 2.5 < p.t < 4.5:
            # The near thigh to the horizontal.
            landmarks[26, :2] = landmarks[24, :2] + (126.0, 0.0)
            landmarks[28, :2] = landmarks[26, :2] + (0.0, 129.0)
        stream.append(replace(p, landmarks=landmarks))
    assert kinds(check(stream)) == []


def test_a_member_lost_at_the_bottom_for_a_moment_has_done_one_rep() -> None:
    stream = list(standing().bend(HINGE, hold=1.0).poses())
    gone = [nobody(p.t) if 3.3 < p.t < 3.55 else p for p in stream]
    assert kinds(check(gone)) == ["rep"]


# From an angle the form cannot be judged, but what was done counts.


def oblique_reps(posture: Posture, yaw: float) -> tuple[Rep, ...]:
    return check(standing(Camera(yaw=yaw)).bend(posture).bend(posture).poses()).reps


@pytest.mark.parametrize("yaw", [38.0, 45.0, -50.0])
def test_at_an_angle_reps_count_and_are_not_judged(yaw: float) -> None:
    reps = oblique_reps(ROUNDED, yaw)
    assert [rep.kind for rep in reps] == ["rep", "rep"]
    for rep in reps:
        assert (rep.back.verdict, rep.back.reason) == ("cannot_tell", "oblique")
        assert rep.neck.verdict == "cannot_tell"
        assert (rep.faults, rep.clean, rep.cue) == ((), False, "Turn to the side")


def test_at_an_angle_only_a_clear_pattern_is_named() -> None:
    assert {rep.pattern for rep in oblique_reps(HINGE, 45.0)} == {"hinge"}
    assert {rep.pattern for rep in oblique_reps(SQUAT, 40.0)} <= {"squat", "unclear"}
    assert {rep.pattern for rep in oblique_reps(Posture(50, 72, 16), 45.0)} == {"unclear"}


def test_from_the_front_nothing_is_counted() -> None:
    assert "rep" not in {rep.kind for rep in oblique_reps(HINGE, 85.0)}
