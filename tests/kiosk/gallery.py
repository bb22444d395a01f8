"""A kiosk that shows a given view and stays there, and what is wrong with how it is laid out."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.kiosk import catalogue
from station.kiosk.desk import Desk, Facts
from station.kiosk.health import Disk
from station.kiosk.pin import Verdict
from station.kiosk.view import View
from station.ledger import LinkState
from station.settings import Settings
from station.vision import LiveStats
from tests.kiosk import stills
from tests.kiosk.wall import VirtualClock

LEAST_MM, KEY_MM, GAP_MM = 5.0, 20.0, 8.0
"""Text at arm's length, a key's sides, and between two keys (issue 4)."""
NIGHT_S = 24 * 3600.0
"""A picture is taken so long after a round time of the clock: what moves is always as far."""


class Frozen:
    """A flow that stands still."""

    def __init__(self, view: View, settings: Settings) -> None:
        self.view, self.settings = view, settings

    def tick(self, _now: float, _camera: object) -> None:
        pass

    def touch(self, _now: float) -> None:
        pass

    def act(self, _now: float, _action: str, _value: str = "") -> None:
        pass


LINK = LinkState(True, None, "wifi", -61, since_s=7_500.0, silent_s=12.0)
FACTS = Facts(LINK, 0, None, Disk(21_400, 31_200), True, "espeak-ng")
STATS = LiveStats(capture_fps=30.0, pose_fps=14.0, inference_ms=48.0, latency_ms=61.0)


class StillDesk(Desk):
    """What the staff's menu is told of a machine that is always the same."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, source=lambda: "/dev/video0", stats=lambda: STATS)
        self.lock: Any = StillLock()
        self.seen: Facts | None = FACTS

    @property
    def facts(self) -> Facts | None:
        return self.seen

    def open(self) -> None:
        pass


class StillLock:
    """A lock that nobody tries."""

    verdict = Verdict("ready")

    def forget(self) -> None:
        pass


class Gallery:
    """Hangs one panel and shows views on it, one after another."""

    def __init__(
        self,
        clock: VirtualClock,
        panel: stills.Panel,
        *,
        catalog: Callable[[str], Callable[[str], str]] | None = None,
        notices: tuple[str, ...] = (),
        **screen: Any,
    ) -> None:
        from kivy.core.window import Window

        from station.kiosk.app import KioskApp
        from station.kiosk.screens.base import Context

        self.clock, self.window, self.panel = clock, Window, panel
        Window.size = panel.size
        settings = Settings.model_validate({"screen": {"panel_mm": panel.short_mm} | screen})
        self.flow = Frozen(stills.view("attract"), settings)
        self.desk = StillDesk(settings)
        context = Context(
            settings, catalogue.load(), lambda *_: None, desk=self.desk, catalog=catalog
        )
        self.app = KioskApp(self.flow, context, camera=lambda: stills.LIVE, notices=lambda: notices)
        # The same moment for every picture: what moves by itself is where it was.
        clock.now = (clock.now // NIGHT_S + 1) * NIGHT_S
        self.app._run_prepare()
        self.step(3)

    def step(self, frames: int = 1, seconds: float = 1 / 60) -> None:
        """Let so many frames pass without drawing them."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(frames):
            self.clock.now += seconds
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()

    def show(self, still: stills.Still, seconds: float = 0.0) -> None:
        """Show it until the layout has settled, and `seconds` longer."""
        self.flow.view = still.view
        self.step(2)
        if still.view.stage == "staff":
            self.app.screen.go("camera" if still.page == "framing" else still.page)
            self.app.screen._framing = still.page == "framing"
        if still.page == "pin":
            self.app.pin_pad.put_up()
        else:
            self.app.pin_pad.take_down()
        self.step(2)
        while not self._codes_made():
            time.sleep(0.005)
        self.step(2)
        self.step(round(seconds * 8), 1 / 8)

    def _codes_made(self) -> bool:
        """Whether every QR code that is to be shown is there: they are made on other threads."""
        from station.kiosk.qr import QRCode

        codes = [w for w in self.app.screen.walk() if isinstance(w, QRCode)]
        return all(code._made and code._made[0] == code._text for code in codes if code._text)

    def picture(self) -> NDArray[np.uint8]:
        """The window's pixels, BGR, first row on top."""
        from kivy.base import EventLoop
        from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

        self.window.canvas.ask_update()
        self.clock.now += 1 / 60
        EventLoop.idle()
        width, height = self.window.size
        pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[::-1, :, 2::-1].copy()

    def close(self) -> None:
        self.app.dispatch("on_stop")
        for child in list(self.window.children):
            self.window.remove_widget(child)
        self.step(2)


@dataclass(frozen=True)
class Text:
    """A text as it stands in the window: its own box, and that of what it belongs to, pixels."""

    said: str
    box: tuple[float, float, float, float]
    widget: Any

    @property
    def is_key(self) -> bool:
        from kivy.uix.behaviors import ButtonBehavior

        return isinstance(self.widget, ButtonBehavior)


def texts(gallery: Gallery) -> list[list[Text]]:
    """Every text that is visible, layer by layer, the lowest first."""
    return [list(_texts(child)) for child in reversed(gallery.window.children)]


def _texts(widget: Any) -> Iterator[Text]:
    from kivy.uix.label import Label

    if not widget.opacity:
        return
    if isinstance(widget, Label) and widget.text.strip() and min(widget.size) > 1:
        yield Text(widget.text, _box(widget), widget)
    for child in reversed(widget.children):
        yield from _texts(child)


def _box(widget: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a key, or of the letters themselves."""
    from kivy.uix.behaviors import ButtonBehavior

    x, y = widget.to_window(*widget.pos)
    width, height = widget.size
    if isinstance(widget, ButtonBehavior):
        return x, y, x + width, y + height
    wide, high = widget.texture_size
    across = {"left": 0.0, "center": 0.5, "right": 1.0}.get(widget.halign, 0.0)
    up = {"bottom": 0.0, "middle": 0.5, "center": 0.5, "top": 1.0}[widget.valign]
    # A text that wraps is as wide as its widget, whatever its lines are.
    x += (width - wide) * across
    y += (height - high) * up
    return x, y, x + wide, y + high


def mistakes(gallery: Gallery) -> list[str]:
    """What is wrong with the screen as it is, a sentence each."""
    return [wrong for layer in texts(gallery) for wrong in _mistakes(gallery, layer)]


def _mistakes(gallery: Gallery, layer: list[Text]) -> Iterator[str]:
    metrics = gallery.app.metrics
    width, height = gallery.window.size
    for text in layer:
        widget, (left, bottom, right, top) = text.widget, text.box
        name = repr(text.said)
        if left < -1 or bottom < -1 or right > width + 1 or top > height + 1:
            yield f"{name} leaves the window: {_rounded(text.box)}"
        if not getattr(widget, "fits", True):
            yield f"{name} does not fit {_rounded(widget.size)} at {widget.font_size:.0f} px"
        wide, high = widget.texture_size
        if wide > widget.width + 1 or high > widget.height + 1:
            yield f"{name} is {wide}×{high}, its widget {_rounded(widget.size)}"
        least = min(getattr(widget, "least", 0.0), getattr(widget, "wanted", 0.0))
        if widget.font_size < max(least, metrics.mm(LEAST_MM)) - 0.1:
            yield f"{name} is {widget.font_size / metrics.px_per_mm:.1f} mm: too small"
        if text.is_key and min(right - left, top - bottom) < metrics.mm(KEY_MM) - 0.5:
            yield f"key {name} is too small to hit: {_rounded(widget.size)}"
    for index, one in enumerate(layer):
        for other in layer[index + 1 :]:
            if one.widget in other.widget.children or other.widget in one.widget.children:
                continue
            apart = metrics.mm(GAP_MM) - 0.5 if one.is_key and other.is_key else -1.0
            if _distance(one.box, other.box) < apart:
                yield f"{one.said!r} and {other.said!r} are too close"


def _distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Pixels between two boxes along the axis that parts them most; below 0 where they overlap."""
    return max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])


def _rounded(numbers: Any) -> tuple[int, ...]:
    return tuple(round(number) for number in numbers)


def marked(text: str) -> str:
    """`text` as a language that nobody speaks: what bears no mark was never translated."""
    return f"‹{text}›"


def unmarked(text: str) -> str:
    """What is left of `text` without all that was translated."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"‹[^‹›]*›", "", text)
    return text
