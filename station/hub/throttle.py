"""How often somebody may try: some tries at once, then waits that double up to a longest one.

Nothing is ever locked for good: who knows the password gets in after the longest wait, and from an
address where an account was used before, the tries of other addresses do not count. What is known
is kept in memory only, and of the latest `size` keys only.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class _Tries:
    count: int
    latest: float


class Throttle:
    """Tries counted by key. For one thread (the event loop's)."""

    def __init__(
        self,
        free: int,
        longest_s: float,
        *,
        size: int = 2000,
        forgotten_after_s: float = 3600.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._free, self._longest_s, self._size = free, longest_s, size
        self._forgotten_after_s, self._clock = forgotten_after_s, clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tries)

    def wait_s(self, key: str) -> int:
        """Whole seconds until the next try of `key` counts; 0 = it may come now."""
        tries = self._known(key)
        if tries is None or tries.count < self._free:
            return 0
        wait = min(self._longest_s, 2.0 ** min(tries.count - self._free, 30))
        return max(0, math.ceil(tries.latest + wait - self._clock()))

    def count(self, key: str) -> None:
        """A try of `key` begins. Counted before it is checked: trying at once wins nothing."""
        tries = self._known(key)
        self._tries[key] = _Tries(1 + (tries.count if tries else 0), self._clock())
        self._tries.move_to_end(key)
        while len(self._tries) > self._size:
            self._tries.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The latest try of `key` was a right one."""
        tries = self._known(key)
        if tries is not None:
            self._tries[key] = _Tries(max(0, tries.count - 1), tries.latest)

    def forget(self, key: str) -> None:
        """Nothing is held against `key` any longer."""
        self._tries.pop(key, None)

    def _known(self, key: str) -> _Tries | None:
        tries = self._tries.get(key)
        if tries and self._clock() - tries.latest > self._forgotten_after_s:
            del self._tries[key]
            return None
        return tries


class Gate:
    """Who may try to log in now.

    Each address has 20 tries before it waits, each account 10; waits double from a second to a
    minute, and an hour without a try forgets. A guesser gets one try a minute at the most; the
    account's owner, elsewhere, would wait with them, but for addresses where that account was
    used since the hub started: these have a count of their own. For one thread.
    """

    KNOWN = 2000

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._addresses = Throttle(20, 60.0, clock=clock)
        self._accounts = Throttle(10, 60.0, clock=clock)
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait_s(self, name: str, address: str) -> int:
        """Whole seconds that this try has to wait; 0 = it may come now."""
        waits = (self._addresses.wait_s(address), self._accounts.wait_s(self._key(name, address)))
        return max(waits)

    def begin(self, name: str, address: str) -> None:
        """A try begins: counted before it is checked, so that many at once win nothing."""
        self._addresses.count(address)
        self._accounts.count(self._key(name, address))

    def right(self, name: str, address: str) -> None:
        """It was right. An address keeps the wrong tries it had: logging in to an account of
        one's own between guesses clears nothing."""
        self._addresses.take_back(address)
        self._accounts.take_back(self._key(name, address))
        pair = _pair(name, address)
        self._known[pair] = None
        self._known.move_to_end(pair)
        while len(self._known) > self.KNOWN:
            self._known.popitem(last=False)
        self._accounts.forget(pair)

    def _key(self, name: str, address: str) -> str:
        pair = _pair(name, address)
        return pair if pair in self._known else name


def _pair(name: str, address: str) -> str:
    # No account has a blank in its name.
    return f"{name} {address}"
