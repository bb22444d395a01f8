"""The drawn figure is one the checker would call a good hinge."""

from itertools import pairwise

import numpy as np
import pytest

from station.hinge import BONES
from station.kiosk.figure import CHAINS, MOST_RUNS, hinging, measured


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
