"""A camera module of a Raspberry Pi through picamera2, which only the system's own Python has."""

import os
import time
from typing import Any

from station.vision.eye.wanted import (
    FLICKER_HZ,
    READ_S,
    EyeError,
    Facts,
    Trying,
    Wanted,
    monotonic,
    shape_refused,
)

PACKAGE = "python3-picamera2"
"""Of Raspberry Pi OS; Debian itself has none."""

_FORMAT = "RGB888"
"""libcamera's name for bytes in the order blue, green, red, which is OpenCV's."""

_FLICKER_OFF, _FLICKER_MANUAL = 0, 1
"""libcamera's AeFlickerModeEnum"""

_TOLERANCE = 0.1


def modules() -> list[tuple[str, str]]:
    """Camera modules, (source, name) each; USB cameras, which libcamera lists too, are not among
    them."""
    return [(f"picamera:{number}", name) for number, (_, name) in enumerate(_listed(_load()))]


def _load() -> Any:
    # Its own log tells of every buffer otherwise.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    try:
        import picamera2
    except ImportError as error:
        if error.name == "picamera2":
            raise EyeError(
                "Camera module: picamera2 is not installed (on Raspberry Pi OS: "
                f"apt-get install --no-install-recommends {PACKAGE})."
            ) from error
        raise EyeError(f"Camera module: picamera2 cannot be loaded ({error}).") from error
    except Exception as error:
        # numpy of another build than simplejpeg's raises ValueError, for one.
        raise EyeError(f"Camera module: picamera2 cannot be loaded ({error}).") from error
    return picamera2


def _listed(picamera2: Any) -> list[tuple[int, str]]:
    """Number for picamera2 and model of each module."""
    infos = picamera2.Picamera2.global_camera_info()
    return [
        (number, str(info.get("Model", "?")))
        for number, info in enumerate(infos)
        if "/usb" not in str(info.get("Id", ""))
    ]


class ModuleEye:
    """An open camera module; see `Eye`."""

    def __init__(self, device: str, name: str, library: Any, camera: Any, wanted: Wanted) -> None:
        self._device = device
        self._name = name
        self._mapped = library.MappedArray
        self._camera = camera
        self._wanted = wanted
        self._request: Any = None
        self._metadata: dict[str, Any] = {}
        self._lacks = _configure(camera, wanted)
        main = camera.camera_configuration()["main"]
        self._size = main["size"]
        self._format = main["format"]
        if self._format != _FORMAT:
            raise EyeError(f"Camera {device}: it gives no {_FORMAT} but {self._format}.")
        camera.start()

    @property
    def facts(self) -> Facts:
        width, height = self._size
        duration_us = float(self._metadata.get("FrameDuration", 0))
        fps = 1e6 / duration_us if duration_us > 0 else 0.0
        return Facts(self._device, self._name, int(width), int(height), fps, self._format)

    def wait(self) -> float:
        self.skip()
        try:
            # Without a time to wait it would wait for ever once the cable is loose.
            self._request = self._camera.capture_request(wait=READ_S)
        except TimeoutError as error:
            raise EyeError(f"Camera {self._device}: it sends no picture any more.") from error
        self._metadata = self._request.get_metadata()
        stamp_s = float(self._metadata.get("SensorTimestamp", 0)) / 1e9
        return monotonic(stamp_s, time.monotonic())

    def fetch(self, bgr: Any) -> bool:
        with self._mapped(self._request, "main", write=False) as mapped:
            same = mapped.array.shape == bgr.shape
            if same:
                bgr[:] = mapped.array
        self.skip()
        return bool(same)

    def skip(self) -> None:
        if self._request is not None:
            self._request.release()
            self._request = None

    def refused(self) -> list[str]:
        said = shape_refused(self.facts, self._wanted) + self._lacks
        for asked, key, what, unit in (
            (self._wanted.exposure_us, "ExposureTime", "exposure", " µs"),
            (self._wanted.gain, "AnalogueGain", "gain", ""),
        ):
            given = self._metadata.get(key)
            if asked and given is not None and abs(given - asked) > _TOLERANCE * asked:
                said.append(f"its {what} is {given:g}{unit} and not what was asked for")
        return said


def _configure(camera: Any, wanted: Wanted) -> list[str]:
    """Set it up as wanted; what it has no control for, a sentence each."""
    period_us = round(1e6 / wanted.fps)
    asked: dict[str, Any] = {"FrameDurationLimits": (period_us, period_us)}
    if wanted.exposure_us:
        asked["ExposureTime"] = wanted.exposure_us
    if wanted.gain:
        asked["AnalogueGain"] = wanted.gain
    if wanted.flicker in FLICKER_HZ:
        # Light flickers twice in a period of the mains.
        asked["AeFlickerMode"] = _FLICKER_MANUAL
        asked["AeFlickerPeriod"] = round(1e6 / (2 * FLICKER_HZ[wanted.flicker]))
    elif wanted.flicker == "off":
        asked["AeFlickerMode"] = _FLICKER_OFF
    has = camera.camera_controls
    known = {name: value for name, value in asked.items() if name in has}
    main = {"size": (wanted.width, wanted.height), "format": _FORMAT}
    camera.configure(camera.create_video_configuration(main=main, controls=known))
    return [f"it has no control {name}" for name in asked if name not in has]


def open_module(device: str, wanted: Wanted, trying: Trying) -> ModuleEye:
    """`device`: "picamera" for the first module, or "picamera:1" for the second."""
    library = _load()
    listed = _listed(library)
    number = int(device.partition(":")[2] or 0)
    if not listed:
        raise EyeError(
            f"Camera {device}: no camera module was found. Is its cable in at both ends, and "
            "camera_auto_detect=1 in /boot/firmware/config.txt?"
        )
    if number >= len(listed):
        raise EyeError(f"Camera {device}: there are {len(listed)} camera modules, from 0 on.")
    own, name = listed[number]
    trying(device)
    try:
        camera = library.Picamera2(own)
        return ModuleEye(f"picamera:{number}", name, library, camera, wanted)
    except EyeError:
        raise
    except Exception as error:
        # picamera2 raises plain RuntimeErrors, and libcamera's own, for a camera in use.
        raise EyeError(f"Camera {device}: cannot be opened; is it free? ({error})") from error
