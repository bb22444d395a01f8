"""Edges of the silhouette beside the hip–shoulder axis, by casting rays through the person mask."""

import math

import numpy as np
from numpy.typing import NDArray

from station.vision.pose import Contour, Silhouette

STATIONS = np.linspace(-0.30, 1.30, 65, dtype=np.float32)
"""Where rays start, torso lengths from the hip; past both ends, so that a hunch or a buttock that
peaks beyond the joints is seen for what it is."""

REACH = 0.8
"""Longest ray, torso lengths; a deep belly with a hanging arm in front of it reaches 0.6."""

MIN_TORSO_PX = 24
"""Below this a pixel is more than 4 % of the torso and the shape of a back is noise."""

_HOLE = 3
"""A ray leaves the silhouette only where this many samples in a row lie outside, so that single
missing pixels inside the mask are no edge."""

_LEFT = {"shoulder": 11, "hip": 23, "knee": 25, "ankle": 27}
_RIGHT = {"shoulder": 12, "hip": 24, "knee": 26, "ankle": 28}


def near_side(landmarks: NDArray[np.float32]) -> dict[str, int]:
    """Landmark indices of the body side that faces the camera: smaller z over four joints.

    BlazePose's z is relative to the hips, negative towards the camera; visibility breaks ties
    badly, because it lags by several frames.
    """
    left = landmarks[list(_LEFT.values()), 2].sum()
    right = landmarks[list(_RIGHT.values()), 2].sum()
    return _LEFT if left <= right else _RIGHT


def of(landmarks: NDArray[np.float32], silhouette: Silhouette | None) -> Contour | None:
    """The contour beside the near side's hip and shoulder; None without person or silhouette."""
    if silhouette is None or not np.isfinite(landmarks[:, :2]).all():
        return None
    near = near_side(landmarks)
    hip, shoulder = landmarks[near["hip"], :2], landmarks[near["shoulder"], :2]
    return trace(
        silhouette, (float(hip[0]), float(hip[1])), (float(shoulder[0]), float(shoulder[1]))
    )


def trace(
    silhouette: Silhouette, hip: tuple[float, float], shoulder: tuple[float, float]
) -> Contour | None:
    """Cast rays at right angles to the axis from `hip` to `shoulder`, both in pixels.

    None when the torso is shorter than MIN_TORSO_PX. Samples lie one pixel apart, so an edge is
    known to half a pixel; outside the crop counts as outside the person.
    """
    along = np.array([shoulder[0] - hip[0], shoulder[1] - hip[1]])
    length = math.hypot(along[0], along[1])
    if length < MIN_TORSO_PX:
        return None
    along /= length
    # Turning hip → shoulder by +90° in a frame with y down points to the right of an upright body.
    rightwards = np.array([-along[1], along[0]])
    starts = np.array(hip) + STATIONS[:, None] * length * along
    steps = np.arange(math.ceil(REACH * length) + _HOLE)
    left, right = (
        _edge_distance(silhouette, starts, side * rightwards, steps) for side in (-1.0, 1.0)
    )
    return Contour(hip=hip, shoulder=shoulder, s=STATIONS, left=left, right=right)


def _edge_distance(
    silhouette: Silhouette,
    starts: NDArray[np.float64],
    direction: NDArray[np.float64],
    steps: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Distance in pixels from each start [n, 2] along `direction` to the edge; NaN = none met."""
    height, width = silhouette.mask.shape
    x = np.rint(starts[:, :1] + steps * direction[0]).astype(np.int32) - silhouette.x0
    y = np.rint(starts[:, 1:] + steps * direction[1]).astype(np.int32) - silhouette.y0
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    inside = np.zeros(x.shape, bool)
    inside[within] = silhouette.mask[y[within], x[within]]
    outside = ~inside
    window = outside[:, : 1 - _HOLE].copy()
    for ahead in range(1, _HOLE):
        window &= outside[:, ahead : outside.shape[1] - _HOLE + 1 + ahead]
    first = window.argmax(axis=1)
    found = window.any(axis=1) & inside[:, 0]
    return np.where(found, first - 0.5, np.nan).astype(np.float32)
