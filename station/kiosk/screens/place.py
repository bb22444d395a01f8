"""Place yourself: the picture, and the one thing to change. Starts by itself."""

from kivy.properties import BooleanProperty, StringProperty

from station.kiosk import words
from station.kiosk.screens.base import StationScreen
from station.kiosk.view import View


class Place(StationScreen):
    """Live picture with the gate's instruction."""

    missing = StringProperty("")
    alone = BooleanProperty(True)
    """Nobody is in the picture: a figure shows where and how to stand."""

    def show(self, view: View) -> None:
        self.missing = self.show_picture(self.ids.mirror, view)
        seen = view.snapshot is not None and view.snapshot.somebody
        self.alone = not (seen or self.missing)
        band = self.ids.band
        if self.missing:
            band.say("", "fact")
        elif view.cue is not None:
            band.say(self.say(view.cue.text), words.tone_of(view.cue), view.cue.name)
        else:
            band.say(self.say(words.PLACE), "fact", "turn")

    def clear(self) -> None:
        self.ids.mirror.blank()
        self.missing, self.alone = "", True
