"""Programs of another processor, by qemu's user mode and the kernel's binfmt_misc."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy import machine

REGISTER = Path("/proc/sys/fs/binfmt_misc")
OWN = "hinge-aarch64"
MAGIC = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00"
MASK = b"\xff" * 7 + b"\x00" + b"\xff" * 8 + b"\xfe\xff\xff\xff"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
PI_5, PI_4 = "cortex-a76", "cortex-a72"
"""Processors of a Raspberry Pi 5 and 4. qemu's own choice has SVE, which neither has, and gets
matrix products of OpenBLAS for it wrong: a Gram matrix of 7 columns was off by half its size."""
CPUINFO = """\
processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc \
dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x4
CPU part\t: 0xd0b
CPU revision\t: 1

"""
"""A Raspberry Pi 5's own words, one block a core."""


class NoEmulationError(Exception):
    """Why programs of that kind cannot run here, in a sentence."""


def emulated(architecture: str) -> bool:
    """Whether its programs need another processor than this machine's."""
    return architecture != MACHINES.get(platform.machine())


def as_on_a_pi(folder: Path) -> machine.Given:
    """What programs of arm64 have to be given here.

    qemu 7.2 shows them this machine's /proc/cpuinfo; finding no arm64 in it MediaPipe's library
    reads through a null pointer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shown = folder / "cpuinfo"
    blocks = (CPUINFO.format(number=number) for number in range(os.cpu_count() or 1))
    shown.write_text("".join(blocks))
    return machine.Given({"QEMU_CPU": PI_5}, {Path("/proc/cpuinfo"): shown})


@contextmanager
def runs(architecture: str) -> Iterator[None]:
    """Programs of a Debian `architecture` run on this machine, whatever root they are in."""
    if not emulated(architecture):
        yield
        return
    if architecture != "arm64":
        raise NoEmulationError(f"only arm64 is emulated, not {architecture}.")
    mounted = _mount()
    try:
        if any(_is_for_arm64(entry) for entry in REGISTER.iterdir()):
            yield
            return
        _register()
        try:
            yield
        finally:
            (REGISTER / OWN).write_text("-1")
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(REGISTER)], check=False)


def _mount() -> bool:
    if (REGISTER / "register").exists():
        return False
    command = ["mount", "-t", "binfmt_misc", "binfmt_misc", str(REGISTER)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise NoEmulationError("this kernel lets nobody register interpreters (binfmt_misc).")
    return True


def _is_for_arm64(entry: Path) -> bool:
    """Fixed ones only (flag F): a root has no qemu of its own."""
    if entry.name in ("register", "status"):
        return False
    said = entry.read_text()
    fixed = any(line.startswith("flags:") and "F" in line for line in said.splitlines())
    return said.startswith("enabled") and fixed and MAGIC[16:20].hex() + "\n" in said


def _register() -> None:
    program = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if program is None:
        raise NoEmulationError("qemu-aarch64-static is missing: apt-get install qemu-user-static")
    magic, mask = ("".join(f"\\x{byte:02x}" for byte in text) for text in (MAGIC, MASK))
    # F: opened now, so that a root needs no copy. C: set-uid programs keep their owner's rights.
    # O: follows from C.
    try:
        (REGISTER / "register").write_text(f":{OWN}:M::{magic}:{mask}:{program}:OCF")
    except OSError as error:
        raise NoEmulationError(f"{program} cannot be registered ({error.strerror}).") from error
