"""The virtual button: how far away it is, where that is in the picture, when there is none."""

from dataclasses import replace

import pytest

from station.hinge import Gate, Place, View
from station.kiosk.button import FURTHEST, NEAREST, STEP, Button, after_rep, follow
from station.kiosk.target import Target, drop, target_of
from tests.kiosk.people import bend, pose, room
from tests.kiosk.wall import EXERCISES, snapshot_of

ROOM = room()


def rep(button: Button, *travels: float, full: bool = True) -> Button:
    """The button after a bend through those hip travels."""
    for travel in travels:
        button = follow(button, travel)
    return after_rep(follow(button, None), full=full)


def test_it_fills_lights_and_goes_out() -> None:
    button = follow(Button(), 0.5 * NEAREST)
    assert (button.reach, button.lit) == (pytest.approx(0.5), False)
    button = follow(button, NEAREST)
    assert (button.reach, button.lit) == (1.0, True)
    assert not follow(button, None).lit


def test_it_steps_back_after_two_reps_that_reach_it_and_never_too_far() -> None:
    button = rep(Button(), 0.2, 0.4)
    assert button.distance == NEAREST
    button = rep(button, 0.2, 0.4)
    assert button.distance == pytest.approx(NEAREST + STEP)
    for _ in range(40):
        button = rep(button, 0.9)
    assert button.distance == FURTHEST


def test_it_comes_forward_again_for_who_misses_it_by_far() -> None:
    far = Button(distance=0.5)
    assert rep(far, 0.47).distance == 0.5
    assert rep(far, 0.4).distance == pytest.approx(0.45)
    assert rep(Button(), 0.1).distance == NEAREST


def test_an_attempt_does_not_move_it() -> None:
    button = replace(Button(), reached=1)
    assert rep(button, 0.9, full=False).distance == NEAREST


def target(exercise: str = "hinge", facing: str = "right", depth: float = 0.0) -> Target | None:
    """What is shown to somebody who stood, then bent to `depth`."""
    seen = snapshot_of(
        lambda t: pose(t, 0.0 if t < 1.2 else depth * bend(1.5 + (t - 1.2)), facing=facing),
        2.6,
        exercise,
        ROOM,
    )
    return target_of(EXERCISES[exercise], seen.update, seen.button)


@pytest.mark.parametrize(("facing", "backwards"), [("right", -1.0), ("left", 1.0)])
def test_it_is_behind_the_hips_at_its_distance_in_thigh_lengths(
    facing: str, backwards: float
) -> None:
    shown = target(facing=facing)
    assert shown is not None
    landmarks = pose(0.0, facing=facing).landmarks
    hip = landmarks[24 if facing == "right" else 23]
    knee = landmarks[26 if facing == "right" else 25]
    thigh = float(knee[1] - hip[1])
    assert shown.x - float(hip[0]) == pytest.approx(backwards * NEAREST * thigh, abs=3)
    assert shown.at[1] - float(hip[1]) == pytest.approx(drop(NEAREST) * thigh, abs=3)


def test_hips_that_go_back_over_still_shins_end_on_it() -> None:
    """A thigh of length 1 that leans back by 0.6 ends 0.8 high."""
    assert drop(0.6) == pytest.approx(0.2)


def test_a_good_hinge_lights_it() -> None:
    shown = target(depth=1.0)
    assert shown is not None
    assert shown.lit
    assert shown.reach == 1.0


def test_there_is_none_where_it_makes_no_sense() -> None:
    assert target("seated") is None
    assert target("pick_up") is None


def test_a_wall_drill_has_a_wall_instead_where_the_exercise_puts_it() -> None:
    shown = target("wall_tap")
    wall = EXERCISES["wall_tap"].success
    assert shown is not None
    assert shown.kind == "wall"
    assert shown.away == wall.wall  # type: ignore[union-attr]


def test_nothing_is_shown_before_anybody_stood_nor_at_an_angle_where_distances_lie() -> None:
    seen = snapshot_of(frame=ROOM)
    exercise = EXERCISES["hinge"]
    for update in (
        replace(seen.update, place=None),
        replace(seen.update, view=View("unknown")),
        replace(seen.update, gate=Gate(advice="turn")),
        replace(seen.update, gate=Gate("out_of_frame")),
    ):
        assert target_of(exercise, update, Button()) is None
    here = replace(seen.update, place=Place((640.0, 360.0), 100.0))
    shown = target_of(exercise, here, Button())
    assert shown is not None
    assert shown.x == pytest.approx(640 - 35)
