"""After the set: what was counted, what moved, one thing to work on."""

from kivy.properties import ListProperty, NumericProperty, StringProperty

from station.kiosk import words
from station.kiosk.screens.base import StationScreen
from station.kiosk.view import View
from station.kiosk.widgets import TONES


class Summary(StationScreen):
    """The words of `words.summary_words`, laid out."""

    reps = NumericProperty(0)
    clean_reps = NumericProperty(0)
    attempts = NumericProperty(0)
    unsure = NumericProperty(0)
    pattern = StringProperty("")
    pattern_colour = ListProperty([1, 1, 1, 1])
    back = StringProperty("")
    back_colour = ListProperty([1, 1, 1, 1])
    heading = StringProperty("")
    accent = ListProperty([1, 1, 1, 1])
    advice = StringProperty("")
    why = StringProperty("")
    drill = StringProperty("")

    def show(self, view: View) -> None:
        if view.summary is None:
            return
        context = self.context
        said = words.summary_words(view.summary, view.exercise, context.name_of, context.translate)
        self.reps, self.clean_reps = said.reps, said.clean
        self.attempts, self.unsure = said.attempts, said.unsure
        self.pattern, self.pattern_colour = said.pattern.text, TONES[said.pattern.tone]
        self.back, self.back_colour = said.back.text, TONES[said.back.tone]
        self.heading, self.accent = said.heading.text, TONES[said.heading.tone]
        self.advice, self.drill = said.advice, said.drill
        self.why = " ".join(part for part in (said.cause, said.fix) if part)

    def clear(self) -> None:
        self.reps = self.clean_reps = self.attempts = self.unsure = 0
        self.pattern = self.back = self.heading = self.advice = self.why = self.drill = ""
