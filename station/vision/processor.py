"""Whether this processor can run the pose model."""

import ctypes
import platform
from pathlib import Path

_AT_HWCAP = 16
_HWCAP_ATOMICS = 1 << 8
"""linux/auxvec.h, and asm/hwcap.h of arm64"""


def lacks() -> str | None:
    """What it lacks, in a sentence; None where nothing is known to be missing.

    MediaPipe's packages (1.0.0 to 1.2.2) end the whole process on a processor without what they
    are compiled for: "This binary was compiled with lse enabled". For arm64 these are the atomic
    instructions of ARMv8.1, LSE: a Raspberry Pi 4 (Cortex-A72) has none, a Raspberry Pi 5
    (Cortex-A76) has. For x86-64 it is AVX.
    """
    machine = platform.machine()
    if machine == "aarch64" and not _hardware() & _HWCAP_ATOMICS:
        return (
            "This processor lacks instructions that the pose model's library needs (ARMv8.1 "
            "atomics): a Raspberry Pi 5 has them, a Raspberry Pi 4 has not."
        )
    if machine == "x86_64" and (flags := _flags()) and "avx" not in flags:
        return (
            "This processor lacks instructions that the pose model's library needs (AVX): many an "
            "Atom, Celeron or Pentium has not got them, a Core i3, i5 or Ryzen has."
        )
    return None


def _hardware() -> int:
    """The kernel's word for what an arm64 processor can do."""
    getauxval = ctypes.CDLL(None).getauxval
    getauxval.argtypes, getauxval.restype = [ctypes.c_ulong], ctypes.c_ulong
    return int(getauxval(_AT_HWCAP))


def _flags() -> set[str]:
    """The kernel's names for what an x86-64 processor can do; none where it does not tell."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:  # as in a unit with ProcSubset=pid
        return set()
    for line in told.splitlines():
        name, _, words = line.partition(":")
        if name.strip() == "flags":
            return set(words.split())
    return set()
