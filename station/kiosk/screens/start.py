"""Start position: how the member stands facing the camera, then "turn to your side"."""

from kivy.properties import StringProperty

from station.hinge import INSTRUCTIONS
from station.kiosk.screens.base import StationScreen
from station.kiosk.view import View


class Start(StationScreen):
    """Live picture with the front check's word."""

    missing = StringProperty("")

    def show(self, view: View) -> None:
        self.missing = self.show_picture(self.ids.mirror, view)
        cue = view.front.cue if view.front is not None else view.cue
        self.ids.band.say(self.say(cue.text if cue is not None else INSTRUCTIONS["turn"]), "fact")

    def clear(self) -> None:
        self.ids.mirror.blank()
        self.missing = ""
