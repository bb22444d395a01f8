"""What the checker asks of a frame, whoever made it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Contour(Protocol):
    """Edges of the silhouette beside the hip–shoulder axis (see `Pose.contour`).

    `s` [n] stations in torso lengths from hip (0) to shoulder (1) and beyond; `left`, `right` [n]
    distances in pixels to the edge on the side that is left (right) in the picture when the person
    stands upright; NaN = not found.
    """

    @property
    def hip(self) -> tuple[float, float]: ...
    @property
    def shoulder(self) -> tuple[float, float]: ...
    @property
    def s(self) -> NDArray[np.float32]: ...
    @property
    def left(self) -> NDArray[np.float32]: ...
    @property
    def right(self) -> NDArray[np.float32]: ...


class Pose(Protocol):
    """One person in one frame; x right, y down, pixels.

    `t` seconds on any growing clock; `size` (width, height) pixels; `landmarks` float32 [33, 4] x,
    y, z pixels and visibility 0..1 in BlazePose order, NaN = nobody; `contour` None where there is
    no silhouette.
    """

    @property
    def t(self) -> float: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def landmarks(self) -> NDArray[np.float32]: ...
    @property
    def contour(self) -> Contour | None: ...
