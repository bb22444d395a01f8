"""Where a camera picture goes on the screen, and any pixel of it with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OVER, UNDER = 0.16, 0.08
"""Room over the highest landmark, an ear or the nose, and under the feet, in body heights."""
LEAST = 0.55
"""Share of the picture's height that is always shown."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Maps picture pixels (x right, y down) to screen pixels (x right, y up).

    The visible rows fill the region's height, so that head and feet always show; what is too wide
    is cut off at the sides, what is too narrow stands in the middle.
    """

    picture: tuple[float, float]
    left: float
    """First visible picture column."""
    visible: float
    """How many picture columns are visible."""
    top: float
    """First visible picture row."""
    rows: float
    """How many picture rows are visible."""
    x: float
    y: float
    scale: float
    mirror: bool

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the visible part on the screen; its corner is at (x, y)."""
        return self.visible * self.scale, self.rows * self.scale

    @property
    def bottom(self) -> float:
        """The row after the last visible one."""
        return self.top + self.rows

    def to_screen(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Picture points [n, 2] on the screen, NaN stays NaN."""
        along = points[:, 0] - self.left
        if self.mirror:
            along = self.visible - along
        return np.column_stack(
            (self.x + along * self.scale, self.y + (self.bottom - points[:, 1]) * self.scale)
        )

    @property
    def tex_coords(self) -> tuple[float, ...]:
        """Corners of the visible part in a texture whose first row is the picture's top row."""
        near, far = self.left / self.picture[0], (self.left + self.visible) / self.picture[0]
        if self.mirror:
            near, far = far, near
        high, low = self.top / self.picture[1], self.bottom / self.picture[1]
        return near, low, far, low, far, high, near, high


def fit(
    picture: tuple[float, float],
    corner: tuple[float, float],
    region: tuple[float, float],
    *,
    mirror: bool,
    focus: float | None = None,
    rows: tuple[float, float] | None = None,
) -> Framing:
    """Fit `picture` (width, height) into `region`; keep column `focus` in the middle if cut.

    `rows`: first picture row to show and the one after the last; None = all.
    """
    top, bottom = (0.0, picture[1]) if rows is None else rows
    scale = region[1] / (bottom - top)
    visible = min(picture[0], region[0] / scale)
    middle = picture[0] / 2 if focus is None else focus
    left = min(max(middle - visible / 2, 0.0), picture[0] - visible)
    x = corner[0] + (region[0] - visible * scale) / 2
    return Framing(picture, left, visible, top, bottom - top, x, corner[1], scale, mirror)


@dataclass(frozen=True, slots=True)
class Closeness:
    """Which rows of the picture are shown, so that somebody fills them: from `top` to `bottom`.

    They grow at once to whatever the member reaches, and never shrink while the same set lasts:
    nothing is cut off, and the picture does not breathe with each bend.
    """

    top: float
    bottom: float

    def around(self, body: tuple[float, float], height: float) -> "Closeness":
        """The rows that also show a body between two rows, in a picture so high."""
        top, bottom = _rows(body, height)
        return Closeness(min(self.top, top), max(self.bottom, bottom))


def close_up(body: tuple[float, float], height: float) -> Closeness:
    """The rows that show a body, head to feet between two rows, in a picture so high."""
    return Closeness(*_rows(body, height))


def _rows(body: tuple[float, float], height: float) -> tuple[float, float]:
    """Room over the head and below the feet, in shares of the body's height; at least half the
    picture, whose pixels are not there to be counted."""
    tall = body[1] - body[0]
    top, bottom = body[0] - OVER * tall, body[1] + UNDER * tall
    lacking = max(0.0, LEAST * height - (bottom - top)) / 2
    return max(0.0, top - lacking), min(height, bottom + lacking)
