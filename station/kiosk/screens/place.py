"""Place yourself: where to stand and the one thing to change. Starts by itself."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty

from station.kiosk import coaching_words
from station.kiosk.screens.coaching import CoachingScreen
from station.kiosk.view import View

WHOLE = (None, "turn")
"""Gate reasons with which the whole body is in the picture."""


class Place(CoachingScreen):
    """Live picture with floor line and silhouette, and the gate's instruction."""

    kind = "place"
    alone = BooleanProperty(True)
    """Nobody is in the picture: a figure shows how."""
    good = BooleanProperty(False)

    def show(self, view: View) -> None:
        self.now = Clock.get_time()
        live = self.picture(view)
        snapshot = view.snapshot
        self.alone = not self.missing and (snapshot is None or not snapshot.somebody)
        self.good = bool(
            live
            and snapshot is not None
            and snapshot.somebody
            and snapshot.update.gate.reason in WHOLE
        )
        if not self.missing:
            self.speak(coaching_words.place_words(view, mirrored=self.context.mirrored))

    def clear(self) -> None:
        super().clear()
        self.alone, self.good = True, False
