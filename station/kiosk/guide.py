"""Shows how: where to stand and how big, stepping into the picture, turning to the side."""

from typing import Any

import numpy as np
from kivy.graphics import Color, ScissorPop, ScissorPush, SmoothLine
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from station.kiosk import palette
from station.kiosk.figure import silhouette, stepping, turning
from station.kiosk.stick import StickFigure

FLOOR, STANDS = 0.07, 0.8
"""Heights in the picture, shares of its own: the line to stand on, and somebody on it. Half a
body's breadth is left on every side to bend into."""

WALK_S, WAIT_S = 2.4, 1.6
STEP_S = 1.1
TURN_S, HOLD_S = 1.2, 1.4
GUIDE = (*palette.WHITE[:3], 0.75)
_OUTLINE = silhouette()


class Guide(Widget):  # type: ignore[misc]
    """Over the picture: floor line and silhouette; blue once somebody stands as they should.

    `alone`: somebody drawn walks in; `still`: is there already. `now` seconds, `line` pixels.
    """

    good = BooleanProperty(False)
    alone = BooleanProperty(False)
    still = BooleanProperty(False)
    shown = BooleanProperty(True)
    now = NumericProperty(0.0)
    line = NumericProperty(4)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._walker = StickFigure()
        with self.canvas:
            self._cut = ScissorPush()
            self._colour = Color(*GUIDE)
            self._floor = SmoothLine(points=[], width=1)
            self._outline = SmoothLine(points=[], width=1)
        self.canvas.add(self._walker)
        self.canvas.add(ScissorPop())
        for name in ("good", "shown", "line", "size", "pos"):
            self.fbind(name, self._draw)
        for name in ("alone", "still", "now", "shown", "size", "pos"):
            self.fbind(name, self._step_in)

    def _place(self, points: NDArray[np.float64], across: float) -> NDArray[np.float64]:
        scale = STANDS * self.height
        return np.column_stack(
            (
                self.x + across + points[:, 0] * scale,
                self.y + (FLOOR + points[:, 1] * STANDS) * self.height,
            )
        )

    def _draw(self, *_: object) -> None:
        self._cut.pos = [round(part) for part in self.pos]
        self._cut.size = [max(0, round(part)) for part in self.size]
        if not self.shown:
            self._floor.points = self._outline.points = []
            return
        self._colour.rgba = palette.BLUE if self.good else GUIDE
        floor = self.y + FLOOR * self.height
        reach = min(self.width * 0.29, self.height * 0.55)
        middle = self.x + self.width / 2
        self._floor.points = [middle - reach, floor, middle + reach, floor]
        self._floor.width = self.line * 0.5
        self._outline.points = self._place(_OUTLINE, self.width / 2).ravel().tolist()
        self._outline.width = self.line * (0.9 if self.good else 0.55)

    def _step_in(self, *_: object) -> None:
        if not (self.alone and self.shown):
            self._walker.clear_figure()
            return
        since = 0.0 if self.still else self.now % (WALK_S + WAIT_S)
        walks = not self.still and since < WALK_S
        figure = stepping(since / STEP_S) if walks else turning(90.0)
        start = max(-0.2 * self.width, self.width / 2 - self.height * 0.9)
        part = since / WALK_S if walks else 1.0
        across = start + (self.width / 2 - start) * part
        self._walker.show(figure, lambda points: self._place(points, across), width=self.line)


class TurningFigure(Widget):  # type: ignore[misc]
    """Somebody drawn who turns from the screen to the side; `still`: has turned."""

    still = BooleanProperty(False)
    now = NumericProperty(0.0)
    line = NumericProperty(4)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._figure = StickFigure()
        with self.canvas:
            Color(*palette.EDGE)
            self._floor = SmoothLine(points=[], width=1)
        self.canvas.add(self._figure)
        for name in ("still", "now", "line", "size", "pos"):
            self.fbind(name, self._draw)

    def _draw(self, *_: object) -> None:
        scale = min(self.height / 1.1, self.width / 0.5)
        if scale <= 0 or self.opacity == 0:
            self._figure.clear_figure()
            self._floor.points = []
            return
        middle, floor = self.x + self.width / 2, self.y + (self.height - scale * 1.06) / 2
        self._floor.points = [middle - scale * 0.25, floor, middle + scale * 0.25, floor]
        self._floor.width = self.line * 0.35

        def to_screen(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack((middle + points[:, 0] * scale, floor + points[:, 1] * scale))

        yaw = 0.0 if self.still else yaw_at(self.now)
        self._figure.show(turning(yaw), to_screen, width=self.line)


def yaw_at(now: float) -> float:
    """Degrees off side-on of the figure that shows the turn: a wait, a turn, a wait."""
    since = now % (TURN_S + 2 * HOLD_S) - HOLD_S
    part = min(1.0, max(0.0, since / TURN_S))
    return 90.0 * (1.0 - part * part * (3 - 2 * part))
