"""A camera through V4L2: opened by number, path, or as the first one that gives a picture."""

import logging
import time
from pathlib import Path
from typing import Any

from station.errors import StationError
from station.settings import CameraSettings
from station.vision import opencv
from station.vision.capture import Frame

log = logging.getLogger(__name__)

_STALE_S = 0.5
"""A frame older than this waited in the driver during a stall and shows the past."""

_DRIVER_BUFFERS = 4
"""Most frames that can have waited so: V4L2's default number of buffers. A camera whose frames
are always older is slow, not stalled, and its pictures are taken."""


class Camera:
    """An open V4L2 device. Times are CLOCK_MONOTONIC seconds, the driver's where it has them."""

    def __init__(self, device: str, video: Any) -> None:
        self.device = device
        self._video = video

    def read(self) -> Frame | None:
        """The next fresh frame; None when the camera is gone or silent for two seconds."""
        for _ in range(_DRIVER_BUFFERS):
            got, bgr = self._video.read()
            if not got:
                return None
            t = self._time_of_frame()
            if time.monotonic() - t <= _STALE_S:
                break
        return Frame(t, bgr)

    def close(self) -> None:
        self._video.release()

    def _time_of_frame(self) -> float:
        now = time.monotonic()
        stamp = float(self._video.get(opencv.load().CAP_PROP_POS_MSEC)) / 1000
        # Some drivers stamp with another clock, or not at all.
        return stamp if 0 <= now - stamp < 60 else now


def open_camera(source: str, settings: CameraSettings) -> Camera:
    """Open `source`: "auto", a number or a device path.

    Raises StationError when there is no such camera, or it gives no picture.
    """
    if source != "auto":
        return _open(f"/dev/video{source}" if source.isdigit() else source, settings)
    for device in devices():
        try:
            camera = _open(device, settings)
        except StationError as problem:
            log.debug("%s", problem)
            continue
        if camera.read() is not None:
            return camera
        camera.close()
    raise StationError("Camera: none found that gives a picture.")


def devices() -> list[str]:
    """Video devices, those with a name that survives a reboot or another port first."""
    by_id = sorted(str(path) for path in Path("/dev/v4l/by-id").glob("*-video-index0"))
    named = {Path(path).resolve() for path in by_id}
    rest = sorted(Path("/dev").glob("video[0-9]*"), key=lambda path: int(path.name[5:]))
    return by_id + [str(path) for path in rest if path.resolve() not in named]


def _open(device: str, settings: CameraSettings) -> Camera:
    if not Path(device).exists():
        raise StationError(f"Camera {device}: there is no such device.")
    cv2 = opencv.load()
    video = cv2.VideoCapture(device, cv2.CAP_V4L2)
    if not video.isOpened():
        video.release()
        raise StationError(f"Camera {device}: cannot be opened; is it a camera, and free?")
    mjpg = cv2.VideoWriter.fourcc(*"MJPG")
    video.set(cv2.CAP_PROP_FOURCC, mjpg)
    video.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
    video.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
    video.set(cv2.CAP_PROP_FPS, settings.fps)
    video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    log.info(
        "Camera %s: %d x %d, %.0f frames/s, %s",
        device,
        video.get(cv2.CAP_PROP_FRAME_WIDTH),
        video.get(cv2.CAP_PROP_FRAME_HEIGHT),
        video.get(cv2.CAP_PROP_FPS),
        "MJPG" if int(video.get(cv2.CAP_PROP_FOURCC)) == mjpg else "uncompressed",
    )
    return Camera(device, video)
