"""How many keys a page of exercises has room for."""

from station.kiosk.metrics import Metrics

LEAST_WIDTH_MM = 68.0
"""Picture and name side by side need so much."""
COMPACT_TILE_MM = (34.0, 29.0)
"""Width and height of a key whose picture stands above its name."""


def columns(metrics: Metrics, width: float) -> int:
    """How many keys fit beside each other in `width` pixels."""
    each = COMPACT_TILE_MM[0] if metrics.compact else LEAST_WIDTH_MM
    return _fitting(width, metrics.mm(each), metrics.gap)


def rows(metrics: Metrics, height: float) -> int:
    """How many keys fit above each other in `height` pixels."""
    each = metrics.mm(COMPACT_TILE_MM[1]) if metrics.compact else metrics.key
    return _fitting(height, each, metrics.gap)


def _fitting(room: float, each: float, gap: float) -> int:
    return max(1, int((room + gap + 0.5) // (each + gap)))
