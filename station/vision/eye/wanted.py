"""What is asked of a camera, what it really gives, and what every way to read one offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Trying = Callable[[str], None]
"""To be told of each device before it is opened and asked for its first picture."""

FLICKER_HZ = {"50hz": 50, "60hz": 60}
"""`Wanted.flicker` → frequency of the mains, for those that name one."""

READ_S = 2.0
"""A camera that gives no picture for so long is let go of."""


class EyeError(Exception):
    """The camera cannot be read; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Frame size in pixels, frames per second, exposure in microseconds (0 = automatic) and gain
    (0 = left to the camera); `flicker` is "camera" (left to it), "off", "50hz" or "60hz"."""

    width: int = 1280
    height: int = 720
    fps: int = 30
    exposure_us: int = 0
    gain: float = 0.0
    flicker: str = "camera"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an open camera gives: pixels, frames per second as it says itself, pixel format."""

    device: str
    name: str
    width: int
    height: int
    fps: float
    format: str


class Eye(Protocol):
    """A camera that is open. One thread uses it; everything may raise EyeError."""

    @property
    def facts(self) -> Facts:
        """Known from the first picture on."""

    def wait(self) -> float:
        """Wait for the next picture; when it was taken, CLOCK_MONOTONIC seconds."""

    def fetch(self, bgr: Any) -> bool:
        """Put that picture into `bgr`, uint8 [height, width, 3]; False when it is spoilt."""

    def skip(self) -> None:
        """Nobody wants that picture."""

    def refused(self) -> list[str]:
        """What was asked for and is not so, a sentence each; asked after a few pictures."""


def shape_refused(facts: Facts, wanted: Wanted) -> list[str]:
    """The sentence on another size or rate than asked for, if it is so."""
    same = (facts.width, facts.height) == (wanted.width, wanted.height)
    if same and (facts.fps <= 0 or facts.fps >= 0.9 * wanted.fps):
        return []
    rate = f" at {facts.fps:.0f}" if facts.fps > 0 else ""
    return [
        f"asked for {wanted.width} × {wanted.height} pixels at {wanted.fps} a second, it gives "
        f"{facts.width} × {facts.height}{rate}"
    ]


def monotonic(stamp_s: float, now: float) -> float:
    """When a frame was taken: its stamp, or `now` where that is of another clock or missing."""
    return stamp_s if 0 <= now - stamp_s < 60 else now
