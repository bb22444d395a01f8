"""The four-corner touch check: how far from each target the finger is felt. No Kivy here."""

import math
from dataclasses import dataclass
from typing import Literal

from station.kiosk.words import Said, Translate

INSET_MM = 12.0
"""Middle of a target from the two edges of its corner."""

CLOSE_MM = 5.0
"""A fingertip is no more exact than that."""

CORNERS = ((0, 1), (1, 1), (1, 0), (0, 0))
"""Clockwise from the upper left; 0 = left or bottom, 1 = right or top."""


Point = tuple[float, float]
"""Pixels from the lower left."""


def targets(width: float, height: float, px_per_mm: float) -> list[Point]:
    """Middles of the four targets, in the order they are shown."""
    inset = INSET_MM * px_per_mm
    return [
        (inset if right == 0 else width - inset, inset if up == 0 else height - inset)
        for right, up in CORNERS
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """What the four touches say. `off_mm`: how far off each was, in the order of CORNERS.

    `layout`: "turned": the panel's own idea of where is left and up is not the screen's.
    """

    off_mm: tuple[float, ...]
    layout: Literal["right", "turned", "unclear"]

    @property
    def good(self) -> bool:
        return self.layout == "right" and max(self.off_mm) <= CLOSE_MM


def judge(touches: list[Point], wanted: list[Point], px_per_mm: float) -> Result:
    """The result of four touches, one for each target of `wanted` in order.

    `px_per_mm`: the panel's own; what is drawn on a small one may be drawn for a larger.
    """
    off = tuple(math.dist(a, b) / px_per_mm for a, b in zip(touches, wanted, strict=True))
    nearest = [min(range(4), key=lambda i: math.dist(touch, wanted[i])) for touch in touches]
    if nearest == [0, 1, 2, 3]:
        return Result(off, "right")
    return Result(off, "turned" if sorted(nearest) == [0, 1, 2, 3] else "unclear")


def words(result: Result, _: Translate) -> list[Said]:
    """The result for staff, the verdict first."""
    if result.good:
        said = [Said(_("Every touch is where the finger is"), "right")]
    elif result.layout == "turned":
        said = [Said(_("The touch panel is turned or mirrored against the picture"), "change")]
    elif result.layout == "unclear":
        said = [Said(_("Not every target was touched: try again"), "change")]
    else:
        said = [Said(_("Touches are off by more than a fingertip"), "change")]
    names = (_("Top left"), _("Top right"), _("Bottom right"), _("Bottom left"))
    for name, off in zip(names, result.off_mm, strict=True):
        corner = _("{corner}: {n:.0f} mm off").format(corner=name, n=off)
        said.append(Said(corner, "right" if off <= CLOSE_MM else "change"))
    return said
