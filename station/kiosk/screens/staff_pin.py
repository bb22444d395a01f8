"""The PIN pad that staff meet after holding a corner of the first screen."""

from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from station.kiosk import staff_words
from station.kiosk.pin import LENGTHS
from station.kiosk.view import View
from station.kiosk.widgets import TONES, Key

IDLE_S = 20.0
"""Untouched for so long it goes away."""

DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "delete", "0", "enter")


class PadKey(Key):
    """A digit, or one of the two keys with an icon."""

    name = StringProperty("")


class PinPad(FloatLayout):  # type: ignore[misc]
    """Hangs in the window over the first screen. What was typed is kept until "enter" at most."""

    heading = StringProperty("")
    message = StringProperty("")
    colour = ListProperty([1, 1, 1, 1])
    icon = StringProperty("")
    close_text = StringProperty("")
    typed = NumericProperty(0)
    """How many digits."""
    shut = BooleanProperty(False)
    """No PIN could open the menu: there is nothing to type."""

    def __init__(self, context: Any, **given: Any) -> None:
        self.context = context
        self._pin = ""
        self._touched = 0.0
        super().__init__(**given)
        for name in DIGITS:
            key = PadKey(name=name)
            key.bind(on_press=self._press)
            self.ids.digits.add_widget(key)

    @property
    def up(self) -> bool:
        """Whether it is there."""
        return self.parent is not None

    def put_up(self, *_: object) -> None:
        """Somebody held a corner."""
        if not self.up:
            self._forget()
            self.context.desk.lock.forget()
            self._touched = Clock.get_time()
            Window.add_widget(self)

    def take_down(self, *_: object) -> None:
        """Go away, and forget what was typed."""
        self._forget()
        if self.up:
            Window.remove_widget(self)

    def show(self, view: View) -> None:
        """Say how it stands; go away when nobody types or the first screen is gone."""
        if not self.up:
            return
        verdict = self.context.desk.lock.verdict
        if view.stage != "attract" or Clock.get_time() - self._touched >= IDLE_S:
            self.take_down()
            return
        if verdict.kind == "right":
            self.context.desk.lock.forget()
            self.take_down()
            self.context.act("staff")
            return
        # A demo would start itself meanwhile.
        self.context.act("stay")
        _ = self.context.translate
        said = staff_words.pin_words(verdict, _)
        self.heading, self.close_text = _(staff_words.PIN_ASKED), _(staff_words.CLOSE)
        self.message, self.colour = said.text, TONES[said.tone]
        self.icon = "fix" if said.tone == "change" else ""
        self.shut = verdict.kind in {"unset", "broken"}

    def on_touch_down(self, touch: MotionEvent) -> bool:
        self._touched = Clock.get_time()
        super().on_touch_down(touch)
        return True

    def _press(self, key: PadKey) -> None:
        lock = self.context.desk.lock
        if self.shut or lock.verdict.kind in {"checking", "locked"}:
            return
        if key.name == "delete":
            self._pin = self._pin[:-1]
        elif key.name == "enter":
            if len(self._pin) in LENGTHS:
                lock.submit(self._pin)
            self._pin = ""
        elif len(self._pin) < LENGTHS.stop - 1:
            lock.forget()
            self._pin += key.name
        self.typed = len(self._pin)

    def _forget(self) -> None:
        self._pin, self.typed = "", 0
