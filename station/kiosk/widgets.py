"""The few building blocks all screens share."""

from bisect import bisect_left
from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.core.text import Label as TextMeasure
from kivy.graphics import Color, Line, SmoothEllipse, SmoothLine
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from station.kiosk import icons, palette
from station.kiosk.words import Tone

TONES: dict[Tone, palette.Colour] = {
    "right": palette.BLUE,
    "change": palette.ORANGE,
    "fact": palette.WHITE,
}

NOTICE_S = 4.0
"""How long one of several notices stays."""

LEAST_TEXT = 8
"""Pixels, for a text that nobody gave a least size."""


class Words(Label):  # type: ignore[misc]
    """Text as large as `wanted` pixels, smaller only where it would not fit its place.

    It never shrinks below `least`, so that it stays legible from where it is read. Where it does
    not fit even then, `fits` is false, which is a mistake in a layout or in the wording.
    """

    wanted = NumericProperty(32)
    least = NumericProperty(LEAST_TEXT)
    fits = BooleanProperty(True)
    optional = BooleanProperty(False)
    """Left out where it does not fit, rather than clipped."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.bind(text=self._fit, size=self._fit, wanted=self._fit, bold=self._fit)
        self.bind(font_name=self._fit, padding=self._fit, least=self._fit)
        self._fit()

    @staticmethod
    def edge(start: float, room: float, text: float, align: str) -> float:
        """Where a text `text` long begins in `room` pixels from `start`; for the kv file."""
        share = {"center": 0.5, "middle": 0.5, "right": 1.0, "top": 1.0}
        return start + (room - text) * share.get(align, 0.0)

    def _fit(self, *_: object) -> None:
        left, top, right, bottom = self.padding
        room = (self.width - left - right, self.height - top - bottom)
        if not self.text or min(room) <= 0:
            self.fits = not self.text
            return
        least = min(self.least, self.wanted)
        size, wraps, self.fits = fitting_size(
            self.text, self.font_name, self.bold, self.wanted, least, room
        )
        self.font_size = size
        self.text_size = (self.width, None) if wraps else (None, None)


@lru_cache(maxsize=512)
def fitting_size(
    text: str, font: str, bold: bool, wanted: float, least: float, room: tuple[float, float]
) -> tuple[float, bool, bool]:
    """The largest size from `wanted` down to `least`, pixels, at which `text` fits `room`; whether
    it wraps; whether it fits at all.

    Words are never broken: the longest one has to fit too.
    """
    sizes = [wanted]
    while sizes[-1] > least:
        sizes.append(max(least, sizes[-1] * 0.96))

    def measured(size: float) -> TextMeasure:
        measure = TextMeasure(
            text=text, font_name=font, bold=bold, font_size=size, text_size=(room[0], None)
        )
        measure.resolve_font_name()
        return measure

    def fits(size: float) -> bool:
        measure = measured(size)
        longest = max(measure.get_extents(word)[0] for word in text.split() or [""])
        return bool(longest <= room[0] and measure.render()[1] <= room[1] + 1)

    # Halving, since each try lays the whole text out.
    best = bisect_left(sizes, True, key=fits)
    size = sizes[min(best, len(sizes) - 1)]
    line, height = measured(size).get_extents(text)
    wraps = "\n" in text or line > room[0] or height > room[1]
    return size, wraps, best < len(sizes)


@lru_cache(maxsize=512)
def text_width(text: str, font: str, bold: bool, size: float) -> float:
    """How long `text` is in one line, pixels."""
    measure = TextMeasure(text=text, font_name=font, bold=bold, font_size=size)
    measure.resolve_font_name()
    return float(max((measure.get_extents(line)[0] for line in text.split("\n")), default=0))


class NoticeStrip(Words):
    """What staff have to know, a line each; one after another where there is room for one only."""

    notice = StringProperty("")
    """Lines, "" = nothing."""
    one_by_one = BooleanProperty(False)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._turn = 0
        self.bind(notice=self._say, one_by_one=self._say)
        Clock.schedule_interval(self._next, NOTICE_S)

    def _next(self, _: float) -> None:
        self._turn += 1
        self._say()

    def _say(self, *_: object) -> None:
        lines = self.notice.split("\n")
        self.text = lines[self._turn % len(lines)] if self.one_by_one else self.notice


class Icon(Widget):  # type: ignore[misc]
    """One icon of `icons.BY_CUE` in `colour`; `turned` mirrors it."""

    cue = StringProperty("")
    colour = ColorProperty(palette.WHITE)
    turned = BooleanProperty(False)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.bind(cue=self._draw, colour=self._draw, turned=self._draw)
        self.bind(size=self._draw, pos=self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        side = min(self.size)
        width = side * 0.12
        left, bottom = self.x + (self.width - side) / 2, self.y + (self.height - side) / 2
        with self.canvas:
            Color(*self.colour)
            for line in icons.BY_CUE.get(self.cue, ()):
                turned = [(1 - x if self.turned else x, y) for x, y in line]
                points = [(left + x * side, bottom + y * side) for x, y in turned]
                SmoothLine(points=[c for p in points for c in p], width=width / 2, joint="round")
                for x, y in (points[0], points[-1]):
                    SmoothEllipse(pos=(x - width / 2, y - width / 2), size=(width, width))


class Band(BoxLayout):  # type: ignore[misc]
    """A solid band with one sentence and its icon, in the colour of what it means."""

    text = StringProperty("")
    cue = StringProperty("")
    turned = BooleanProperty(False)
    ground = ColorProperty(palette.SURFACE)
    ink = ColorProperty(palette.WHITE)

    def say(self, text: str, tone: Tone, cue: str = "", *, turned: bool = False) -> None:
        """Show `text`; the "fact" tone is the quiet one."""
        self.text, self.cue, self.turned = text, cue, turned
        self.ground = palette.SURFACE if tone == "fact" else TONES[tone]
        self.ink = palette.WHITE if tone == "fact" else palette.INK


class Key(ButtonBehavior, Words):  # type: ignore[misc]
    """Something to touch: one tap, nothing held, nothing dragged.

    `icon` stands before the text. `chosen` marks the one of several that holds now: by its rim and
    its icon as well as by colour.
    """

    ground = ColorProperty(palette.SURFACE)
    icon = StringProperty("")
    chosen = BooleanProperty(False)
    natural = NumericProperty(0)
    """Length of the text in one line, pixels."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.bind(text=self._measure, wanted=self._measure, font_name=self._measure)
        self._measure()

    def _measure(self, *_: object) -> None:
        self.natural = text_width(self.text, self.font_name, True, self.wanted)


class Turning(BoxLayout):  # type: ignore[misc]
    """The keys "back" and, where there is another page (`turn_text` is not empty), "more"."""

    back_text = StringProperty("")
    turn_text = StringProperty("")

    __events__ = ("on_back", "on_turn")

    def on_back(self) -> None:
        """The key "back" was touched."""

    def on_turn(self) -> None:
        """The key "more" was touched."""

    def place(self, parent: BoxLayout) -> None:
        """Hang in `parent`, last."""
        if self.parent is not parent:
            if self.parent is not None:
                self.parent.remove_widget(self)
            parent.add_widget(self)


class Tally(Widget):  # type: ignore[misc]
    """One dot a bend: filled blue = clean, filled white = rep, hollow = attempt, dim = not sure."""

    marks = ListProperty([])
    dot = NumericProperty(20)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.bind(marks=self._draw, size=self._draw, pos=self._draw, dot=self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        pitch = self.dot * 1.5
        across = max(1, int((self.width + self.dot * 0.5) // pitch))
        down = max(1, int((self.height + self.dot * 0.5) // pitch))
        # The newest stay when there is no room for all.
        shown = self.marks[-across * down :]
        with self.canvas:
            for index, mark in enumerate(shown):
                x = self.x + (index % across) * pitch
                y = self.top - self.dot - (index // across) * pitch
                self._dot(mark, x, y)

    def _dot(self, mark: str, x: float, y: float) -> None:
        if mark in {"clean", "rep"}:
            Color(*(palette.BLUE if mark == "clean" else palette.WHITE))
            SmoothEllipse(pos=(x, y), size=(self.dot, self.dot))
            return
        Color(*(palette.WHITE if mark == "attempt" else palette.EDGE))
        rim = self.dot * 0.09
        Line(
            ellipse=(x + rim, y + rim, self.dot - 2 * rim, self.dot - 2 * rim, 0, 360, 32),
            width=rim,
        )
