"""What every source of pictures offers, and which source a name means."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

MODULE = r"picamera(:\d)?"
"""Sources that are camera modules, the first without a number."""

Kind = Literal["camera", "video", "recording"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: `bgr` uint8 [height, width, 3], good until the next is read; `t` seconds,
    growing, on the source's clock."""

    t: float
    bgr: NDArray[np.uint8]


class Capture(Protocol):
    """A camera or file that is open."""

    def read(self) -> Frame | None:
        """The next frame; None = a file's end, or a camera that is gone."""

    def close(self) -> None:
        """Let go of the device or file."""


def kind_of(source: str) -> Kind:
    """ "auto", "camera", a number, a path below /dev, "picamera" and "picamera:1" are cameras;
    `.npz` is a recording."""
    if source in ("auto", "camera") or source.isdigit() or source.startswith("/dev/"):
        return "camera"
    if re.fullmatch(MODULE, source):
        return "camera"
    return "recording" if Path(source).suffix == ".npz" else "video"
