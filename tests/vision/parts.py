"""Small videos, and a camera that does what the test tells it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from station.errors import StationError
from station.vision.capture import Frame


def eventually(what: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Whether `what` comes true before the deadline, looked at often."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.01)
    return what()


def write_video(path: Path, frames: int, fps: float = 30.0) -> Path:
    """A video whose pictures get brighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (320, 240))
    for i in range(frames):
        writer.write(np.full((240, 320, 3), 10 + 200 * i // frames, np.uint8))
    writer.release()
    return path


class FakeCamera:
    """100 frames a second until told otherwise; `open` is what the station opens it with."""

    def __init__(self, *, plugged: bool = True) -> None:
        self.plugged = plugged
        self.opened = 0
        self.readers = 0
        self._flowing = threading.Event()
        self._flowing.set()

    def open(self) -> "FakeCamera":
        self.opened += 1
        if not self.plugged:
            raise StationError("Camera fake: there is no such device.")
        return self

    def read(self) -> Frame | None:
        self.readers += 1
        try:
            time.sleep(0.01)
            self._flowing.wait()
            if not self.plugged:
                return None
            return Frame(time.monotonic(), np.zeros((240, 320, 3), np.uint8))
        finally:
            self.readers -= 1

    def close(self) -> None:
        pass

    def unplug(self) -> None:
        self.plugged = False

    def plug_in(self) -> None:
        self.plugged = True

    def stall(self) -> None:
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()
