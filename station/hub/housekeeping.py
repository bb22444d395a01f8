"""What the hub does for its store by itself, in steps so small that ingest hardly waits."""

import time

from station.hub.store import Clock, Store
from station.settings import HubSettings

SETTLE_S = 10.0
CLOSE_S = 1.0
SIMULATED_S = 5.0
PURGE_S = 3600.0
CLOSING_WAITS_S = 60.0
"""Stations that a hub was away from first send what they kept, so that it counts for its week."""
MORE_S = 0.05
"""Between two steps of what is done in many."""
BUSY = 20
"""Where one step of summing took a second, the next is so many seconds away at least."""


class Housekeeping:
    """Call `step` often; it does what is due. For one thread."""

    def __init__(self, hub: HubSettings, store: Store, now: Clock) -> None:
        self._hub, self._store, self._now = hub, store, now
        self._settle = self._close = self._simulated = self._purge = 0.0
        self._linked: float | None = None

    def step(self, *, linked: bool) -> bool:
        """Do what is due; True when a week was closed or summed. `linked`: stations are heard.

        Raises DatabaseError.
        """
        now = time.monotonic()
        if not linked:
            self._linked = None
        elif self._linked is None:
            self._linked = now
        if now >= self._settle:
            more = self._store.settle()
            self._settle = time.monotonic() + (MORE_S if more else SETTLE_S)
        changed = False
        if now >= self._close and self._may_close(now):
            self._close = now + CLOSE_S
            changed = self._store.close_weeks(self._now(), self._hub.k)
        if now >= self._simulated:
            changed |= self._store.sum_simulated(self._hub.k)
            done = time.monotonic()
            self._simulated = done + max(SIMULATED_S, BUSY * (done - now))
        if now >= self._purge:
            more = self._store.purge(self._now(), self._hub.raw_days)
            self._purge = time.monotonic() + (MORE_S if more else PURGE_S)
        return changed

    def _may_close(self, now: float) -> bool:
        return self._linked is not None and now - self._linked >= CLOSING_WAITS_S
