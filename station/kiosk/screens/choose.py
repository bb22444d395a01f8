"""What to do today: the hinge check first, then drills, the ladder and the everyday pick-up."""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from station.hinge import Exercise
from station.kiosk import quiet_words, words
from station.kiosk.screens.base import StationScreen, metrics
from station.kiosk.tiles import columns, rows
from station.kiosk.view import View
from station.kiosk.widgets import Key, Turning


class ExerciseKey(Key):
    """One exercise: its picture, its name, and what kind of exercise it is."""

    exercise = StringProperty("")
    kind = StringProperty("")
    large = BooleanProperty(False)
    stacked = BooleanProperty(False)


class Choose(StationScreen):
    """Nothing is scrolled: what does not fit is on the next page, and `more` turns it."""

    page = NumericProperty(0)
    pages = NumericProperty(1)
    across = NumericProperty(1)
    down = NumericProperty(1)

    def __init__(self, context: Any, **given: Any) -> None:
        super().__init__(context, **given)
        self._shown: tuple[object, ...] = ()
        self.turning = Turning()
        self.turning.bind(on_back=lambda _: self.context.act("back"), on_turn=self.turn)

    def enter(self) -> None:
        self.page = 0

    def show(self, view: View) -> None:
        grid = self.ids.grid
        sizes = metrics()
        self.turning.place(self.ids.ways if sizes.portrait else self.ids.left)
        first, *rest = self.context.exercises()
        self.across = columns(sizes, grid.width)
        self.down = rows(sizes, grid.height)
        per_page = self.across * self.down
        self.pages = max(1, -(-len(rest) // per_page))
        self.page = min(self.page, self.pages - 1)
        state = (tuple(grid.size), sizes, self.page, self.language, tuple(e.id for e in rest))
        if state == self._shown:
            return
        self._shown = state
        self.turning.back_text = self.say(words.BACK)
        self.turning.turn_text = self.say(words.MORE) if self.pages > 1 else ""
        self._fill(self.ids.first, first, first=True)
        grid.clear_widgets()
        for exercise in rest[self.page * per_page :][:per_page]:
            key = ExerciseKey(size_hint=(1, 1))
            key.bind(on_press=self._choose)
            self._fill(key, exercise)
            grid.add_widget(key)
        for _ in range(per_page - len(grid.children)):
            grid.add_widget(Widget())

    def clear(self) -> None:
        self.page = 0

    def turn(self, *_: object) -> None:
        """Show the next page, after the last the first."""
        self.page = (self.page + 1) % self.pages

    def _choose(self, key: ExerciseKey) -> None:
        self.context.act("choose", key.exercise)

    def _fill(self, key: ExerciseKey, exercise: Exercise, *, first: bool = False) -> None:
        key.exercise = exercise.id
        key.text = self.say(exercise.name)
        roomy = first or not metrics().compact
        key.kind = quiet_words.kind_of(exercise, first, self.context.translate) if roomy else ""
