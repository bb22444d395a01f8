"""What the vision room hands out: one person in one frame, in pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Contour:
    """Edges of the silhouette beside the hip–shoulder axis.

    Station i stands at `s[i]` torso lengths from the hip (0) towards the shoulder (1) and beyond.
    `left` and `right` are the distances, pixels, from the axis to the silhouette's edge on the
    side that is left (right) in the picture when the person stands upright, whatever the trunk's
    inclination: facing right, the back is `left`. NaN = no edge found: the axis point lies outside
    the silhouette, or the ray ended before it met the edge.
    """

    hip: tuple[float, float]
    shoulder: tuple[float, float]
    s: NDArray[np.float32]
    left: NDArray[np.float32]
    right: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Silhouette:
    """Crop of the person mask: `mask` bool [height, width], its corner at (x0, y0) pixels."""

    x0: int
    y0: int
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame. x right, y down, pixels of a frame of `size` (width, height).

    `t` is the frame's own timestamp, seconds, on any steadily growing clock. `landmarks` float32
    [33, 4] is x, y, z (pixels, z towards the camera negative) and visibility 0..1 in BlazePose
    order; `world` float32 [33, 3] metres, hip-centred. All NaN, no contour and no silhouette =
    nobody was found.
    """

    t: float
    size: tuple[int, int]
    landmarks: NDArray[np.float32]
    world: NDArray[np.float32]
    contour: Contour | None
    silhouette: Silhouette | None
