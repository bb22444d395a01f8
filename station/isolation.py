"""Leaving the network: the process that sees people must not be able to tell anybody.

`leave_network` moves this process into a user and network namespace of its own, which holds
nothing but a loopback interface that is down. Sockets in the file system (the display, the
ledger) go on working. It needs a process with a single thread, so it comes first in a command:
numpy, OpenCV, Kivy and MediaPipe all start threads when they are imported.
"""

import ctypes
import logging
import os
import socket
import sys
from pathlib import Path

from station.errors import StationError

log = logging.getLogger(__name__)

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
"""linux/sched.h; Python has them by name from 3.12 on."""

_DISCARD = "http://127.0.0.1:9"
"""The discard port: nobody listens there, so that a proxied connection fails at once."""

_KERNEL_FALLBACKS = frozenset(
    ["tunl0", "gre0", "gretap0", "erspan0", "sit0", "ip_vti0", "ip6tnl0", "ip6gre0", "ip6_vti0"]
)
"""Tunnel ends that the kernel puts into every new namespace when their modules are loaded; they
have no peer and no link below them, so nothing can leave through them."""


def leave_network() -> None:
    """Cut this process and its children off from every network, for good.

    Raises StationError when the system refuses, unless there was no network to leave (a systemd
    unit with PrivateNetwork=yes).
    """
    block_metrics()
    uid, gid = os.getuid(), os.getgid()
    try:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError as error:
        if network_reachable():
            raise StationError(
                f"Cannot leave the network ({_reason(error)}); allow user namespaces on this "
                "machine, or accept a kiosk with a network by --allow-network."
            ) from error
    if network_reachable():
        raise StationError(
            "Cannot leave the network: interfaces "
            f"{', '.join(interfaces())} remain; accept this by --allow-network."
        )


def leave_network_if_possible() -> bool:
    """For commands that read files: leave the network, or else only block MediaPipe's metrics.

    Returns whether the network is gone.
    """
    try:
        leave_network()
    except StationError as error:
        log.debug("%s", error)
        return False
    return True


def network_reachable() -> bool:
    """Whether a socket opened now could ever reach another machine.

    True as soon as this namespace holds any interface but loopback, even one that is down: a
    Wi-Fi that is off now may come up later.
    """
    return bool(interfaces())


def interfaces() -> list[str]:
    """Interfaces of this process's network namespace that lead somewhere else."""
    return [
        name for _, name in socket.if_nameindex() if name != "lo" and name not in _KERNEL_FALLBACKS
    ]


def block_metrics() -> None:
    """Send HTTPS by way of a proxy that is not there.

    MediaPipe (since 0.10.35) reports usage to its maker and has no switch for it, but it honours
    these variables if they are set before a task is created.
    """
    os.environ.update({"https_proxy": _DISCARD, "HTTPS_PROXY": _DISCARD})
    os.environ.pop("no_proxy", None)
    os.environ.pop("NO_PROXY", None)


def _unshare(flags: int) -> None:
    if sys.version_info >= (3, 12):
        os.unshare(flags)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _reason(error: OSError) -> str:
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        return f"the process already has {threads} threads"
    return error.strerror or str(error)
