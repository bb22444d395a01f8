"""Draws a stick figure: on a member's picture and, the same one, on the first screen."""

from collections.abc import Callable, Set

import numpy as np
from kivy.graphics import Color, InstructionGroup, SmoothEllipse, SmoothLine
from kivy.graphics.instructions import Instruction
from numpy.typing import NDArray

from station.kiosk import palette
from station.kiosk.figure import GIRDLES, LIMBS, MOST_RUNS, Figure
from station.kiosk.palette import Colour

Points = NDArray[np.float64]
_RING = np.linspace(0.0, 2 * np.pi, 33)
ROUND = 24
"""Corners of a disc: of ends and joints a few pixels across nobody sees more."""
MARKED = 1.7
"""Bones that are marked are so much broader: colour alone says nothing to some."""


class StickFigure(InstructionGroup):  # type: ignore[misc]
    """Bones, joints, head and back line as graphics that are moved, not made anew, each frame."""

    def __init__(self) -> None:
        super().__init__()
        self._far = [_Stroke(self) for _ in range(MOST_RUNS)]
        self._back = _Stroke(self)
        self._near = [_Stroke(self) for _ in range(2 * MOST_RUNS)]
        self._girdles = [_Stroke(self) for _ in GIRDLES]
        self._head = _Stroke(self)
        self._marks = [_Stroke(self) for _ in range(2 * len(LIMBS) + 1)]
        self._hip_rim = _Dot(self)
        self._hip = _Dot(self)

    def clear_figure(self) -> None:
        """Show nothing and keep no point of anybody."""
        for stroke in (*self._far, *self._near, *self._girdles, *self._marks):
            stroke.hide()
        self._back.hide()
        self._head.hide()
        self._hip.hide()
        self._hip_rim.hide()

    def show(
        self,
        figure: Figure,
        to_screen: Callable[[Points], Points],
        *,
        width: float,
        bone: Colour = palette.WHITE,
        far: Colour = palette.FAR,
        back: Colour = palette.BLUE,
        marked: Set[str] = frozenset(),
    ) -> None:
        """Draw `figure` with bones `width` pixels wide.

        `bone` is the near side's colour, `far` the other side's, `back` the back line's. `marked`
        parts (of `emphasis.Part`) are orange and broader.
        """
        screen = to_screen(figure.outline())
        near = figure.limbs(figure.near)
        behind = figure.limbs(figure.far) if figure.near else []
        parts = [run for name in LIMBS if name in marked for run in figure.part(name)]
        for strokes, limbs, colour, share in (
            (self._far, behind, far, 0.55),
            (self._near, near, bone, 1.0),
            (self._girdles, figure.girdles(), bone, 1.0),
            (self._marks[1:], parts, palette.ORANGE, MARKED),
        ):
            for index, stroke in enumerate(strokes):
                if index < len(limbs):
                    stroke.show(screen[limbs[index]], colour, width * share)
                else:
                    stroke.hide()
        self._show_back(figure, to_screen, back, marked, width)
        self._show_head(figure, to_screen, palette.ORANGE if "neck" in marked else bone, width)
        hip = "hips" in marked
        self._show_hip(
            screen[figure.near_hip],
            palette.ORANGE if hip else bone,
            width * (MARKED if hip else 1.0),
        )

    def _show_back(
        self,
        figure: Figure,
        to_screen: Callable[[Points], Points],
        colour: Colour,
        marked: Set[str],
        width: float,
    ) -> None:
        """The back line, from hip to shoulder; the half of it that is marked stands out."""
        half = self._marks[0]
        if figure.dorsal is None or len(figure.dorsal) < 2:
            self._back.hide()
            half.hide()
            return
        line = to_screen(figure.dorsal)
        whole = "back" in marked
        broad = width * 1.7
        self._back.show(line, palette.ORANGE if whole else colour, broad * (1.3 if whole else 1))
        middle = len(line) // 2
        if "low_back" in marked:
            half.show(line[: middle + 1], palette.ORANGE, broad * MARKED)
        elif "high_back" in marked:
            half.show(line[middle:], palette.ORANGE, broad * MARKED)
        else:
            half.hide()

    def _show_head(
        self, figure: Figure, to_screen: Callable[[Points], Points], bone: Colour, width: float
    ) -> None:
        head = figure.head()
        if head is None:
            self._head.hide()
            return
        x, y, radius = head
        ring = np.column_stack((x + radius * np.cos(_RING), y + radius * np.sin(_RING)))
        self._head.show(to_screen(ring), bone, width)

    def _show_hip(self, hip: Points, bone: Colour, width: float) -> None:
        if np.isnan(hip).any():
            self._hip.hide()
            self._hip_rim.hide()
            return
        self._hip_rim.show(hip, palette.GROUND, width * 1.9)
        self._hip.show(hip, bone, width * 1.25)


class _Part:
    """Graphics that hang in their group while they show; hidden they cost no drawing."""

    def __init__(self, group: InstructionGroup, *graphics: Instruction) -> None:
        self._place = InstructionGroup()
        group.add(self._place)
        self._graphics = graphics
        self._shown = False

    def _hang(self) -> None:
        if not self._shown:
            self._shown = True
            for graphic in self._graphics:
                self._place.add(graphic)

    def _take_away(self) -> bool:
        """Whether there was anything to take away."""
        shown, self._shown = self._shown, False
        if shown:
            self._place.clear()
        return shown


class _Stroke(_Part):
    """One smooth line with round ends."""

    def __init__(self, group: InstructionGroup) -> None:
        self._colour = Color(*palette.CLEAR)
        self._line = SmoothLine(points=[], width=1.0, joint="round")
        self._ends = [SmoothEllipse(size=(0, 0), segments=ROUND) for _ in range(2)]
        super().__init__(group, self._colour, self._line, *self._ends)

    def show(self, points: Points, colour: Colour, width: float) -> None:
        self._hang()
        self._colour.rgba = colour
        # Kivy's line width is half the stroke's.
        self._line.width = width / 2
        self._line.points = points.ravel().tolist()
        for end, point in zip(self._ends, (points[0], points[-1]), strict=True):
            end.size = (width, width)
            end.pos = (point[0] - width / 2, point[1] - width / 2)

    def hide(self) -> None:
        if self._take_away():
            self._line.points = []
            for end in self._ends:
                end.size = end.pos = (0, 0)


class _Dot(_Part):
    """One smooth disc."""

    def __init__(self, group: InstructionGroup) -> None:
        self._colour = Color(*palette.CLEAR)
        self._disc = SmoothEllipse(size=(0, 0), segments=ROUND)
        super().__init__(group, self._colour, self._disc)

    def show(self, centre: Points, colour: Colour, radius: float) -> None:
        self._hang()
        self._colour.rgba = colour
        self._disc.size = (2 * radius, 2 * radius)
        self._disc.pos = (centre[0] - radius, centre[1] - radius)

    def hide(self) -> None:
        if self._take_away():
            self._disc.size = self._disc.pos = (0, 0)
