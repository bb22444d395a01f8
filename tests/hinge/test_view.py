"""The view of a stick figure that is turned, bent and turned round."""

from dataclasses import replace

import pytest

from station.hinge.view import ViewEstimator
from tests.people import HINGE, STANDING, Camera, Posture, Scene, pose, standing


def watched(scene: Scene) -> ViewEstimator:
    view = ViewEstimator()
    for each in scene.poses():
        view.update(each.t, each.landmarks)
    return view


@pytest.mark.parametrize("facing", ["left", "right"])
@pytest.mark.parametrize("yaw", [-45.0, -20.0, 0.0, 10.0, 20.0, 30.0, 45.0, 60.0])
def test_the_yaw_of_somebody_standing_is_told_within_six_degrees(yaw: float, facing: str) -> None:
    view = watched(standing(Camera(yaw=yaw, facing=facing))).view
    assert view.yaw_deg == pytest.approx(abs(yaw), abs=6)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_the_toes_say_which_way_somebody_faces(facing: str) -> None:
    seen = watched(standing(Camera(facing=facing, yaw=15)).bend(HINGE))
    assert seen.view.facing == facing
    assert seen.view.kind == "side"


def test_from_the_front_nobody_faces_left_or_right() -> None:
    view = watched(standing(Camera(yaw=85))).view
    assert (view.kind, view.facing) == ("front", None)


@pytest.mark.parametrize("yaw", [0.0, 20.0, 45.0, 55.0])
def test_bending_turns_nobody(yaw: float) -> None:
    """Seen at an angle, a bent trunk is short in the picture; the yaw stays what it was."""
    view = ViewEstimator()
    turned = []
    for each in standing(Camera(yaw=yaw)).bend(HINGE, hold=2.0).bend(HINGE).poses():
        view.update(each.t, each.landmarks)
        turned.append(view.view.yaw_deg)
    assert None not in turned
    known = [each for each in turned if each is not None]
    assert max(known) - min(known) < 5


def test_turning_round_is_followed_within_two_seconds() -> None:
    view = watched(standing(Camera(yaw=80)))
    for i in range(60):
        view.update(2.1 + i / 30, pose(0, STANDING, Camera(yaw=5)).landmarks)
    assert view.view.kind == "side"


def test_the_near_side_is_the_one_towards_the_camera() -> None:
    right, left = (watched(standing(Camera(facing=facing))).side for facing in ("right", "left"))
    assert right["hip"] == left["hip"] + 1


def test_before_anybody_was_seen_the_view_is_unknown() -> None:
    assert ViewEstimator().view.kind == "unknown"


def test_begun_bent_the_view_is_told_once_somebody_stands() -> None:
    bent = Scene(camera=Camera(yaw=10), steps=((HINGE, 0.0),)).hold(1.0)
    view = watched(replace(bent).move(Posture(), 0.5).hold(2.0)).view
    assert view.yaw_deg == pytest.approx(10, abs=5)
