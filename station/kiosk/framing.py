"""Where a camera picture goes on the screen, and any pixel of it with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Framing:
    """Maps picture pixels (x right, y down) to screen pixels (x right, y up).

    The picture fills the region's height, so that head and feet always show; what is too wide is
    cut off at the sides, what is too narrow stands in the middle.
    """

    picture: tuple[float, float]
    left: float
    """First visible picture column."""
    visible: float
    """How many picture columns are visible."""
    x: float
    y: float
    scale: float
    mirror: bool

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the visible part on the screen; its corner is at (x, y)."""
        return self.visible * self.scale, self.picture[1] * self.scale

    def to_screen(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Picture points [n, 2] on the screen, NaN stays NaN."""
        along = points[:, 0] - self.left
        if self.mirror:
            along = self.visible - along
        return np.column_stack(
            (self.x + along * self.scale, self.y + (self.picture[1] - points[:, 1]) * self.scale)
        )

    @property
    def tex_coords(self) -> tuple[float, ...]:
        """Corners of the visible part in a texture whose first row is the picture's top row."""
        near, far = self.left / self.picture[0], (self.left + self.visible) / self.picture[0]
        if self.mirror:
            near, far = far, near
        return near, 1.0, far, 1.0, far, 0.0, near, 0.0


def fit(
    picture: tuple[float, float],
    corner: tuple[float, float],
    region: tuple[float, float],
    *,
    mirror: bool,
    focus: float | None = None,
) -> Framing:
    """Fit `picture` (width, height) into `region`; keep column `focus` in the middle if cut."""
    scale = region[1] / picture[1]
    visible = min(picture[0], region[0] / scale)
    middle = picture[0] / 2 if focus is None else focus
    left = min(max(middle - visible / 2, 0.0), picture[0] - visible)
    x = corner[0] + (region[0] - visible * scale) / 2
    return Framing(picture, left, visible, x, corner[1], scale, mirror)
