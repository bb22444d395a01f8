"""The depth gauge: a scale from standing, on top, to a level trunk."""

from typing import Any

from kivy.graphics import Color, Rectangle, SmoothLine
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from station.kiosk import icons, palette
from station.kiosk.depth import DEEPEST, Depth

BEYOND = (*palette.ORANGE[:3], 0.35)
"""Deeper than the back stayed long today; hatched, too."""
MOST_HATCHES = 24


class DepthGauge(FloatLayout):  # type: ignore[misc]
    """Shows a `Depth`: filled to the present one, a check where a rep counts, a pointer where the
    back began to round, hatched below it.

    `bar` is the scale's breadth and `line` that of its lines, pixels.
    """

    depth = ObjectProperty(Depth(0.0, 0.0, False, None), rebind=True)
    bar = NumericProperty(40)
    line = NumericProperty(4)
    honest_y = NumericProperty(0.0)
    """Height of the pointer in the window, pixels."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        with self.canvas.before:
            Color(*palette.EDGE)
            self._track = Rectangle()
            self._beyond_colour = Color(*palette.CLEAR)
            self._beyond = Rectangle(size=(0, 0))
            # Plain lines go through the stencil, which in software costs 2 ms for each of them.
            self._hatches = [SmoothLine(points=[], width=1) for _ in range(MOST_HATCHES)]
            self._fill_colour = Color(*palette.WHITE)
            self._fill = Rectangle(size=(0, 0))
            self._past_colour = Color(*palette.ORANGE)
            self._past = Rectangle(size=(0, 0))
            self._full_colour = Color(*palette.WHITE)
            self._full = SmoothLine(points=[], width=1)
            self._check = SmoothLine(points=[], width=1, joint="round")
            self._pointer_colour = Color(*palette.CLEAR)
            self._pointer = SmoothLine(points=[], width=1, joint="round")
        for name in ("depth", "bar", "line", "size", "pos"):
            self.fbind(name, self._draw)

    def height_of(self, degrees: float) -> float:
        """Where a depth stands in the window, pixels."""
        return float(self.top - self.height * min(degrees, DEEPEST) / DEEPEST)

    def _draw(self, *_: object) -> None:
        depth: Depth = self.depth
        x, bar, top = self.x, self.bar, self.top
        now, full = self.height_of(depth.now), self.height_of(depth.full_at)
        floor = self.height_of(DEEPEST)
        honest = floor if depth.honest is None else self.height_of(depth.honest)
        self._track.pos, self._track.size = (x, floor), (bar, top - floor)
        self._beyond_colour.rgba = palette.CLEAR if depth.honest is None else BEYOND
        self._beyond.pos, self._beyond.size = (x, floor), (bar, honest - floor)
        self._hatch(x, floor, honest if depth.honest is not None else floor)
        long = max(now, honest)
        self._fill_colour.rgba = palette.BLUE if depth.full else palette.WHITE
        self._fill.pos, self._fill.size = (x, long), (bar, top - long)
        self._past.pos, self._past.size = (x, min(now, long)), (bar, max(0.0, long - now))
        # On the fill the mark has to be dark.
        passed = now <= full
        self._full_colour.rgba = palette.INK if passed else palette.WHITE
        self._full.points, self._full.width = [x, full, x + bar, full], self.line * 0.5
        size = bar * 0.6
        left, bottom = x + (bar - size) / 2, full + self.line
        self._check.points = [
            c for u, v in icons.CHECK[0] for c in (left + u * size, bottom + v * size)
        ]
        self._check.width = self.line * 0.45
        self.honest_y = honest
        self._pointer_colour.rgba = palette.CLEAR if depth.honest is None else palette.ORANGE
        tip = x + bar + self.line
        wing = bar * 0.3
        self._pointer.points = (
            []
            if depth.honest is None
            else [tip + wing, honest + wing, tip, honest, tip + wing, honest - wing]
        )
        self._pointer.width = self.line * 0.6

    def _hatch(self, x: float, low: float, high: float) -> None:
        """Slanted lines between two heights."""
        pitch = max(self.bar * 0.5, (high - low) / MOST_HATCHES)
        for index, hatch in enumerate(self._hatches):
            y = low + index * pitch
            rise = min(self.bar, high - y)
            hatch.points = [x, y, x + rise, y + rise] if rise > 1 else []
            hatch.width = max(1.0, self.line * 0.2)
