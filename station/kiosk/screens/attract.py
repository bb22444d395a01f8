"""The first screen: somebody hinges, slowly, for as long as nobody comes."""

import math
from typing import Any

import numpy as np
from kivy.clock import Clock
from kivy.graphics import Color, SmoothLine
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from station.kiosk import palette
from station.kiosk.figure import hinging
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.stick import StickFigure
from station.kiosk.view import View

CYCLE_S = 6.0
SWAP_EVERY_S = 48.0
"""Figure and words change places so often, so that nothing burns in."""
STEP_S = 1 / 30


class Attract(StationScreen):
    """A touch anywhere starts."""

    swapped = BooleanProperty(False)
    drift = NumericProperty(0.0)
    trouble = StringProperty("")

    def on_touch_down(self, touch: MotionEvent) -> bool:
        self.context.act("start")
        return True

    def show(self, view: View) -> None:
        trouble = view.camera.kind in {"stalled", "offline"}
        self.trouble = self.say(view.camera.message) if trouble else ""

    def enter(self) -> None:
        self._ticking = Clock.schedule_interval(self._move, STEP_S)
        self._move(0.0)

    def clear(self) -> None:
        self._ticking.cancel()

    def _move(self, _: float) -> None:
        now = Clock.get_time()
        turn = int(now // SWAP_EVERY_S)
        self.swapped = bool(turn % 2)
        self.drift = ((turn // 2) % 3 - 1) * 0.02
        self.ids.figure.depth = depth_at(now % CYCLE_S / CYCLE_S)


def depth_at(phase: float) -> float:
    """Depth 0..1 at `phase` 0..1 of a slow hinge: stand, down, wait, up."""
    if phase < 0.12 or phase > 0.88:
        return 0.0
    if 0.45 <= phase <= 0.55:
        return 1.0
    rest = (phase - 0.12) / 0.33 if phase < 0.45 else (0.88 - phase) / 0.33
    return 0.5 - 0.5 * math.cos(math.pi * rest)


class HingingFigure(Widget):  # type: ignore[misc]
    """The stick figure on its floor, at `depth`; `turned` faces left."""

    depth = NumericProperty(0.0)
    turned = BooleanProperty(False)
    ghost = BooleanProperty(False)
    """Only shows where to stand: in one quiet colour."""
    stroke = NumericProperty(1.5)
    """Width of its bones against those of the overlay."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._figure = StickFigure()
        with self.canvas:
            Color(*palette.EDGE)
            self._floor = SmoothLine(points=[], width=1)
        self.canvas.add(self._figure)
        self.bind(depth=self._draw, turned=self._draw, stroke=self._draw)
        self.bind(size=self._draw, pos=self._draw)

    def _draw(self, *_: object) -> None:
        # Standing it is 1.06 body heights high, at the bottom half a body height across.
        scale = min(self.height / 1.12, self.width / 0.7)
        across, bottom = self.center_x, self.center_y - scale * 0.54
        way = -1.0 if self.turned else 1.0
        line = metrics().line

        def to_screen(points: NDArray[np.float64]) -> NDArray[np.float64]:
            x = across + way * (points[:, 0] - 0.14) * scale
            return np.column_stack((x, bottom + points[:, 1] * scale))

        self._floor.points = [
            across - scale * 0.35,
            bottom - line * 0.5,
            across + scale * 0.35,
            bottom - line * 0.5,
        ]
        self._floor.width = line * 0.35
        quiet = dict.fromkeys(("bone", "far", "back"), palette.GHOST) if self.ghost else {}
        self._figure.show(hinging(self.depth), to_screen, width=line * self.stroke, **quiet)
