"""After the set: what was counted, what moved, one thing to work on, and what comes next."""

from typing import Any

from kivy.properties import (
    BooleanProperty,
    DictProperty,
    ListProperty,
    NumericProperty,
    StringProperty,
)

from station.kiosk import drawing, palette, qr  # noqa: F401 (the kv file names their widgets)
from station.kiosk import summary_words as told
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.summary_layout import PARTS, Box, key_rows, place
from station.kiosk.summary_words import SummaryWords, result_text, summary_words
from station.kiosk.view import View
from station.kiosk.widgets import TONES, Key
from station.kiosk.words import AGAIN, DONE


class NextKey(Key):
    """Starts the drill, or a rung that was earned."""

    exercise = StringProperty("")


class Summary(StationScreen):
    """The words of `summary_words`, laid out. On a compact panel `turned` shows the other page."""

    reps = NumericProperty(0)
    clean_reps = NumericProperty(0)
    scored = BooleanProperty(True)
    attempts = StringProperty("")
    unsure = StringProperty("")
    pattern = StringProperty("")
    pattern_colour = ListProperty([1, 1, 1, 1])
    back = StringProperty("")
    back_colour = ListProperty([1, 1, 1, 1])
    depth = StringProperty("")
    heading = StringProperty("")
    accent = ListProperty([1, 1, 1, 1])
    icon = StringProperty("")
    advice = StringProperty("")
    why = StringProperty("")
    caption = StringProperty("")
    turned = BooleanProperty(False)
    boxes = DictProperty(dict.fromkeys(PARTS, Box()))
    nexts = NumericProperty(0)

    def __init__(self, context: Any, **given: Any) -> None:
        super().__init__(context, **given)
        self._shown: tuple[object, ...] = ()
        self._text = ""
        self.bind(turned=self._arrange, size=self._arrange)

    def enter(self) -> None:
        self.turned = False

    def show(self, view: View) -> None:
        if view.summary is None:
            return
        state = (view.summary, view.portrait, view.exercise.id, self.language, metrics())
        if state != self._shown:
            self._shown = state
            self._tell(view)
        self.ids.code.show(self._text)

    def _arrange(self, *_: object) -> None:
        sizes = metrics()
        rows = key_rows(sizes, int(self.nexts))
        self.boxes = place(sizes, tuple(self.size), rows, turned=self.turned)

    def _tell(self, view: View) -> None:
        assert view.summary is not None
        _, exercise = self.context.translate, view.exercise
        said = summary_words(view.summary, exercise, self.context.name_of, _)
        self._text = result_text(said, _(exercise.name), exercise.mode == "pick_up", _)
        self.scored = exercise.mode != "pick_up"
        self.reps, self.clean_reps = said.reps, said.clean
        self.attempts = _(told.ATTEMPTS_N).format(n=said.attempts) if said.attempts else ""
        self.unsure = _(told.UNSURE_N).format(n=said.unsure) if said.unsure else ""
        self.pattern, self.pattern_colour = said.pattern.text, TONES[said.pattern.tone]
        self.back, self.back_colour = said.back.text, TONES[said.back.tone]
        self.depth = said.depth
        self.heading, self.accent = said.heading.text, TONES[said.heading.tone]
        self.icon = view.summary.work_on or told.ICONS[said.heading.tone]
        self.advice = said.advice
        self.why = " ".join(part for part in (said.cause, said.fix) if part)
        self.ids.portrait.show(view.portrait, mirrored=self.context.mirrored)
        self.caption = ""
        if view.portrait is not None:
            self.caption = _(told.BEGAN if view.portrait.rounds else told.LOWEST)
        self._lay_keys(said)
        self._arrange()

    def _lay_keys(self, said: SummaryWords) -> None:
        """The ways on first; above the other two where there is no room beside them."""
        onward, rest = self.ids.onward, self.ids.rest
        onward.clear_widgets()
        rest.clear_widgets()
        for index, each in enumerate(said.nexts):
            key = NextKey(exercise=each.exercise, text=each.name if self._small else each.label)
            key.icon = "start" if index == 0 and not (self._small and len(said.nexts) > 1) else ""
            key.ground = palette.BLUE if index == 0 else palette.SURFACE
            key.bind(on_press=lambda key: self.context.act("choose", key.exercise))
            onward.add_widget(key)
        again = SummaryKey(text=self.say(AGAIN), icon="again")
        again.bind(on_press=lambda _: self.context.act("again"))
        done = SummaryKey(text=self.say(DONE), icon="praise")
        done.bind(on_press=lambda _: self.context.act("done"))
        rest.add_widget(again)
        rest.add_widget(done)
        self.nexts = len(said.nexts)

    @property
    def _small(self) -> bool:
        return bool(metrics().compact)

    def turn(self) -> None:
        """Show the other page."""
        self.turned = not self.turned

    def clear(self) -> None:
        self._shown, self._text = (), ""
        self.reps = self.clean_reps = 0
        self.pattern = self.back = self.heading = self.advice = self.why = ""
        self.attempts = self.unsure = self.depth = self.caption = self.icon = ""
        self.turned = False
        self.ids.portrait.show(None)
        self.ids.code.clear()
        self.ids.onward.clear_widgets()
        self.ids.rest.clear_widgets()


class SummaryKey(Key):
    """Again, or done."""
