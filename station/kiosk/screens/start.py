"""Start position: how the member stands facing the camera, then "turn to your side"."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ListProperty, StringProperty

from station.kiosk import coaching_words
from station.kiosk.emphasis import PARTS, QUIET, Emphasis
from station.kiosk.screens.coaching import CoachingScreen
from station.kiosk.view import View


class Start(CoachingScreen):
    """Live picture, the points as they become good, the one cue; then a figure that turns."""

    kind = "start"
    points = ListProperty([])
    """(name, word, verdict) of each point, in the exercise's order."""
    turning = BooleanProperty(False)
    good = StringProperty("")
    """How many of how many, for panels without room for the list."""
    felt = StringProperty("")

    def show(self, view: View) -> None:
        self.now = Clock.get_time()
        front = view.front
        cue = front.cue if front is not None else None
        parts = PARTS.get(cue.name, frozenset()) if cue is not None else frozenset()
        self.picture(view, Emphasis(parts) if parts else QUIET)
        if self.missing:
            return
        self.turning = front is None
        found = [] if front is None else front.points
        self.points = [(p.name, self.say(coaching_words.POINTS[p.name]), p.verdict) for p in found]
        self.good = f"{sum(p.verdict == 'good' for p in found)}/{len(found)}" if found else ""
        felt = view.exercise.phases.felt
        self.felt = f"{self.say(coaching_words.FELT)} {self.say(felt[0])}." if felt else ""
        self.speak(coaching_words.start_words(view))

    def clear(self) -> None:
        super().clear()
        self.points, self.turning, self.good, self.felt = [], False, "", ""
