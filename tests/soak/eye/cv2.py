"""OpenCV in the camera's own process, as it is, but that a V4L2 device is the demo clip.

It is seen over and over at its own pace, with an empty room after each round, and does as the
plug (`tests.soak.plug`) says.
"""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.remove(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[3]))
del sys.modules["cv2"]
import cv2 as real  # noqa: E402

from station.paths import shipped  # noqa: E402
from tests.soak.plug import plug_of  # noqa: E402

CLIP = shipped("config") / "demo" / "demo.mp4"
NOBODY_S = 7.0
"""The empty room after each round of the clip: the set ends, and the next member taps."""
SELECT_S = 2.0
"""After so long OpenCV gives up waiting for V4L2."""
LATE_S = 0.1
"""A picture later than this is overtaken by the next: a slow machine sees fewer, not older."""
FPS = 30

RealCapture = real.VideoCapture


class ClipCapture:
    """An open "device". Its stamps are CLOCK_MONOTONIC, as V4L2's."""

    def __init__(self, device: str, _api: int) -> None:
        self._plug = Path(device)
        self._open = plug_of(self._plug) != "gone"
        self._stamp = 0.0
        self._begin()

    def _begin(self) -> None:
        self._clip: Any = RealCapture(str(CLIP), real.CAP_FFMPEG)
        self._begun = self._due = time.monotonic()
        self._number = 0

    def isOpened(self) -> bool:  # noqa: N802
        return self._open

    def set(self, _name: int, _value: float) -> bool:
        return True

    def get(self, name: int) -> float:
        return {
            real.CAP_PROP_POS_MSEC: 1000 * self._stamp,
            real.CAP_PROP_FPS: float(FPS),
            real.CAP_PROP_FOURCC: float(real.VideoWriter.fourcc(*"MJPG")),
        }[name]

    def grab(self) -> bool:
        """Wait for the next picture."""
        plug = plug_of(self._plug)
        while plug == "hung":
            time.sleep(1.0)
        if plug == "silent":
            time.sleep(SELECT_S)
        if plug != "there":
            return False
        if self._clip is None and time.monotonic() - self._due > NOBODY_S:
            self._begin()
        while self._clip is not None:
            if not self._clip.grab():
                self._clip.release()
                self._clip, self._due = None, time.monotonic()
                break
            early = self._begun + self._number / FPS - time.monotonic()
            self._number += 1
            if early >= -LATE_S:
                time.sleep(max(0.0, early))
                break
        else:
            time.sleep(1 / FPS)
        self._stamp = time.monotonic()
        return True

    def retrieve(self, into: Any = None) -> tuple[bool, Any]:
        """The picture that was grabbed."""
        if self._clip is not None:
            got, picture = self._clip.retrieve(into)
            return bool(got), picture
        if into is None:
            into = np.empty((720, 1280, 3), np.uint8)
        into[:] = 110
        return True, into

    def release(self) -> None:
        if self._clip is not None:
            self._clip.release()


def _capture(source: Any, api: int) -> Any:
    return ClipCapture(source, api) if api == real.CAP_V4L2 else RealCapture(source, api)


real.VideoCapture = _capture  # type: ignore[misc,assignment]
