"""The live screen: mirror, something to aim at, depth, count, one cue."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from station.kiosk import coaching_words
from station.kiosk.depth import depth_of
from station.kiosk.emphasis import emphasis_of
from station.kiosk.screens.coaching import CoachingScreen
from station.kiosk.target import target_of
from station.kiosk.view import View
from station.kiosk.widgets import TONES


class Live(CoachingScreen):
    """Everything shown comes from the newest view."""

    kind = "live"
    key = "finish"
    reps = NumericProperty(0)
    counted = BooleanProperty(True)
    """An everyday pick-up has no score."""
    marks = ListProperty([])
    moved = StringProperty("")
    moved_colour = ListProperty([1, 1, 1, 1])
    back = StringProperty("")
    back_colour = ListProperty([1, 1, 1, 1])

    def show(self, view: View) -> None:
        snapshot = view.snapshot
        if snapshot is None:
            if not self.picture(view) and not self.missing:
                self.speak(coaching_words.Spoken())
            return
        emphasis = emphasis_of(snapshot, view.cue)
        target = target_of(view.exercise, snapshot.update, snapshot.button)
        if not self.picture(view, emphasis, target):
            return
        self.counted = view.exercise.mode != "pick_up"
        self.reps = snapshot.update.reps
        self.marks = coaching_words.marks_of(snapshot.reps)
        self.ids.gauge.depth = depth_of(view.exercise, snapshot.update, snapshot.reps)
        lines = coaching_words.live_note(view).lines
        self.moved, self.moved_colour = self.say(lines[0].text), TONES[lines[0].tone]
        second = lines[1] if len(lines) > 1 else None
        self.back = self.say(second.text) if second is not None else ""
        self.back_colour = TONES[second.tone] if second is not None else TONES["fact"]
        self.speak(
            coaching_words.live_words(view, mirrored=self.context.mirrored, brief=self.brief)
        )

    def clear(self) -> None:
        super().clear()
        self.reps, self.marks = 0, []
        self.moved = self.back = ""
        self.ids.gauge.depth = type(self.ids.gauge.depth)(0.0, 0.0, False, None)
