"""A camera through V4L2 and OpenCV: USB cameras, and whatever else has a /dev/video of its own."""

import glob
import os
import time
from typing import Any

from station.vision.eye import v4l2_controls as controls
from station.vision.eye.wanted import (
    READ_S,
    EyeError,
    Facts,
    Trying,
    Wanted,
    monotonic,
    shape_refused,
)

_STALE_S = 0.5
"""A frame older than this waited in the driver during a stall and shows the past."""

_DRIVER_BUFFERS = 4
"""Most frames that can have waited so: V4L2's default number of buffers. A camera whose frames
are always older is slow, not stalled, and its pictures are taken."""

_FIRST_TRIES = 2
"""Each waits for READ_S."""

_NO_CAMERAS = frozenset(
    ["unicam", "rp1-cfe", "bcm2835-isp", "bcm2835-codec", "pispbe", "rpi-hevc-dec", "rpivid"]
)
"""Drivers whose /dev/video* are parts of a camera module's path or of a decoder: a Raspberry Pi
has a dozen of them, and each would be waited for. Modules are read by picamera2."""

_ENVIRONMENT = {
    # What goes wrong is said once, in our own sentence.
    "OPENCV_LOG_LEVEL": "SILENT",
    # Seconds that a read waits for a silent V4L2 device; OpenCV's own default is 10.
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": f"{READ_S:.0f}",
}

BY_ID, DEVICES = "/dev/v4l/by-id/*-video-index*", "/dev/video[0-9]*"


def devices() -> list[str]:
    """Video devices that may be cameras, those with a name that survives a reboot or another port
    first."""
    by_id = sorted(glob.glob(BY_ID))
    named = {os.path.realpath(path) for path in by_id}
    rest = sorted(glob.glob(DEVICES), key=lambda path: int(path.rpartition("video")[2]))
    found = by_id + [path for path in rest if os.path.realpath(path) not in named]
    return [path for path in found if may_be_camera(path)]


def may_be_camera(device: str) -> bool:
    """Whether pictures may come out of it; one that cannot be asked may."""
    asked = controls.capability(device)
    return asked is None or (asked.captures and asked.driver not in _NO_CAMERAS)


class V4l2Eye:
    """An open V4L2 device; see `Eye`."""

    def __init__(self, device: str, video: Any, cv2: Any, wanted: Wanted) -> None:
        self._device = device
        self._video = video
        self._cv2 = cv2
        self._wanted = wanted
        asked = controls.capability(device)
        self._name = asked.card if asked else ""
        self._facts: Facts | None = None
        self._first: Any = None
        self._refused: list[str] = []

    @property
    def facts(self) -> Facts:
        assert self._facts is not None
        return self._facts

    def wait(self) -> float:
        self._first = None
        for _ in range(_DRIVER_BUFFERS):
            # A camera that has just been plugged in may need longer for its first picture.
            tries = 1 if self._facts else _FIRST_TRIES
            if not any(self._video.grab() for _ in range(tries)):
                raise EyeError(f"Camera {self._device}: it is gone, or sends no picture any more.")
            now = time.monotonic()
            t = monotonic(self._get("CAP_PROP_POS_MSEC") / 1000, now)
            if now - t <= _STALE_S:
                break
        if self._facts is None:
            self._look()
        return t

    def _look(self) -> None:
        """At the first picture: sizes are what comes, not what the driver says will come."""
        for _ in range(_DRIVER_BUFFERS):
            got, picture = self._video.retrieve()
            if got and picture is not None and picture.ndim == 3:
                break
            self._video.grab()
        else:
            raise EyeError(f"Camera {self._device}: its pictures cannot be decoded.")
        # OpenCV gives each picture once.
        self._first = picture
        height, width = picture.shape[:2]
        code = int(self._get("CAP_PROP_FOURCC")) & 0xFFFFFFFF
        four = code.to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")
        fps = self._get("CAP_PROP_FPS")
        self._facts = Facts(self._device, self._name, width, height, fps, four or "?")
        # Only now: some cameras forget their controls when the stream starts.
        self._refused = controls.put(self._device, self._wanted)

    def fetch(self, bgr: Any) -> bool:
        got, picture = (True, self._first) if self._first is not None else self._decode(bgr)
        if not got or picture is None or picture.shape != bgr.shape:
            return False
        if picture is not bgr and picture.ctypes.data != bgr.ctypes.data:
            bgr[:] = picture
        return True

    def _decode(self, bgr: Any) -> tuple[bool, Any]:
        got, picture = self._video.retrieve(bgr)
        return bool(got), picture

    def skip(self) -> None:
        """Nothing was decoded yet."""

    def refused(self) -> list[str]:
        said = shape_refused(self.facts, self._wanted)
        if self.facts.format not in ("MJPG", "JPEG"):
            said.append(f"it does not send MJPG but {self.facts.format}")
        return said + self._refused + controls.not_kept(self._device, self._wanted)

    def close(self) -> None:
        self._video.release()

    def _get(self, name: str) -> float:
        return float(self._video.get(getattr(self._cv2, name)))


def open_camera(device: str, wanted: Wanted, trying: Trying) -> V4l2Eye:
    """`device`: a path, or "auto" for the first that gives a picture."""
    if device != "auto":
        return _open(device, wanted, trying)
    for found in devices():
        try:
            eye = _open(found, wanted, trying)
        except EyeError:
            continue
        try:
            eye.wait()
        except EyeError:
            eye.close()
            continue
        return eye
    raise EyeError("Camera: none found that gives a picture.")


def _open(device: str, wanted: Wanted, trying: Trying) -> V4l2Eye:
    if not os.path.exists(device):
        raise EyeError(f"Camera {device}: there is no such device.")
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import cv2

    trying(device)
    video = cv2.VideoCapture(device, cv2.CAP_V4L2)
    if not video.isOpened():
        video.release()
        raise EyeError(f"Camera {device}: cannot be opened; is it a camera, and free?")
    video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    video.set(cv2.CAP_PROP_FRAME_WIDTH, wanted.width)
    video.set(cv2.CAP_PROP_FRAME_HEIGHT, wanted.height)
    video.set(cv2.CAP_PROP_FPS, wanted.fps)
    video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return V4l2Eye(device, video, cv2, wanted)
