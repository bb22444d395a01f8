"""The dorsal contour is where the silhouette ends, whichever way the person leans or faces."""

import math

import cv2
import numpy as np
import pytest

from station.vision import Silhouette, contour

HIP = (300.0, 300.0)
LENGTH = 160.0


def trunk(lean_deg: float, *, left: float = 40, right: float = 60, bulge: float = 0) -> np.ndarray:
    """A mask whose edges lie `left` and `right` pixels beside the axis; the left one bulges."""
    s = np.linspace(-0.6, 1.6, 200)
    lean = math.radians(lean_deg)
    up = np.array([math.sin(lean), -math.cos(lean)])
    rightwards = np.array([-up[1], up[0]])
    axis = np.array(HIP) + s[:, None] * LENGTH * up
    arc = bulge * np.clip(4 * s * (1 - s), 0, None)
    outline = np.vstack(
        [axis - (left + arc)[:, None] * rightwards, (axis + right * rightwards)[::-1]]
    )
    mask = np.zeros((700, 800), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return mask.astype(bool)


def shoulder(lean_deg: float) -> tuple[float, float]:
    lean = math.radians(lean_deg)
    return HIP[0] + LENGTH * math.sin(lean), HIP[1] - LENGTH * math.cos(lean)


@pytest.mark.parametrize("lean", [0, 20, 45, 90, -30, -90])
def test_both_edges_are_found_to_a_pixel_and_a_half_at_any_lean(lean: float) -> None:
    traced = contour.trace(Silhouette(0, 0, trunk(lean)), HIP, shoulder(lean))
    assert traced is not None
    assert np.abs(traced.left - 40).max() <= 1.5
    assert np.abs(traced.right - 60).max() <= 1.5


def test_a_bulge_on_the_left_shows_on_the_left_only() -> None:
    traced = contour.trace(Silhouette(0, 0, trunk(70, bulge=16)), HIP, shoulder(70))
    assert traced is not None
    middle = int(np.argmin(np.abs(traced.s - 0.5)))
    assert traced.left[middle] == pytest.approx(56, abs=1.5)
    assert np.abs(traced.right - 60).max() <= 1.5


def test_the_crop_of_a_silhouette_changes_nothing() -> None:
    mask = trunk(30)
    whole = contour.trace(Silhouette(0, 0, mask), HIP, shoulder(30))
    ys, xs = np.nonzero(mask)
    crop = mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    cropped = contour.trace(Silhouette(int(xs.min()), int(ys.min()), crop), HIP, shoulder(30))
    assert whole is not None
    assert cropped is not None
    np.testing.assert_array_equal(whole.left, cropped.left)
    np.testing.assert_array_equal(whole.right, cropped.right)


def test_pinholes_in_the_mask_are_no_edge() -> None:
    mask = trunk(0)
    mask[200:300:7, 270] = False
    traced = contour.trace(Silhouette(0, 0, mask), HIP, shoulder(0))
    assert traced is not None
    assert np.abs(traced.left - 40).max() <= 1.5


def test_where_the_ray_meets_no_edge_the_distance_is_not_a_number() -> None:
    wide = contour.trace(Silhouette(0, 0, trunk(0, right=300)), HIP, shoulder(0))
    assert wide is not None
    assert np.isnan(wide.right).all()
    assert np.isfinite(wide.left).all()


def test_an_axis_outside_the_silhouette_tells_nothing() -> None:
    traced = contour.trace(Silhouette(0, 0, np.zeros((700, 800), bool)), HIP, shoulder(0))
    assert traced is not None
    assert np.isnan(traced.left).all()


def test_a_torso_of_a_few_pixels_has_no_shape() -> None:
    assert contour.trace(Silhouette(0, 0, trunk(0)), HIP, (HIP[0], HIP[1] - 20)) is None
