"""Where things are on the screens seen from a distance: picture, words, what stands beside them.

One rule for every panel, computed from millimetres; no Kivy here. From the top: a row with the
picture and the rail beside it, then (upright panels) a strip, then the band with the one thing to
do. Where everything to touch has to be low the same stands the other way up, so that the key, which
is at the foot of the rail, comes down.
"""

from dataclasses import dataclass
from typing import Literal

from station.kiosk.metrics import Metrics

Screen = Literal["place", "start", "live"]

LINES, UPRIGHT_LINES = 2, 3
"""Lines that the longest cue takes, on a lying and on an upright panel."""

LINE = 1.19
"""Height of a line of text over its font size."""

MOST = 0.48
"""Share of the height that the band takes at most."""

PICTURE = 16 / 9
"""A camera's picture, width over height."""

RAIL_MM = {"place": 76.0, "start": 108.0, "live": 59.0}
UPRIGHT_RAIL_MM = {"place": 0.0, "start": 108.0, "live": 59.0}
SIDE_MM = 84.0
STRIP_MM = 64.0
COMPACT_BAND_MM, COMPACT_STRIP_MM, COMPACT_KEY_MM = 54.0, 30.0, 26.0
"""Nothing stands beside the picture of a compact panel; its key is in the strip."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the screen, pixels; (x, y) is its lower left corner."""

    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0

    @property
    def pos(self) -> tuple[float, float]:
        return self.x, self.y

    @property
    def size(self) -> tuple[float, float]:
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The parts of one screen; a part that this panel has no room for is empty.

    `icon` and `words` are the band's. `strip` is beside the icon (upright), `side` left of the
    picture (lying), `rail` right of it, with `key` at its foot.
    """

    picture: Box
    icon: Box
    words: Box
    strip: Box
    side: Box
    rail: Box
    key: Box


def arrange(screen: Screen, metrics: Metrics, width: float, height: float) -> Arrangement:
    """The arrangement of `screen` in `width` × `height` pixels, the notices above left out."""
    upright, compact, gap = metrics.portrait, metrics.compact, metrics.gap
    edge = gap * 0.5
    band = (UPRIGHT_LINES if upright else LINES) * LINE * metrics.cue + edge
    band = min(metrics.mm(COMPACT_BAND_MM) if compact else band, MOST * height)
    strip = metrics.mm(COMPACT_STRIP_MM if compact else STRIP_MM) if upright else 0.0
    row = height - band - strip
    y_row, y_strip, y_band = (0.0, row, row + strip) if metrics.low else (band + strip, band, 0.0)
    if compact:
        rail = 0.0 if upright else metrics.mm(COMPACT_KEY_MM) + edge
    else:
        rail = metrics.mm((UPRIGHT_RAIL_MM if upright else RAIL_MM)[screen])
    if not upright:
        # No broader than its picture: what is left over is the rail's.
        rail = max(rail, width - row * PICTURE) if screen != "live" else rail
    side = metrics.mm(SIDE_MM) if screen == "live" and not (upright or compact) else 0.0
    icon = strip if upright else min(band, 2 * metrics.cue)
    if compact and upright:
        broad = metrics.mm(COMPACT_KEY_MM)
        key = Box(width - broad - edge, y_strip + (strip - metrics.key) / 2, broad, metrics.key)
        beside = width - icon - broad - edge
    else:
        broad = max(rail - 2 * edge, metrics.mm(COMPACT_KEY_MM if compact else 36.0))
        key = Box(width - broad - edge, y_row + edge, broad, metrics.key)
        beside = width - icon
    foot = metrics.key + 2 * edge
    return Arrangement(
        picture=Box(side, y_row, width - side - rail, row),
        icon=Box(0.0, y_strip if upright else y_band, icon, strip if upright else band),
        words=Box(0.0 if upright else icon, y_band, width if upright else width - icon, band),
        strip=Box(icon, y_strip, beside, strip) if upright else Box(),
        side=Box(0.0, y_row, side, row),
        rail=Box(width - rail, y_row + foot, rail, max(0.0, row - foot)),
        key=key,
    )
