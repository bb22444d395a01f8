"""Tells systemd how a service is doing: sd_notify(3), where it was asked for."""

import os
import socket
from contextlib import suppress
from time import monotonic


def watchdog_s() -> float | None:
    """Seconds of silence after which systemd starts this process anew; None = never."""
    usec, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not usec.isdigit() or int(usec) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 1_000_000


def notify(state: str) -> None:
    """Say `READY=1`, `WATCHDOG=1` or `STOPPING=1`; nothing happens outside of systemd.

    Never raises and never waits: a service is not to suffer from who looks after it.
    """
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where.startswith(("/", "@")):
        return
    # An @ stands for the zero byte of Linux's abstract sockets, which have no file.
    address = "\0" + where[1:] if where[0] == "@" else where
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(state.encode(), address)


class Watchdog:
    """Fed by whoever has just got something done; no thread or timer feeds it.

    Uplink: a turn in which the connection was served and the ledger looked at, or an attempt to
    connect that ended in one of the ways that are understood. Kiosk: a tick of the screen while
    pictures and their poses come, or while it says what the camera lacks. An error of the
    program's own is no progress, and a call that never returns brings none: then systemd starts
    the program anew.
    """

    def __init__(self) -> None:
        allowed = watchdog_s()
        self._every_s = None if allowed is None else allowed / 4
        self._due = 0.0
        self._ready = False

    def ready(self) -> None:
        """The program serves, whatever it has to do without: said once."""
        if not self._ready:
            self._ready = True
            notify("READY=1")

    def fed(self) -> None:
        """Progress was made; systemd hears of it a few times in its span."""
        now = monotonic()
        if self._every_s is not None and now >= self._due:
            self._due = now + self._every_s
            notify("WATCHDOG=1")

    def stopping(self) -> None:
        """The program was told to end."""
        notify("STOPPING=1")
