"""What is seen, what is kept and what is sent: the last session's own JSON."""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.kiosk import quiet_words, words
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.view import View
from station.kiosk.widgets import Turning

MONO_WIDTH = 0.6
"""Width of Roboto Mono's letters over their size."""
LINE = 1.22
"""Distance of two lines over the letters' size; Kivy's own for this font is 1.32."""


class Said(BoxLayout):  # type: ignore[misc]
    """A word and the sentence that explains it."""

    title = StringProperty("")
    sentence = StringProperty("")


class Privacy(StationScreen):
    """The JSON is paged, not scrolled; on a compact panel it has a page of its own."""

    page = NumericProperty(0)
    title = StringProperty("")
    body = StringProperty("")
    explaining = BooleanProperty(True)
    showing = BooleanProperty(True)
    """Whether the explanation and the JSON are on this page."""

    def __init__(self, context: Any, **given: Any) -> None:
        super().__init__(context, **given)
        self.turning = Turning()
        self.turning.bind(on_back=lambda _: self.context.act("back"), on_turn=self.turn)
        self.add_widget(self.turning)

    def enter(self) -> None:
        self.page = 0

    def show(self, view: View) -> None:
        sizes, box = metrics(), self.ids.json
        size = sizes.touch * 1.05
        across = int(box.width / (size * MONO_WIDTH))
        lines, real = quiet_words.sent_lines(view.sent, across)
        per_page = max(4, int(box.height / (size * 1.32)))
        pages = [lines[i : i + per_page] for i in range(0, len(lines), per_page)]
        ahead = 1 if sizes.compact else 0
        total = len(pages) + ahead
        page = self.page % total
        self.explaining = page == 0 or not sizes.compact
        self.showing = page >= ahead
        self.title = self.say(quiet_words.LAST_SENT if real else quiet_words.EXAMPLE)
        self.body = "\n".join(pages[page - ahead]) if self.showing else ""
        self.turning.back_text = self.say(words.BACK)
        self.turning.turn_text = self.say(words.MORE) if total > 1 else ""

    def clear(self) -> None:
        self.page, self.body = 0, ""

    def turn(self, *_: object) -> None:
        """Show the next page, after the last the first."""
        self.page += 1
