"""The camera, as the kiosk sees it: read in a process of its own, which is watched.

`station.vision.eye` is that process, `eye_process.py` what this one knows of it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.vision import opencv
from station.vision.capture import Frame
from station.vision.eye import v4l2
from station.vision.eye.program import SLOTS
from station.vision.eye.wanted import Facts
from station.vision.eye_process import EyeProcess, answer, refuse_second_reader

log = logging.getLogger(__name__)

MEDIA = Path("/dev")
"""Where libcamera's /dev/media* are; without one there is no camera module."""

_PATIENCE_S = 1.5
"""Beyond the stall that the screen shows: then the camera is given up and opened anew."""

_STALE_S = 0.5
"""A picture older than this waited for us, in one of so many slots, and shows the past."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the camera really gives: measured frames per second, and a sentence for each thing
    asked for that is not so."""

    fps: float
    refused: tuple[str, ...]


class Camera:
    """An open camera. Frame times are CLOCK_MONOTONIC seconds, the driver's where it has them.

    A frame's picture is good until the next `read`. One thread uses it.
    """

    def __init__(self, process: EyeProcess, facts: Facts, settings: CameraSettings) -> None:
        self.device = facts.device
        self.facts = facts
        self.given: Given | None = None
        self._process = process
        self._pictures = process.pictures(facts)
        self._silent_s = settings.stall_s + _PATIENCE_S
        self._rotation = settings.rotation
        self._held: int | None = None

    @property
    def pid(self) -> int:
        """Of the process that reads it."""
        return self._process.pid

    def read(self) -> Frame | None:
        """The next fresh frame; None when the camera is gone or silent for too long."""
        deadline = time.monotonic() + self._silent_s
        for _ in range(SLOTS):
            self._let_go()
            message = self._newest(deadline)
            if message is None:
                return None
            self._held = int(message["slot"])
            t = float(message["t"])
            if time.monotonic() - t <= _STALE_S:
                break
        return Frame(t, turned(self._pictures[self._held], self._rotation))

    def _let_go(self) -> None:
        if self._held is not None:
            self._process.give_back(self._held)
            self._held = None

    def _newest(self, deadline: float) -> dict[str, Any] | None:
        """The message of the newest picture that has come."""
        newest: dict[str, Any] | None = None
        while True:
            wait_s = 0.0 if newest is not None else max(0.0, deadline - time.monotonic())
            message = self._process.hear(wait_s)
            if message is None:
                if newest is None and not self._process.ended:
                    log.warning(
                        "Camera %s: no picture for %.1f s; its process is ended.",
                        self.device,
                        self._silent_s,
                    )
                return newest
            if "slot" in message:
                if newest is not None:
                    self._process.give_back(int(newest["slot"]))
                newest = message
            elif "given" in message:
                self._take_note(message["given"])
            elif "gone" in message:
                log.warning("%s", message["gone"])
                return None

    def _take_note(self, given: dict[str, Any]) -> None:
        self.given = Given(float(given["fps"]), tuple(given["refused"]))
        log.info("Camera %s: %.1f frames/s measured", self.device, self.given.fps)
        for sentence in self.given.refused:
            if (self.device, sentence) not in _said:
                _said.add((self.device, sentence))
                log.warning("Camera %s: %s.", self.device, sentence)

    def close(self) -> None:
        """Let go of it; takes a few seconds where its process hangs."""
        self._process.end()


_said: set[tuple[str, str]] = set()
"""What was logged of a camera; it is not said again each time the cable is loose."""


def open_camera(source: str, settings: CameraSettings) -> Camera:
    """Open `source`: "auto", a number, a device path, "picamera" or "picamera:1".

    "auto" is the first V4L2 device that gives a picture, else the first camera module. Raises
    StationError when there is no such camera, or it gives no picture.
    """
    if source == "auto":
        return _first_of_all(settings)
    if is_module(source):
        return _open("picamera", source, settings)
    device = f"/dev/video{source}" if source.isdigit() else source
    if not Path(device).exists():
        raise StationError(f"Camera {device}: there is no such device.")
    return _open("v4l2", device, settings)


def is_module(source: str) -> bool:
    """Whether `source` names a camera module."""
    return source.partition(":")[0] == "picamera"


def devices() -> list[str]:
    """What may be a camera here, without opening any: V4L2 devices, /dev/media* of modules."""
    return v4l2.devices() + [str(path) for path in sorted(MEDIA.glob("media[0-9]*"))]


def modules() -> list[tuple[str, str]]:
    """The camera modules of this machine, (source, name) each.

    Raises StationError where they cannot be looked for: most often picamera2 is not installed.
    """
    if not _may_have_modules():
        return []
    process = EyeProcess("modules", "picamera", CameraSettings())
    try:
        message = answer(process, "picamera")
    finally:
        process.end()
    return [(str(source), str(name)) for source, name in message["found"]]


def _may_have_modules() -> bool:
    return any(MEDIA.glob("media[0-9]*"))


def _first_of_all(settings: CameraSettings) -> Camera:
    ways: list[Callable[[], Camera]] = [lambda: _open("v4l2", "auto", settings)]
    if _may_have_modules():
        ways.append(lambda: _open("picamera", "picamera", settings))
    problems = []
    for way in ways:
        try:
            return way()
        except StationError as problem:
            problems.append(str(problem))
    # A machine without a camera module lacks picamera2 too, which is nobody's fault.
    log.debug("%s", " ".join(problems))
    raise StationError("Camera: none found that gives a picture.")


def _open(way: str, device: str, settings: CameraSettings) -> Camera:
    refuse_second_reader()
    process = EyeProcess(way, device, settings)
    try:
        camera = Camera(process, Facts(**answer(process, device)["opened"]), settings)
    except BaseException:
        process.end()
        raise
    facts = camera.facts
    log.info(
        "Camera %s (%s): %d × %d, %.0f frames/s, %s",
        facts.device,
        facts.name,
        facts.width,
        facts.height,
        facts.fps,
        facts.format,
    )
    return camera


def turned(bgr: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """`bgr` turned clockwise by 0, 90, 180 or 270 degrees."""
    if degrees == 0:
        return bgr
    cv2 = opencv.load()
    how = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    result: NDArray[np.uint8] = cv2.rotate(bgr, how[degrees])
    return result
