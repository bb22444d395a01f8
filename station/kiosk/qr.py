"""A QR code that holds a text itself, made off the drawing thread, drawn as one crisp texture."""

import threading
from typing import Any

import numpy as np
import segno
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from station.kiosk import palette

QUIET_MODULES = 4
"""Light rim that every reader needs around the code, in modules."""
LEAST_MODULE_MM = 0.5

Modules = NDArray[np.uint8]


def encode(text: str) -> Modules:
    """uint8 [n, n], 1 = dark, without the rim. UTF-8; nothing smears a screen, so that
    large modules are worth more than error correction."""
    code = segno.make_qr(text, error="l", encoding="utf-8")
    return np.array([list(row) for row in code.matrix], dtype=np.uint8)


class QRCode(Widget):  # type: ignore[misc]
    """Shows the code of a text as large as whole pixels allow, nothing where that is too small."""

    px_per_mm = NumericProperty(1.0)
    shown_px = NumericProperty(0)
    """Side of the code with its rim, pixels; 0 = nothing is shown."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._text = ""
        self._made: tuple[str, Modules] | None = None
        self._texture: Texture | None = None
        self._modules = 0
        with self.canvas:
            self._tint = Color(*palette.CLEAR)
            self._square = Rectangle(size=(0, 0))
        self.bind(size=self._draw, pos=self._draw, px_per_mm=self._draw)

    def show(self, text: str) -> None:
        """Show the code of `text` as soon as it is made; called again and again."""
        if text != self._text:
            self._text, self._texture = text, None
            self._draw()
            if text:
                threading.Thread(target=self._encode, args=(text,), daemon=True).start()
        made = self._made
        if self._texture is None and made is not None and made[0] == self._text:
            self._upload(made[1])
            self._draw()

    def clear(self) -> None:
        """Forget the text and its code."""
        self._text, self._made, self._texture = "", None, None
        self._draw()

    def _encode(self, text: str) -> None:
        made = text, encode(text)
        if text == self._text:
            self._made = made

    def _upload(self, modules: Modules) -> None:
        light = np.pad(1 - modules, QUIET_MODULES, constant_values=1)
        self._modules = len(light)
        pixels = np.repeat(light[::-1, :, None] * np.uint8(255), 4, axis=2)
        pixels[..., 3] = 255
        self._texture = Texture.create(size=light.shape, colorfmt="rgba")
        self._texture.mag_filter = self._texture.min_filter = "nearest"
        self._texture.blit_buffer(pixels.tobytes(), colorfmt="rgba", bufferfmt="ubyte")

    def _draw(self, *_: object) -> None:
        module = int(min(self.size) // self._modules) if self._texture and self._modules else 0
        if module < LEAST_MODULE_MM * self.px_per_mm:
            self.shown_px = 0
            self._tint.rgba = palette.CLEAR
            self._square.texture = None
            self._square.size = (0, 0)
            return
        side = self.shown_px = module * self._modules
        self._tint.rgba = palette.WHITE
        self._square.texture = self._texture
        self._square.size = (side, side)
        # On whole pixels: a blurred edge costs readability.
        x, y = self.x + (self.width - side) / 2, self.y + (self.height - side) / 2
        self._square.pos = (round(x), round(y))
