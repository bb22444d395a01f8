"""What the kiosk of the soak has for a camera: the demo clip, seen over and over, then nobody.

No device is behind it, so that this needs no driver: V4L2 itself is exercised in the booted
machine (`tests/machine`). To the kiosk it behaves as a V4L2 camera read through OpenCV does. A
small file stands for the plug:

    (no file)   nothing is plugged in: no picture, and it cannot be opened
    there       thirty pictures a second
    silent      it can be opened, and each read gives up after two seconds, as OpenCV's does
    hung        a read never returns, as in a driver that has lost its device
"""

import time
from pathlib import Path
from typing import Literal

import numpy as np

from station.errors import StationError
from station.paths import shipped
from station.vision.capture import Frame
from station.vision.video import VideoFile

Plug = Literal["gone", "there", "silent", "hung"]

CLIP = shipped("config") / "demo" / "demo.mp4"
CLIP_S = 28.9
NOBODY_S = 7.0
"""The empty room after each round of the clip: the set ends, and the next member taps."""
ROUND_S = CLIP_S + NOBODY_S
SELECT_S = 2.0
"""After so long OpenCV gives up waiting for V4L2."""
LATE_S = 0.1
"""A picture later than this was overtaken by the next: a slow machine sees fewer, not older."""
FPS = 30


def set_plug(file: Path, plug: Plug) -> None:
    """Plug the camera in, out, or break it."""
    if plug == "gone":
        file.unlink(missing_ok=True)
        return
    new = file.with_suffix(".new")
    new.write_text(plug)
    new.replace(file)


def plug_of(file: Path) -> Plug:
    """How the camera is at the moment."""
    try:
        said = file.read_text()
    except OSError:
        return "gone"
    return "silent" if said == "silent" else "hung" if said == "hung" else "there"


class ClipCamera:
    """An open camera (`station.vision.capture.Capture`). Times are CLOCK_MONOTONIC seconds."""

    device = "the clip"

    def __init__(self, file: Path) -> None:
        """Raises StationError when it is not plugged in."""
        self._file = file
        if plug_of(file) == "gone":
            raise StationError("Camera: none found that gives a picture.")
        self._video: VideoFile | None = VideoFile(CLIP)
        width, height = self._video.size
        self._empty = np.full((height, width, 3), 110, np.uint8)
        self._begun = time.monotonic()

    def read(self) -> Frame | None:
        """The next picture, in its time; None when the camera is gone or silent."""
        plug = plug_of(self._file)
        while plug == "hung":
            time.sleep(1.0)
        if plug == "silent":
            time.sleep(SELECT_S)
        if plug != "there":
            return None
        while self._video is not None:
            frame = self._video.read()
            if frame is None:
                self._video.close()
                self._video = None
                break
            early = self._begun + frame.t - time.monotonic()
            if early >= -LATE_S:
                time.sleep(max(0.0, early))
                return Frame(time.monotonic(), frame.bgr)
        time.sleep(1 / FPS)
        if time.monotonic() - self._begun > ROUND_S:
            self._begun, self._video = time.monotonic(), VideoFile(CLIP)
        return Frame(time.monotonic(), self._empty)

    def close(self) -> None:
        """Let go of the clip."""
        if self._video is not None:
            self._video.close()
            self._video = None
