"""The drawn figure is one the checker would call a good hinge."""

from itertools import pairwise

import numpy as np
import pytest

from station.hinge import BONES
from station.kiosk.figure import (
    CHAINS,
    LIMBS,
    MOST_RUNS,
    hinging,
    measured,
    silhouette,
    stepping,
    turning,
)


def test_every_bone_the_checker_knows_is_drawn_once() -> None:
    drawn = sorted(pair for chain in CHAINS for pair in pairwise(chain))
    assert drawn == sorted(BONES)


@pytest.mark.parametrize("depth", [0.0, 0.3, 0.7, 1.0])
def test_the_figure_hinges_as_it_teaches(depth: float) -> None:
    """Shins vertical, hips back, trunk forward, the whole of it above the floor."""
    points = hinging(depth).points
    shoulder, hip, knee, ankle = points[12], points[24], points[26], points[28]
    assert knee[0] == pytest.approx(ankle[0])
    assert hip[0] <= ankle[0] + 1e-9
    trunk = np.degrees(np.arctan2(shoulder[0] - hip[0], shoulder[1] - hip[1]))
    assert trunk == pytest.approx(75 * depth)
    assert np.nanmin(points[:, 1]) >= 0


def test_its_back_is_behind_its_spine() -> None:
    figure = hinging(1.0)
    assert figure.dorsal is not None
    hip, shoulder = figure.points[24], figure.points[12]
    axis = shoulder - hip
    spine = figure.dorsal - hip
    beside = axis[0] * spine[:, 1] - axis[1] * spine[:, 0]
    assert (beside > 0).all()


def landmarks() -> np.ndarray:
    points = np.ones((33, 4), dtype=np.float32)
    points[:, :2] = hinging(0.5).points.astype(np.float32) * 100
    points[np.isnan(points)] = 50
    return points


def test_a_joint_the_model_does_not_believe_in_is_left_out_and_parts_its_limb() -> None:
    seen = landmarks()
    seen[26, 3] = 0.1
    limbs = measured(seen, None, "right").limbs("right")
    assert [12, 24] in limbs
    assert [28, 30] in limbs
    assert not any(26 in limb for limb in limbs)


def test_no_pattern_of_missing_joints_needs_more_strokes_than_there_are() -> None:
    right = sorted({joint for chain in CHAINS for joint in chain if joint % 2 == 0})
    for missing in range(2 ** len(right)):
        seen = landmarks()
        seen[[joint for i, joint in enumerate(right) if missing >> i & 1], 3] = 0.0
        assert len(measured(seen, None, "right").limbs("right")) <= MOST_RUNS


def test_nobody_has_no_limbs_and_no_head() -> None:
    figure = measured(np.full((33, 4), np.nan, dtype=np.float32), None, None)
    assert figure.limbs(None) == []
    assert figure.head() is None


def test_who_faces_right_shows_their_right_side() -> None:
    assert measured(landmarks(), None, "right").near == "right"
    assert measured(landmarks(), None, "left").near == "left"
    assert measured(landmarks(), None, None).near is None


@pytest.mark.parametrize("yaw", [0.0, 30.0, 60.0, 90.0])
def test_who_turns_stays_on_the_floor_and_shows_both_sides_only_in_front(yaw: float) -> None:
    figure = turning(yaw)
    assert np.nanmin(figure.points[:, 1]) >= 0
    assert (figure.near is None) == (yaw > 50)
    assert bool(figure.girdles()) == (figure.near is None)
    shoulders = figure.points[11, 0] - figure.points[12, 0]
    assert shoulders == pytest.approx(0.23 * np.sin(np.radians(yaw)))


def test_who_walks_keeps_their_bones_and_their_feet_over_the_floor() -> None:
    for phase in np.linspace(0, 1, 9):
        points = stepping(float(phase)).points
        assert np.nanmin(points[:, 1]) > -0.02
        for hip, knee, ankle in ((23, 25, 27), (24, 26, 28)):
            assert np.hypot(*(points[hip] - points[knee])) == pytest.approx(0.245)
            assert np.hypot(*(points[knee] - points[ankle])) == pytest.approx(0.246)


def test_the_silhouette_is_closed_as_high_as_a_body_and_the_same_on_both_sides() -> None:
    outline = silhouette()
    assert outline[0].tolist() == outline[-1].tolist()
    assert outline[:, 1].max() == pytest.approx(1.0, abs=0.01)
    assert outline[:, 1].min() == pytest.approx(0.0, abs=0.01)
    assert outline[:, 0].max() == pytest.approx(-outline[:, 0].min(), abs=0.01)


def test_each_part_that_can_be_marked_is_a_bone_of_the_near_side() -> None:
    figure = hinging(0.5)
    for name in LIMBS:
        (run,) = figure.part(name)
        assert all(joint % 2 == 0 for joint in run)
    assert len(turning(90.0).part("shins")) == 2
