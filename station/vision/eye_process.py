"""The other process that reads a camera: started, heard, ended.

It inherits this one's network namespace, which is empty in a kiosk, and the kernel ends it with
this one. A read that hangs for ever ends with it; what cannot even be ended hangs in the kernel,
and no second reader is put onto that device.
"""

import json
import logging
import math
import mmap
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.vision.eye.program import SLOTS
from station.vision.eye.wanted import Facts, Wanted

log = logging.getLogger(__name__)

OWN_PYTHON = sys.executable
SYSTEM_PYTHON = "/usr/bin/python3"
"""Has picamera2 where it is installed, and the numpy that fits it; our own has neither."""

_START = (
    "import sys; root = sys.argv.pop(1); sys.path.insert(0, root); import station; "
    "sys.path.remove(root); from station.vision.eye import program; "
    "sys.exit(program.main(sys.argv[1:]))"
)
"""The system's Python is to find this package beside us, and nothing else: its numpy is its own."""

_START_S = 40.0
"""Longest until a device is tried: Python with OpenCV or libcamera, from a slow card."""

_TRY_S = 15.0
"""... and from there to its first picture, or to the next device: beyond, it hangs."""

_END_S, _KILLED_S = 0.5, 2.0
"""A process that was asked to end, and one that was killed."""

_LONGEST_MESSAGE = 65536

_ended_in_vain: list["subprocess.Popen[bytes]"] = []


class EyeProcess:
    """The other process and what is shared with it."""

    def __init__(self, way: str, device: str, settings: CameraSettings) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._memory = os.memfd_create("station-camera")
        self.ended = False
        self._over = False
        python = OWN_PYTHON if way == "v4l2" else SYSTEM_PYTHON
        wanted = settings.model_dump_json(include=set(Wanted.__dataclass_fields__))
        root = str(Path(__file__).parents[2])
        handles = (theirs.fileno(), self._memory)
        ours = (root, way, device, wanted, str(os.getpid()), *(str(n) for n in handles))
        # OpenCV writes a line about every spoilt JPEG, and libcamera is told to be quiet.
        quiet = way == "v4l2" and not log.isEnabledFor(logging.DEBUG)
        try:
            self._program = subprocess.Popen(
                [python, "-I", "-B", "-c", _START, *ours],
                pass_fds=handles,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if quiet else None,
            )
        except OSError as error:
            self._channel.close()
            os.close(self._memory)
            raise StationError(
                f"Camera {device}: {python} cannot be started ({error.strerror})."
            ) from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._program.pid

    def pictures(self, facts: Facts) -> NDArray[np.uint8]:
        """The slots, uint8 [slots, height, width, 3]."""
        shape = (SLOTS, facts.height, facts.width, 3)
        shared = mmap.mmap(self._memory, math.prod(shape), prot=mmap.PROT_READ)
        return np.frombuffer(shared, np.uint8).reshape(shape)

    def hear(self, wait_s: float) -> dict[str, Any] | None:
        """What it says next; None = nothing for so long, or, if `ended`, nothing ever again."""
        self._channel.settimeout(wait_s)
        try:
            packet = self._channel.recv(_LONGEST_MESSAGE)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            packet = b""
        if not packet:
            self.ended = True
            return None
        message: dict[str, Any] = json.loads(packet)
        return message

    def give_back(self, slot: int) -> None:
        """The picture in `slot` is not needed any more."""
        try:
            self._channel.send(bytes([slot]))
        except OSError:
            self.ended = True

    def exit_code(self) -> int | None:
        """Of a process that has ended, or is about to."""
        try:
            return self._program.wait(_END_S)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """It ends by itself when its socket closes, else it is killed."""
        if self._over:
            return
        self._over = True
        self._channel.close()
        os.close(self._memory)
        if self.exit_code() is not None:
            return
        self._program.kill()
        try:
            self._program.wait(_KILLED_S)
        except subprocess.TimeoutExpired:
            _ended_in_vain.append(self._program)
            log.error("The camera's process %d hangs in a driver and cannot be ended.", self.pid)


def answer(process: EyeProcess, device: str) -> dict[str, Any]:
    """The first thing that it says, beside which device it tries."""
    wait_s = _START_S
    while (message := process.hear(wait_s)) is not None and "trying" in message:
        device, wait_s = message["trying"], _TRY_S
    if message is None and process.ended:
        raise StationError(
            f"Camera {device}: the program that opens it ended by itself "
            f"(exit code {process.exit_code()})."
        )
    if message is None:
        raise StationError(f"Camera {device}: it cannot be opened within {wait_s:.0f} s.")
    if "gone" in message:
        raise StationError(str(message["gone"]))
    return message


def refuse_second_reader() -> None:
    """Raises StationError while a process that could not be ended is still there."""
    _ended_in_vain[:] = [program for program in _ended_in_vain if program.poll() is None]
    if _ended_in_vain:
        raise StationError(
            f"Camera: process {_ended_in_vain[0].pid} hangs in its driver and cannot be ended, so "
            "it is not opened again; unplug it for a moment, or restart the machine."
        )
