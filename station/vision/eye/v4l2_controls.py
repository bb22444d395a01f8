"""Asking a V4L2 device what it is, and setting and reading back its controls.

By the kernel's own calls on a handle of their own, which reads no picture: OpenCV knows neither
the mains frequency nor which controls there are.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from station.vision.eye.wanted import FLICKER_HZ, Wanted

_QUERYCAP, _G_CTRL, _S_CTRL, _QUERYCTRL = 0x80685600, 0xC008561B, 0xC008561C, 0xC0445624
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
_CONTROL = struct.Struct("=Ii")
_QUERY = struct.Struct("=II32siiiiI8x")
"""linux/videodev2.h"""

_VIDEO_CAPTURE, _M2M, _IO_MC, _DEVICE_CAPS = 0x1, 0x8000 | 0x4000, 0x20000000, 0x80000000
_DISABLED = 0x1

GAIN, POWER_LINE = 0x00980913, 0x00980918
EXPOSURE_AUTO, EXPOSURE_TIME = 0x009A0901, 0x009A0902
"""linux/v4l2-controls.h; the exposure time counts 100 µs."""

_MANUAL = 1
_AUTOMATIC = (3, 0)
"""Aperture priority, which is what USB cameras have; else wholly automatic."""

_POWER_LINE = {"off": 0, "50hz": 1, "60hz": 2}


@dataclass(frozen=True, slots=True)
class Capability:
    """Which driver runs a device, what it calls itself, and whether single pictures come out."""

    driver: str
    card: str
    captures: bool


@dataclass(frozen=True, slots=True)
class Range:
    """What a control takes."""

    name: str
    low: int
    high: int


def capability(device: str) -> Capability | None:
    """None for what is no V4L2 device, or cannot be asked."""
    data = bytearray(_CAPABILITY.size)
    try:
        with _handle(device) as handle:
            fcntl.ioctl(handle, _QUERYCAP, data)
    except OSError:
        return None
    driver, card, _, _, whole, own = _CAPABILITY.unpack(data)
    can = own if whole & _DEVICE_CAPS else whole
    captures = bool(can & _VIDEO_CAPTURE) and not can & (_M2M | _IO_MC)
    return Capability(_text(driver), _text(card), captures)


def put(device: str, wanted: Wanted) -> list[str]:
    """Set what is wanted; what cannot be set, a sentence each. Nothing wanted, nothing touched,
    but that an exposure fixed once is made automatic again."""
    try:
        with _handle(device) as handle:
            return _put(handle, wanted)
    except OSError as error:
        return [f"its controls cannot be set ({error.strerror})"] if _asks(wanted) else []


def _put(handle: int, wanted: Wanted) -> list[str]:
    refused = []
    if wanted.exposure_us:
        units = max(1, round(wanted.exposure_us / 100))
        if not (_set(handle, EXPOSURE_AUTO, _MANUAL) and _set(handle, EXPOSURE_TIME, units)):
            refused.append("it takes no fixed exposure")
    elif _get(handle, EXPOSURE_AUTO) == _MANUAL:
        # Cameras keep a fixed exposure for as long as they have power.
        any(_set(handle, EXPOSURE_AUTO, mode) for mode in _AUTOMATIC)
    if wanted.gain and not _set(handle, GAIN, round(wanted.gain)):
        refused.append("it takes no gain")
    code = _POWER_LINE.get(wanted.flicker)
    if code is not None and not _set(handle, POWER_LINE, code):
        refused.append("it takes no mains frequency against flicker")
    return refused


def not_kept(device: str, wanted: Wanted) -> list[str]:
    """Of what could be set, what reads back otherwise, a sentence each."""
    said = []
    try:
        with _handle(device) as handle:
            exposure = _get(handle, EXPOSURE_TIME)
            if wanted.exposure_us and exposure is not None:
                given = 100 * exposure
                if abs(given - wanted.exposure_us) > max(100, 0.1 * wanted.exposure_us):
                    said.append(_otherwise(handle, EXPOSURE_TIME, "exposure", given, " µs", 100))
            gain = _get(handle, GAIN)
            if wanted.gain and gain is not None and gain != round(wanted.gain):
                said.append(_otherwise(handle, GAIN, "gain", gain, "", 1))
            line = _get(handle, POWER_LINE)
            if wanted.flicker in FLICKER_HZ and line not in (None, _POWER_LINE[wanted.flicker]):
                hertz = FLICKER_HZ[wanted.flicker]
                said.append(f"it does not keep {hertz} Hz against flicker")
    except OSError:
        return []
    return said


def _otherwise(handle: int, control: int, what: str, given: int, unit: str, per: int) -> str:
    takes = query(handle, control)
    limits = f"; it takes {per * takes.low} to {per * takes.high}{unit}" if takes else ""
    return f"its {what} is {given}{unit} and not what was asked for{limits}"


def query(handle: int, control: int) -> Range | None:
    """What a control takes; None where the camera has no such control."""
    data = bytearray(_QUERY.pack(control, 0, b"", 0, 0, 0, 0, 0))
    try:
        fcntl.ioctl(handle, _QUERYCTRL, data)
    except OSError:
        return None
    _, _, name, low, high, _, _, flags = _QUERY.unpack(data)
    return None if flags & _DISABLED else Range(_text(name), low, high)


def _set(handle: int, control: int, value: int) -> bool:
    try:
        fcntl.ioctl(handle, _S_CTRL, bytearray(_CONTROL.pack(control, value)))
    except OSError:
        return False
    return True


def _get(handle: int, control: int) -> int | None:
    data = bytearray(_CONTROL.pack(control, 0))
    try:
        fcntl.ioctl(handle, _G_CTRL, data)
    except OSError:
        return None
    return int(_CONTROL.unpack(data)[1])


def _asks(wanted: Wanted) -> bool:
    return bool(wanted.exposure_us or wanted.gain or wanted.flicker != "camera")


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace")


@contextmanager
def _handle(device: str) -> Iterator[int]:
    handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    try:
        yield handle
    finally:
        os.close(handle)
