"""What this machine knows of its own boot and clock."""

import ctypes
import time
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Literal

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """`struct timex` of <sys/timex.h> on 64-bit Linux; the tail is the kernel's own padding."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("tail", ctypes.c_byte * 256),
    )


@lru_cache(maxsize=1)
def boot_id() -> str:
    """The kernel's random id of this boot, ≤ 36 characters; random per process without one."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()[:36] or uuid.uuid4().hex
    except (OSError, UnicodeDecodeError):
        return uuid.uuid4().hex


def seconds_since_boot() -> float:
    """Seconds since boot, time asleep included; no step of the wall clock moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def clock_state() -> Literal["synced", "unsynced"]:
    """Whether the kernel's clock is disciplined by a time service.

    Asks the kernel itself (adjtimex(2), reading only), since every time service reports to it:
    `synced` unless it says TIME_ERROR or STA_UNSYNC. Where it cannot be asked: `unsynced`.
    """
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        timex = _Timex()
        state = libc.adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return "unsynced"
    if state < 0 or state == _TIME_ERROR or timex.status & _STA_UNSYNC:
        return "unsynced"
    return "synced"
