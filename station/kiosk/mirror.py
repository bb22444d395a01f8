"""The member's picture, as a mirror shows it, with what was measured drawn over it."""

from typing import Any

import numpy as np
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle, ScissorPop, ScissorPush
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, NumericProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from station.kiosk import palette
from station.kiosk.emphasis import QUIET, BackTone, Emphasis
from station.kiosk.figure import measured
from station.kiosk.framing import Closeness, Framing, close_up, fit
from station.kiosk.marks import TargetMark
from station.kiosk.sets import Snapshot
from station.kiosk.stick import StickFigure
from station.kiosk.target import Target

LEFT_ANKLE, RIGHT_ANKLE = 27, 28
FOLLOW = 0.08
"""Share of the way that the cut of a too wide picture moves towards the member each frame."""
AHEAD = 0.5
"""Thigh lengths before the feet of the middle of somebody who bends."""
PICTURE = (0.82, 0.82, 0.82, 1.0)
"""The picture is dimmed a little, so that what is drawn over it stands out."""

BACKS: dict[BackTone, palette.Colour] = {
    "quiet": palette.WHITE,
    "right": palette.BLUE,
    "change": palette.ORANGE,
}


class Mirror(Widget):  # type: ignore[misc]
    """Shows one snapshot at a time; `blank` shows nothing and keeps nothing."""

    mirrored = BooleanProperty(True)
    bone = NumericProperty(6)
    still = BooleanProperty(False)
    """The button steps back without motion."""
    near = BooleanProperty(False)
    """Shows the member as large as there is room, not the whole picture."""
    follows = BooleanProperty(True)
    """Keeps the member in the middle where the picture is cut at its sides."""
    framing: Framing | None = None
    """Where the picture is on the screen, None while there is none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._textures: list[Texture] = []
        self._snapshot: Snapshot | None = None
        self._emphasis = QUIET
        self._target: Target | None = None
        self._focus: float | None = None
        self._close: Closeness | None = None
        self._figure = StickFigure()
        self._mark = TargetMark()
        with self.canvas:
            self._tint = Color(*palette.CLEAR)
            self._picture = Rectangle(size=(0, 0))
            # Scissors, since drawing through a stencil costs as much again as the picture.
            self._cut = ScissorPush()
        self.canvas.add(self._mark)
        self.canvas.add(self._figure)
        self.canvas.add(ScissorPop())
        self.bind(size=self._redraw, pos=self._redraw, mirrored=self._redraw)

    def show(
        self, snapshot: Snapshot, emphasis: Emphasis = QUIET, target: Target | None = None
    ) -> None:
        """Show the picture and the pose of `snapshot`, unless it is shown already."""
        same = self._snapshot is not None and self._snapshot.number == snapshot.number
        if same and emphasis == self._emphasis:
            self._show_target()
            return
        self._snapshot, self._emphasis, self._target = snapshot, emphasis, target
        self._follow(snapshot)
        if snapshot.frame is not None and not same:
            self._upload(snapshot.frame)
        self._redraw()

    def blank(self) -> None:
        """Forget the picture: a frozen one must not pass for a live one."""
        if self._snapshot is None:
            return
        self._snapshot = self._focus = self._close = self._target = self.framing = None
        self._emphasis = QUIET
        self._textures = []
        self._tint.rgba = palette.CLEAR
        self._picture.texture = None
        self._picture.size = (0, 0)
        self._figure.clear_figure()
        self._mark.hide(forget=True)

    def _upload(self, frame: NDArray[np.uint8]) -> None:
        height, width = frame.shape[:2]
        if not self._textures or self._textures[0].size != (width, height):
            self._textures = [
                Texture.create(size=(width, height), colorfmt="rgba") for _ in range(2)
            ]
        # Two in turn: writing into the one that is still being drawn would wait for the drawing.
        self._textures.reverse()
        self._textures[0].blit_buffer(frame.reshape(-1), colorfmt="rgba", bufferfmt="ubyte")

    def _follow(self, snapshot: Snapshot) -> None:
        feet = snapshot.pose.landmarks[[LEFT_ANKLE, RIGHT_ANKLE], 0]
        if np.isnan(feet).any():
            return
        gate = snapshot.update.gate
        if self.near and gate.reason in (None, "turn"):
            ys = snapshot.pose.landmarks[:, 1]
            body, height = (float(ys.min()), float(ys.max())), snapshot.pose.size[1]
            self._close = (
                close_up(body, height) if self._close is None else self._close.around(body, height)
            )
        if not self.follows:
            return
        middle = float(feet.mean())
        facing, place = snapshot.update.view.facing, snapshot.update.place
        if facing is not None and place is not None:
            # A bend reaches further to the front than the hips go back.
            middle += AHEAD * place.thigh * (1.0 if facing == "right" else -1.0)
        self._focus = (
            middle if self._focus is None else self._focus + FOLLOW * (middle - self._focus)
        )

    def _redraw(self, *_: object) -> None:
        snapshot = self._snapshot
        self._cut.pos = [round(part) for part in self.pos]
        self._cut.size = [max(0, round(part)) for part in self.size]
        if snapshot is None or self.height <= 0:
            return
        framing = self.framing = fit(
            snapshot.pose.size,
            self.pos,
            self.size,
            mirror=self.mirrored,
            focus=self._focus,
            rows=None if self._close is None else (self._close.top, self._close.bottom),
        )
        if self._textures:
            self._tint.rgba = PICTURE
            self._picture.texture = self._textures[0]
            self._picture.tex_coords = framing.tex_coords
            self._picture.pos, self._picture.size = (framing.x, framing.y), framing.size
        self._show_target()
        if not snapshot.somebody:
            self._figure.clear_figure()
            return
        update = snapshot.update
        self._figure.show(
            measured(snapshot.pose.landmarks, update.dorsal, update.view.facing),
            framing.to_screen,
            width=self.bone,
            back=BACKS[self._emphasis.back],
            marked=self._emphasis.parts,
        )

    def _show_target(self) -> None:
        snapshot = self._snapshot
        if self._target is None or self.framing is None or snapshot is None:
            self._mark.hide()
            return
        if not snapshot.somebody:
            self._mark.hide()
            return
        self._mark.show(
            self._target,
            self.framing.to_screen,
            line=self.bone,
            now=Clock.get_time(),
            still=self.still,
        )
