"""Tells systemd how a service is doing: sd_notify(3), where it was asked for."""

import os
import socket
from contextlib import suppress


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
