"""Which sessions are on their way, and when to try again. Pure: time is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from station.ledger import Position


@dataclass
class Window:
    """At most `size` sessions between the ledger and the hub's ack. Times are in seconds.

    A session leaves the window when the hub acknowledges it. One that is not acknowledged within
    `ack_timeout_s` although others are, waits alone (the hub may not take it, and must not hold
    up the rest); when none is, everything pauses. Waits double up to `longest_wait_s`.
    """

    size: int
    ack_timeout_s: float
    longest_wait_s: float
    after: Position | None = None
    """Read on from here; None = from the oldest."""
    _sent: dict[str, float] = field(default_factory=dict)
    _unconfirmed: dict[int, str] = field(default_factory=dict)
    _alone: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Session id → (time of the next try, wait after that)."""
    _last_ack: float = float("-inf")
    _paused_until: float = float("-inf")
    _pause_s: float = 0.0

    def room(self, now: float) -> int:
        """How many more may be sent now."""
        if self.paused(now):
            return 0
        return self.size - len(self._sent.keys() | set(self._unconfirmed.values()))

    def paused(self, now: float) -> bool:
        """Whether nothing is to be sent for a while."""
        return now < self._paused_until

    def wants(self, session: str, now: float) -> bool:
        """Whether this one is to be sent: not on its way, not waiting alone."""
        return session not in self._sent and self._alone.get(session, (now, 0.0))[0] <= now

    def sent(self, session: str, mid: int, now: float) -> None:
        """It went out as packet `mid`."""
        self._sent[session] = now
        self._unconfirmed[mid] = session

    def confirmed(self, mid: int) -> str | None:
        """The broker has packet `mid`; returns the session in it, None when it held none."""
        return self._unconfirmed.pop(mid, None)

    def acknowledged(self, sessions: Iterable[str], now: float) -> None:
        """The hub has these."""
        for session in sessions:
            if self._sent.pop(session, None) is not None:
                self._last_ack = now
                self._pause_s = 0.0
            self._alone.pop(session, None)

    def unconfirmed(self) -> bool:
        """Whether the broker still owes a PUBACK."""
        return bool(self._unconfirmed)

    def overdue(self, now: float) -> bool:
        """Deals with sessions not acknowledged in time; True when that paused everything."""
        late = [name for name, since in self._sent.items() if now - since >= self.ack_timeout_s]
        if late and self._last_ack < min(self._sent[name] for name in late):
            self.pause(now)
            return True
        for name in late:
            del self._sent[name]
            wait = min(self.longest_wait_s, self._alone.get(name, (0.0, self.ack_timeout_s))[1])
            self._alone[name] = (now + wait, 2 * wait)
        if any(at <= now and name not in self._sent for name, (at, _) in self._alone.items()):
            self.after = None
        return False

    def pause(self, now: float) -> None:
        """Send nothing for a while, twice as long as last time, then all of it again."""
        self._pause_s = min(self.longest_wait_s, self._pause_s * 2 or self.ack_timeout_s)
        self._paused_until = now + self._pause_s
        self.rewind()

    def resume(self) -> None:
        """There is reason to think that the hub listens now: no more waiting."""
        self._paused_until = float("-inf")
        self._alone.clear()
        self.rewind()

    def rewind(self) -> None:
        """Count nothing as on its way, start again from the oldest."""
        self._sent.clear()
        self.after = None
