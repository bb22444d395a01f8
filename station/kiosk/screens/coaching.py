"""What the screens seen from a distance have in common: the mirror, the band, one key.

Its parts are in `kv/coaching.kv`; where they stand says `arrangement`.
"""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import ClearBuffers, ClearColor, InstructionGroup, ScissorPop, ScissorPush
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
from station.kiosk.screens.base import Context, StationScreen
from station.kiosk.target import Target
from station.kiosk.view import Action, View
from station.kiosk.widgets import TONES
from station.kiosk.words import NO_PICTURE


class Band(InstructionGroup):  # type: ignore[misc]
    """What lies under the words and, upright, under the icon above them: two plain boxes.

    Cleared, not painted: drawn in software, painting them is an eighth of a frame's work.
    """

    def __init__(self) -> None:
        super().__init__()
        self._colour = ClearColor(*palette.SURFACE)
        self._cuts = [ScissorPush(size=(0, 0)) for _ in range(2)]
        self.add(self._colour)
        for cut in self._cuts:
            self.add(cut)
            self.add(ClearBuffers(clear_color=True))
            self.add(ScissorPop())

    def lay(self, boxes: Sequence[tuple[float, ...]], colour: palette.Colour) -> None:
        """Fill two `boxes`, each x, y, width, height, pixels of the window."""
        self._colour.rgba = colour
        for cut, (x, y, width, height) in zip(self._cuts, boxes, strict=True):
            left, bottom = round(x), round(y)
            cut.pos = left, bottom
            cut.size = max(0, round(x + width) - left), max(0, round(y + height) - bottom)


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

    def __init__(self, context: Context, **given: Any) -> None:
        super().__init__(context, **given)
        self._band = Band()
        self.canvas.before.add(self._band)
        self.bind(plan=self._lay_band, pos=self._lay_band, size=self._lay_band)
        self.bind(ground=self._lay_band)
        self._lay_band()

    def _lay_band(self, *_: object) -> None:
        boxes = (self.plan.words, self.plan.icon)
        self._band.lay([(*self.at(box, self.pos), *box.size) for box in boxes], self.ground)

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
