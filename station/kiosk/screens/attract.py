"""The first screen: somebody hinges, slowly, for as long as nobody comes."""

import math
from typing import Any

from kivy.clock import Clock, ClockEvent
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.kiosk import drawing, words  # noqa: F401 (the kv file names its widgets)
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.view import View
from station.kiosk.widgets import Key

CYCLE_S = 6.0
CALM_STEP_S = 5.0
"""With reduced motion the figure changes between standing and hinging so often, at once."""
SWAP_EVERY_S = 48.0
"""Figure and words change places so often, so that nothing burns in."""
STEP_S = 1 / 30
CORNER_S = 3.0
"""A corner held for so long opens the way for staff."""


class Attract(StationScreen):
    """A touch anywhere starts; the keys do what they say.

    `on_corner_held` is dispatched when a corner was held for `CORNER_S`.
    """

    swapped = BooleanProperty(False)
    drift = ListProperty([0.0, 0.0])
    """Millimetres that everything stands aside at the moment."""
    trouble = StringProperty("")
    depth = NumericProperty(0.0)

    __events__ = ("on_corner_held",)

    def __init__(self, context: Any, **given: Any) -> None:
        self._ticking: ClockEvent | None = None
        self._holding: tuple[MotionEvent, ClockEvent] | None = None
        super().__init__(context, **given)

    def on_corner_held(self) -> None:
        """Staff may want to come in."""

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if in_corner(touch.pos, self.size, metrics().corner):
            # Whether it is a member's tap is known only when it ends, on a key in the corner too.
            self._let_go()
            self._holding = touch, Clock.schedule_once(self._held, CORNER_S)
        else:
            self._tapped(touch)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if self._holding is not None and self._holding[0] is touch:
            self._let_go()
            self._tapped(touch)
            return True
        return bool(super().on_touch_up(touch))

    def _tapped(self, touch: MotionEvent) -> None:
        if not super().on_touch_down(touch):
            self.context.act("start")

    def _held(self, _: float) -> None:
        self._holding = None
        self.dispatch("on_corner_held")

    def _let_go(self) -> None:
        if self._holding is not None:
            self._holding[1].cancel()
            self._holding = None

    def show(self, view: View) -> None:
        trouble = view.camera.kind in {"stalled", "offline"}
        self.trouble = self.say(view.camera.message or words.NO_PICTURE) if trouble else ""

    def enter(self) -> None:
        self._ticking = Clock.schedule_interval(self._move, STEP_S)
        self._move(0.0)

    def clear(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        self._let_go()

    def _move(self, _: float) -> None:
        now = Clock.get_time()
        turn = int(now // SWAP_EVERY_S)
        self.swapped = bool(turn % 2)
        self.drift = DRIFT[turn // 2 % len(DRIFT)]
        if self.context.reduced_motion:
            self.depth = float(int(now // CALM_STEP_S) % 2)
        else:
            self.depth = depth_at(now % CYCLE_S / CYCLE_S)


DRIFT = [[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]


class Sides(BoxLayout):  # type: ignore[misc]
    """A row or column of two whose children change places while `swapped`."""

    swapped = BooleanProperty(False)

    def on_swapped(self, *_: object) -> None:
        turned = list(self.children)
        self.clear_widgets()
        for child in turned:
            self.add_widget(child)


class LanguageKey(Key):
    """One language by its own name; `chosen` while the screen speaks it."""

    code = StringProperty("")


def in_corner(point: tuple[float, float], size: tuple[float, float], side: float) -> bool:
    """Whether `point` is within `side` pixels of both edges of a corner of `size`."""
    return all(min(at, whole - at) <= side for at, whole in zip(point, size, strict=True))


def depth_at(phase: float) -> float:
    """Depth 0..1 at `phase` 0..1 of a slow hinge: stand, down, wait, up."""
    if phase < 0.12 or phase > 0.88:
        return 0.0
    if 0.45 <= phase <= 0.55:
        return 1.0
    rest = (phase - 0.12) / 0.33 if phase < 0.45 else (0.88 - phase) / 0.33
    return 0.5 - 0.5 * math.cos(math.pi * rest)
