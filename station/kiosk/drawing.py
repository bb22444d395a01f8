"""Figures as widgets: one that hinges, one still in its scene, one of the member's own set."""

from typing import Any

import numpy as np
from kivy.clock import Clock
from kivy.graphics import Color, SmoothLine
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from station.kiosk import palette, poses
from station.kiosk.figure import Figure, Side, hinging, measured
from station.kiosk.screens.base import metrics
from station.kiosk.stick import StickFigure
from station.kiosk.view import Portrait

Points = NDArray[np.float64]


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
        if min(self.size) <= 1:
            self._floor.points = []
            self._figure.clear_figure()
            return
        # Standing it is 1.06 body heights high, at the bottom half a body height across.
        scale = min(self.height / 1.12, self.width / 0.7)
        across, middle = _middle(self)
        bottom = middle - scale * 0.54
        way = -1.0 if self.turned else 1.0
        # On a small figure full bones would be blobs.
        line = min(metrics().line, scale * 0.022)

        def to_screen(points: Points) -> Points:
            x = across + way * (points[:, 0] - 0.14) * scale
            return np.column_stack((x, bottom + points[:, 1] * scale))

        self._floor.points = [
            across - scale * 0.35,
            bottom - line * 0.5,
            across + scale * 0.35,
            bottom - line * 0.5,
        ]
        self._floor.width = line * 0.35
        ghost = palette.GHOST
        bone, far, back = (ghost,) * 3 if self.ghost else (palette.WHITE, palette.FAR, palette.BLUE)
        figure, width = hinging(self.depth), line * self.stroke
        self._figure.show(figure, to_screen, width=width, bone=bone, far=far, back=back)


class SceneFigure(Widget):  # type: ignore[misc]
    """A still picture of `poses`: of an exercise, or one of those that explain the hinge."""

    exercise = StringProperty("")
    pattern = StringProperty("")
    """ "hinge", "squat" or "stoop"; drawn in place of an exercise."""
    ink = ColorProperty(palette.WHITE)
    back = ColorProperty(palette.BLUE)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._figure = StickFigure()
        # Once a frame, however often the layout moves it.
        soon = Clock.create_trigger(self._draw, -1)
        self.bind(exercise=soon, pattern=soon, ink=soon, back=soon, size=soon, pos=soon)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if min(self.size) <= 1:
            return
        scene = self._scene()
        low, high = poses.extent(scene)
        span = high - low
        scale = min(self.width / span[0], self.height / span[1])
        corner = _middle(self) - (low + high) / 2 * scale

        def to_screen(points: Points) -> Points:
            return np.asarray(points * scale + corner, dtype=np.float64)

        width = max(1.5, scale * 0.026)
        with self.canvas:
            Color(*palette.FAR)
            for line in scene.things:
                SmoothLine(points=to_screen(np.array(line)).ravel().tolist(), width=width * 0.4)
        self.canvas.add(self._figure)
        self._figure.show(
            scene.figure, to_screen, width=width, bone=tuple(self.ink), back=tuple(self.back)
        )

    def _scene(self) -> poses.Scene:
        if self.pattern == "squat":
            return poses.Scene(poses.SQUAT.figure())
        if self.pattern == "stoop":
            return poses.Scene(poses.STOOP.figure())
        return poses.scene(self.exercise)


def _middle(widget: Widget) -> Points:
    """Its centre now; Kivy's own `center` may still be that of a moment ago."""
    return np.array([widget.x + widget.width / 2, widget.y + widget.height / 2], dtype=np.float64)


class PortraitFigure(Widget):  # type: ignore[misc]
    """One frame of the member's set as lines; `show(None)` forgets it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._portrait: Portrait | None = None
        self._mirrored = True
        self._figure = StickFigure()
        self.canvas.add(self._figure)
        self.bind(size=self._draw, pos=self._draw)

    def show(self, portrait: Portrait | None, *, mirrored: bool = True) -> None:
        """Draw `portrait` as the member saw it, mirrored or not."""
        if portrait is not self._portrait:
            self._portrait, self._mirrored = portrait, mirrored
            self._draw()

    def _draw(self, *_: object) -> None:
        portrait = self._portrait
        figure = None
        if portrait is not None:
            figure = measured(portrait.landmarks, portrait.dorsal, portrait.facing)
        if portrait is None or figure is None or min(self.size) <= 1:
            self._figure.clear_figure()
            return
        low, high = _drawn(figure)
        if not np.isfinite(high - low).all():
            self._figure.clear_figure()
            return
        span = np.maximum(high - low, 1e-6)
        line = metrics().line
        scale = min((self.width - 4 * line) / span[0], (self.height - 4 * line) / span[1])
        middle = (low + high) / 2
        way = np.array([-scale if self._mirrored else scale, -scale])

        def to_screen(points: Points) -> Points:
            return np.asarray((points - middle) * way + _middle(self), dtype=np.float64)

        self._figure.show(
            figure,
            to_screen,
            width=line,
            back=palette.ORANGE if portrait.rounds else palette.BLUE,
        )


def _drawn(figure: Figure) -> tuple[Points, Points]:
    """Upper left and lower right of what is drawn of a figure, pixels of its picture."""
    sides: tuple[Side, Side] = ("left", "right")
    used = [joint for side in sides for run in figure.limbs(side) for joint in run]
    points = [figure.points[used]]
    head = figure.head()
    if head is not None:
        x, y, radius = head
        points.append(np.array([(x - radius, y - radius), (x + radius, y + radius)]))
    if figure.dorsal is not None:
        points.append(figure.dorsal)
    every = np.vstack(points)
    if not len(every):
        nowhere = np.full(2, np.nan)
        return nowhere, nowhere
    low: Points = np.nanmin(every, axis=0)
    high: Points = np.nanmax(every, axis=0)
    return low, high
