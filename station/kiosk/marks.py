"""Draws what the hips should reach, on the member's picture: the virtual button or the wall."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from kivy.graphics import Color, InstructionGroup, SmoothEllipse, SmoothLine

from station.kiosk import icons, palette
from station.kiosk.stick import Points
from station.kiosk.target import Target

STEP_S = 0.7
"""The button takes so long to step back."""

HATCHES = 9
_SHADE = (*palette.GROUND[:3], 0.6)
"""Behind the ring, so that it shows on any picture."""
_TURN = np.linspace(0.5 * np.pi, -1.5 * np.pi, 49)


class Steps:
    """Where the button is seen while it steps back; no clock of its own."""

    def __init__(self) -> None:
        self._from = self._to = 0.0
        self._since = 0.0

    def away(self, target: Target, now: float, *, still: bool) -> float:
        """Distance at which `target` is drawn at `now`, seconds; `still`: it does not move."""
        if self._to == 0.0 or still:
            self._from = self._to = target.away
        elif target.away != self._to:
            self._from, self._to, self._since = self._seen(now), target.away, now
        return self._seen(now)

    def forget(self) -> None:
        """Somebody else's button will be somewhere else."""
        self._from = self._to = 0.0

    def _seen(self, now: float) -> float:
        part = min(1.0, max(0.0, (now - self._since) / STEP_S))
        return self._from + (self._to - self._from) * (part * part * (3 - 2 * part))


class TargetMark(InstructionGroup):  # type: ignore[misc]
    """The button: a ring that fills, and lights when reached. The wall: a hatched line that does.

    Graphics are moved, not made anew, and only where something changed: the window draws itself
    again, whole, after every change.
    """

    def __init__(self) -> None:
        super().__init__()
        self._steps = Steps()
        self._drawn: tuple[Target, Callable[[Points], Points], float] | None = None
        self._ground = Color(*palette.CLEAR)
        self._disc = SmoothEllipse(size=(0, 0), segments=20)
        self._rim_colour = Color(*palette.CLEAR)
        self._rim = SmoothLine(points=[], width=1)
        self._fill_colour = Color(*palette.CLEAR)
        self._fill = SmoothLine(points=[], width=1)
        self._mark_colour = Color(*palette.CLEAR)
        self._mark = SmoothLine(points=[], width=1, joint="round")
        self._hatches = [SmoothLine(points=[], width=1) for _ in range(HATCHES)]
        for part in (
            self._ground,
            self._disc,
            self._rim_colour,
            self._rim,
            *self._hatches,
            self._fill_colour,
            self._fill,
            self._mark_colour,
            self._mark,
        ):
            self.add(part)

    def hide(self, *, forget: bool = False) -> None:
        """Show nothing; with `forget`, also know nothing of where it was."""
        if forget:
            self._steps.forget()
        if self._drawn is None:
            return
        self._drawn = None
        for line in (self._rim, self._fill, self._mark, *self._hatches):
            line.points = []
        self._disc.size = (0, 0)
        for colour in (self._ground, self._rim_colour, self._fill_colour, self._mark_colour):
            colour.rgba = palette.CLEAR

    def show(
        self,
        target: Target,
        to_screen: Callable[[Points], Points],
        *,
        line: float,
        now: float,
        still: bool,
    ) -> None:
        """Draw `target` with lines `line` pixels wide; `still`: where motion is reduced."""
        if target.kind == "button":
            target = replace(target, away=self._steps.away(target, now, still=still))
        if self._drawn == (target, to_screen, line):
            return
        self.hide()
        self._drawn = (target, to_screen, line)
        if target.kind == "wall":
            self._show_wall(target, to_screen, line)
        else:
            self._show_button(target, to_screen, line)

    def _show_button(
        self, target: Target, to_screen: Callable[[Points], Points], line: float
    ) -> None:
        (x, y), (rim, _) = to_screen(np.array([target.at, (target.at[0] + target.radius, 0.0)]))
        radius = abs(rim - x)
        lit = target.lit
        self._ground.rgba = palette.BLUE if lit else _SHADE
        self._disc.size, self._disc.pos = (2 * radius, 2 * radius), (x - radius, y - radius)
        ring = np.column_stack((x + radius * np.cos(_TURN), y + radius * np.sin(_TURN)))
        self._rim_colour.rgba = palette.WHITE
        self._rim.points, self._rim.width = ring.ravel().tolist(), line * 0.35
        self._mark_colour.rgba = palette.INK if lit else palette.WHITE
        if lit:
            check = (np.array(icons.CHECK[0]) - 0.5) * radius * 1.1 + (x, y)
            self._mark.points, self._mark.width = check.ravel().tolist(), line * 0.7
            return
        filled = ring[: 1 + round(target.reach * (len(ring) - 1))]
        if len(filled) > 1:
            self._fill_colour.rgba = palette.BLUE
            self._fill.points, self._fill.width = filled.ravel().tolist(), line * 0.9
        dot = np.column_stack((x + radius * 0.3 * np.cos(_TURN), y + radius * 0.3 * np.sin(_TURN)))
        self._mark.points, self._mark.width = dot.ravel().tolist(), line * 0.5

    def _show_wall(
        self, target: Target, to_screen: Callable[[Points], Points], line: float
    ) -> None:
        foot, top = to_screen(np.array([(target.x, target.floor), (target.x, target.top)]))
        colour = palette.BLUE if target.lit else palette.WHITE
        self._rim_colour.rgba = colour
        self._rim.points = [*foot, *top]
        self._rim.width = line * (1.1 if target.lit else 0.6)
        behind = to_screen(np.array([(target.x + target.backwards * target.radius, 0.0)]))[0, 0]
        for share, hatch in zip(np.linspace(0.06, 1.0, HATCHES), self._hatches, strict=True):
            y = foot[1] + (top[1] - foot[1]) * share
            hatch.points = [foot[0], y, behind, y - abs(behind - foot[0])]
            hatch.width = line * 0.3
        if not target.lit and target.reach > 0:
            self._fill_colour.rgba = palette.BLUE
            self._fill.points = [*foot, foot[0], foot[1] + (top[1] - foot[1]) * target.reach]
            self._fill.width = line * 0.9
