"""The program: opens a camera, puts its pictures into shared memory and tells of each.

Arguments: way to read ("v4l2", "picamera", or "modules" to list camera modules), device, what is
wanted as JSON, the process to die with, and the handles of a socket and of the shared memory. What
goes over the socket is JSON, one packet a message:

    {"trying": device}  what may hang comes now: this device is opened and asked for a picture
    {"opened": Facts}  the memory has its size: SLOTS pictures, uint8 [height, width, 3] each
    {"slot": i, "t": s}  a picture taken at s lies in slot i, until a byte i comes back
    {"given": {"fps": measured, "refused": [sentences]}}  once, after about a second
    {"found": [[device, name], ...]}  the answer to "modules"
    {"gone": sentence}  the last

When the other end is closed, or the process that started this one ends, this one ends.
"""

import ctypes
import json
import mmap
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from station.vision.eye.wanted import Eye, EyeError, Trying, Wanted

SLOTS = 3
"""One being looked at, one that waits, one being written."""

MEASURED_FRAMES = 30
NAME = "station-camera"
"""What `ps` and `station doctor` call this process; the kernel keeps 15 letters."""

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
"""linux/prctl.h"""

_NO_PICTURES = 40
"""So many spoilt pictures in a row: the camera is of no use."""


def main(arguments: list[str]) -> int:
    """Run until the other end hangs up; returns the exit code."""
    way, device, wanted, parent, channel_fd, memory_fd = arguments
    _die_with(int(parent))
    channel = socket.socket(fileno=int(channel_fd))
    free: queue.SimpleQueue[int] = queue.SimpleQueue()
    for slot in range(SLOTS):
        free.put(slot)
    threading.Thread(target=_heed, args=(channel, free), daemon=True).start()
    try:
        if way == "modules":
            from station.vision.eye import picamera

            _say(channel, found=picamera.modules())
            return 0
        eye = _open(way, device, Wanted(**json.loads(wanted)), lambda it: _say(channel, trying=it))
        _send_pictures(eye, channel, memory_fd, free)
    except EyeError as error:
        _say(channel, gone=str(error))
    except OSError:
        # The other end is gone, and with it whoever could be told.
        return 1
    except Exception as error:
        _say(channel, gone=f"Camera {device}: {type(error).__name__}: {error}")
    return 1


def _open(way: str, device: str, wanted: Wanted, trying: Trying) -> Eye:
    if way == "picamera":
        from station.vision.eye import picamera

        return picamera.open_module(device, wanted, trying)
    from station.vision.eye import v4l2

    return v4l2.open_camera(device, wanted, trying)


def _send_pictures(
    eye: Eye, channel: socket.socket, memory_fd: str, free: "queue.SimpleQueue[int]"
) -> None:
    import numpy as np

    t = eye.wait()
    facts = eye.facts
    shape = (SLOTS, facts.height, facts.width, 3)
    size = int(np.prod(shape))
    os.ftruncate(int(memory_fd), size)
    pictures = np.frombuffer(mmap.mmap(int(memory_fd), size), np.uint8).reshape(shape)
    stamps = [t]
    spoilt = 0
    slot = free.get()
    while not eye.fetch(pictures[slot]):
        t = eye.wait()
        spoilt = _count(spoilt, facts.device)
    _say(channel, opened=asdict(facts))
    _say(channel, slot=slot, t=t)
    spoilt = 0
    for t in _times(eye):
        if len(stamps) <= MEASURED_FRAMES:
            stamps.append(t)
            if len(stamps) > MEASURED_FRAMES:
                _say(channel, given={"fps": _rate(stamps), "refused": eye.refused()})
        try:
            slot = free.get_nowait()
        except queue.Empty:
            eye.skip()
            continue
        if eye.fetch(pictures[slot]):
            spoilt = 0
            _say(channel, slot=slot, t=t)
        else:
            free.put(slot)
            spoilt = _count(spoilt, facts.device)


def _times(eye: Eye) -> Iterator[float]:
    while True:
        yield eye.wait()


def _count(spoilt: int, device: str) -> int:
    if spoilt + 1 >= _NO_PICTURES:
        raise EyeError(f"Camera {device}: its pictures cannot be decoded.")
    return spoilt + 1


def _rate(stamps: list[float]) -> float:
    span = stamps[-1] - stamps[0]
    return round((len(stamps) - 1) / span, 1) if span > 0 else 0.0


def _say(channel: socket.socket, **message: Any) -> None:
    channel.send(json.dumps(message).encode())


def _heed(channel: socket.socket, free: "queue.SimpleQueue[int]") -> None:
    """Takes slots back; at the end of the other side, so ends this process, whatever it is at."""
    try:
        while freed := channel.recv(1):
            free.put(freed[0])
    except OSError:
        pass
    os._exit(0)


def _die_with(parent: int) -> None:
    """A process that hangs in a driver does not see its socket close: the kernel ends it."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_NAME, NAME.encode())
    if os.getppid() != parent:
        sys.exit(1)
