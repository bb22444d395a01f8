"""Place yourself: the picture, and the one thing to change. Starts by itself."""

from kivy.properties import StringProperty

from station.kiosk import words
from station.kiosk.flow import View
from station.kiosk.screens.base import StationScreen


class Place(StationScreen):
    """Live picture with the gate's instruction."""

    missing = StringProperty("")

    def show(self, view: View) -> None:
        self.missing = self.show_picture(self.ids.mirror, view)
        band = self.ids.band
        if self.missing:
            band.say(self.say(words.PLACE), "fact")
        elif view.cue is not None:
            band.say(self.say(view.cue.text), words.tone_of(view.cue), view.cue.name)
        else:
            band.say(self.say(words.PLACE), "fact", "turn")

    def clear(self) -> None:
        self.ids.mirror.blank()
        self.missing = ""
