"""Feeds systemd's watchdog, from real progress only."""

from time import monotonic

from station.notify import notify, watchdog_s


class Watchdog:
    """Fed by whoever has just got something done; no thread or timer feeds it.

    Progress is a turn in which the connection was served and the ledger looked at, or an attempt
    to connect that ended in one of the ways that are understood. An error of the uplink's own is
    none, and a call that never returns brings none: then systemd starts the uplink anew.
    """

    def __init__(self) -> None:
        allowed = watchdog_s()
        self._every_s = None if allowed is None else allowed / 4
        self._due = 0.0

    def ready(self) -> None:
        """The program serves; with or without a broker, since a gym may be offline for days."""
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
