"""The question that lies over any screen, and its two answers."""

from kivy.core.window import Window
from kivy.input import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from station.kiosk.questions import ANSWERS, ASKED
from station.kiosk.screens.base import Context
from station.kiosk.view import Question, View


class QuestionCard(FloatLayout):  # type: ignore[misc]
    """Hangs in the window while the view asks something, and takes every touch."""

    text = StringProperty("")
    keep = StringProperty("")
    change = StringProperty("")
    left_s = NumericProperty(0)
    aside = BooleanProperty(False)
    """Somebody exercises meanwhile: leave their picture visible."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._asking: Question = ""
        super().__init__()

    def show(self, view: View) -> None:
        """Ask what `view` asks, if anything."""
        self._asking = view.asking
        if not view.asking:
            self.take_down()
            return
        self.text, self.keep, self.change = map(self.context.translate, ASKED[view.asking])
        self.aside = view.asking == "end_set"
        self.left_s = int(view.left_s) + 1
        if self.parent is None:
            Window.add_widget(self)

    def take_down(self) -> None:
        """Ask nothing."""
        if self.parent is not None:
            Window.remove_widget(self)

    def answer(self, which: int) -> None:
        """The left (0) or the right (1) key was touched."""
        if self._asking:
            self.context.act(ANSWERS[self._asking][which])

    def on_touch_down(self, touch: MotionEvent) -> bool:
        super().on_touch_down(touch)
        return True
