"""The staff's tests of the display: the four-corner touch check and solid colours.

Both lie over the whole window, notices included.
"""

from collections.abc import Callable
from typing import Any

from kivy.core.window import Window
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, ColorProperty, ListProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from station.kiosk import palette, staff_words, touch_test
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.staff_words import Option


class Overlay(FloatLayout):  # type: ignore[misc]
    """Lies over the window and takes every touch until it is taken down."""

    language = StringProperty("en")

    def __init__(self, staff: StationScreen, done: Callable[[], None], **given: Any) -> None:
        """`done` is called when it has served."""
        self.staff = staff
        self.done = done
        super().__init__(**given)
        self.language = staff.language

    def put_up(self) -> None:
        """Cover the window."""
        Window.add_widget(self)

    def take_down(self) -> None:
        """Uncover it."""
        if self.parent is not None:
            Window.remove_widget(self)

    def say(self, english: str, _language: str = "") -> str:
        """`english` in the session's language; for kv files."""
        return self.staff.say(english)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        super().on_touch_down(touch)
        return True


class TouchCheck(Overlay):
    """One target after the other; then how far each touch was from its own."""

    target = ListProperty([0, 0])
    over = BooleanProperty(False)

    def __init__(self, staff: StationScreen, done: Callable[[], None], **given: Any) -> None:
        super().__init__(staff, done, **given)
        self._touches: list[tuple[float, float]] = []
        self.bind(size=self._begin)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if self.over:
            return super().on_touch_down(touch)
        self._touches.append((touch.x, touch.y))
        self._next()
        return True

    def _begin(self, *_: object) -> None:
        self._touches.clear()
        self.over = False
        self._next()

    def _next(self) -> None:
        wanted = touch_test.targets(self.width, self.height, metrics().px_per_mm)
        if len(self._touches) < len(wanted):
            self.target = wanted[len(self._touches)]
            return
        self.over = True
        short_mm = self.staff.context.settings.screen.panel_mm
        result = touch_test.judge(self._touches, wanted, min(self.size) / short_mm)
        self.ids.findings.say(touch_test.words(result, self.staff.context.translate))
        self.ids.options.offer(
            staff_words.OPTIONS["touch"], lambda option: self.say(option.text), self._do
        )

    def _do(self, option: Option) -> None:
        if option.name == "again":
            self._begin()
        else:
            self.done()


class Colours(Overlay):
    """One solid colour after the other: dead pixels, dirt, light that leaks in at an edge."""

    ALL = ("#ffffff", "#000000", "#ff0000", "#00ff00", "#0000ff", "#808080")
    shown = ColorProperty(palette.rgb(ALL[0]))
    hint = BooleanProperty(True)

    def __init__(self, staff: StationScreen, done: Callable[[], None], **given: Any) -> None:
        super().__init__(staff, done, **given)
        self._index = 0

    def on_touch_down(self, touch: MotionEvent) -> bool:
        self._index += 1
        if self._index == len(self.ALL):
            self.done()
        else:
            self.hint = False
            self.shown = palette.rgb(self.ALL[self._index])
        return True
