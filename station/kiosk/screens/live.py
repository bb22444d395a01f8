"""The live screen: mirror, count, one cue."""

from kivy.properties import ListProperty, NumericProperty, StringProperty

from station.hinge import Cue, Rep
from station.kiosk import icons, words
from station.kiosk.screens.base import StationScreen
from station.kiosk.sets import Snapshot
from station.kiosk.view import View
from station.kiosk.widgets import TONES


class Live(StationScreen):
    """Everything shown comes from the newest snapshot."""

    missing = StringProperty("")
    reps = NumericProperty(0)
    marks = ListProperty([])
    moved = StringProperty("")
    moved_colour = ListProperty([1, 1, 1, 1])
    back = StringProperty("")
    back_colour = ListProperty([1, 1, 1, 1])

    def show(self, view: View) -> None:
        self.missing = self.show_picture(self.ids.mirror, view)
        snapshot = view.snapshot
        if snapshot is None or self.missing:
            # What was said of a picture that is gone says nothing of now.
            self.ids.band.say("", "fact")
            return
        self.reps = snapshot.update.reps
        self.marks = [mark_of(rep) for rep in snapshot.reps]
        if snapshot.reps:
            moved, back = words.last_rep(snapshot.reps[-1], self.context.translate)
            self.moved, self.moved_colour = moved.text, TONES[moved.tone]
            self.back, self.back_colour = back.text, TONES[back.tone]
        self._say(view.cue, snapshot)

    def clear(self) -> None:
        self.ids.mirror.blank()
        self.reps, self.marks = 0, []
        self.moved = self.back = self.missing = ""
        self.ids.band.say("", "fact")

    def _say(self, cue: Cue | None, snapshot: Snapshot) -> None:
        band = self.ids.band
        if cue is not None:
            turned = cue.name in icons.POINTING_BACK and self._back_is_right(snapshot)
            band.say(self.say(cue.text), words.tone_of(cue), cue.name, turned=turned)
        elif not snapshot.reps:
            band.say(
                self.say(words.READY), "fact", "hips_stay", turned=self._back_is_right(snapshot)
            )
        else:
            band.say(self.say(words.SAFETY), "fact")

    def _back_is_right(self, snapshot: Snapshot) -> bool:
        """Whether the member's back is on the right of the screen: the mirror swaps sides."""
        return (snapshot.update.view.facing == "right") == self.context.mirrored


def mark_of(rep: Rep) -> str:
    """The dot that stands for a bend."""
    return "clean" if rep.kind == "rep" and rep.clean else rep.kind
