"""What the screens seen from a distance have in common: the mirror, the band, one key.

Its parts are in `kv/coaching.kv`; where they stand says `arrangement`.
"""

from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)

from station.kiosk import arrangement, palette
from station.kiosk.arrangement import Arrangement, Box
from station.kiosk.coaching_words import Spoken
from station.kiosk.emphasis import QUIET, Emphasis
from station.kiosk.metrics import Metrics
from station.kiosk.screens.base import StationScreen
from station.kiosk.target import Target
from station.kiosk.view import Action, View
from station.kiosk.widgets import TONES
from station.kiosk.words import NO_PICTURE


class CoachingScreen(StationScreen):
    """Shows the picture and says one thing; `kind` chooses the arrangement."""

    kind: arrangement.Screen = "place"
    key: Action = "back"
    plan = ObjectProperty(
        arrangement.arrange("place", Metrics.of(1280, 720), 1280, 720), rebind=True
    )
    brief = BooleanProperty(False)
    """The panel is too small for whole sentences."""
    still = BooleanProperty(False)
    """Nothing moves that need not."""
    missing = StringProperty("")
    """Why there is no picture, English."""
    text = StringProperty("")
    cue = StringProperty("")
    turned = BooleanProperty(False)
    main = BooleanProperty(True)
    ground = ColorProperty(palette.SURFACE)
    ink = ColorProperty(palette.WHITE)
    now = NumericProperty(0.0)
    """Seconds; moves figures that show how."""

    def do_layout(self, *_: object) -> None:
        """Every part stands where the arrangement says."""

    def arranged(self, metrics: Metrics, size: tuple[float, float]) -> Arrangement:
        """For the kv file: where everything is on this panel."""
        return arrangement.arrange(self.kind, metrics, *size)

    def at(self, box: Box, pos: tuple[float, float]) -> tuple[float, float]:
        """For the kv file: lower left corner of `box` in the window."""
        return pos[0] + box.x, pos[1] + box.y

    def speak(self, said: Spoken) -> None:
        """Show the one thing to do."""
        self.text = "\n".join(self.say(text) for text in said.texts)
        self.cue, self.turned, self.main = said.icon, said.turned, said.main
        self.ground = palette.SURFACE if said.tone == "fact" else TONES[said.tone]
        self.ink = palette.WHITE if said.tone == "fact" else palette.INK

    def picture(self, view: View, emphasis: Emphasis = QUIET, target: Target | None = None) -> bool:
        """Show the newest frame; false, and nothing, where there is no live picture."""
        self.still = self.context.reduced_motion
        if view.camera.kind in {"live", "ended"}:
            self.missing = ""
            if view.snapshot is not None:
                self.ids.mirror.show(view.snapshot, emphasis, target)
            return view.snapshot is not None
        self.ids.mirror.blank()
        self.missing = view.camera.message or NO_PICTURE
        # What was said of a picture that is gone says nothing of now.
        said = NO_PICTURE if self.brief else self.missing
        self.speak(Spoken((said,), "fact", "no_picture", main=False))
        return False

    def clear(self) -> None:
        self.ids.mirror.blank()
        self.missing = ""
        self.speak(Spoken())
