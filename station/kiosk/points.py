"""The points of the start position: each an icon, a word and how it is."""

from typing import Any

from kivy.properties import ColorProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.hinge.front import PointVerdict
from station.kiosk import palette

SIGNS: dict[PointVerdict, str] = {"good": "good", "fix": "fix", "cannot_tell": "wait"}
COLOURS: dict[PointVerdict, palette.Colour] = {
    "good": palette.BLUE,
    "fix": palette.ORANGE,
    "cannot_tell": palette.QUIET,
}


class PointRow(BoxLayout):  # type: ignore[misc]
    """One point (see `kv/start.kv`)."""

    point = StringProperty("")
    word = StringProperty("")
    sign = StringProperty("wait")
    colour = ColorProperty(palette.QUIET)


class PointList(BoxLayout):  # type: ignore[misc]
    """`points` is a list of (name, word, verdict); rows are made anew only when there are more or
    fewer of them."""

    points = ListProperty([])
    row = NumericProperty(70)
    """Most height of a row, pixels; `pitch` is what there is room for."""
    pitch = NumericProperty(70)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.fbind("points", self._show)

    def _show(self, *_: object) -> None:
        while len(self.children) > len(self.points):
            self.remove_widget(self.children[0])
        while len(self.children) < len(self.points):
            self.add_widget(PointRow())
        for row, (name, word, verdict) in zip(reversed(self.children), self.points, strict=True):
            row.point, row.word = name, word
            row.sign, row.colour = SIGNS[verdict], COLOURS[verdict]
