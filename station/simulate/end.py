"""One simulated station's end of the line: says who it is and hands over its sets, as an uplink
does: each is kept and sent again until the hub's `ack` names it."""

import random
import selectors
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime
from time import monotonic

from pydantic import ValidationError

from station.errors import StationError
from station.messages import (
    ACK,
    HEALTH,
    HUB_STATUS,
    INFO,
    SESSION,
    STATUS,
    Ack,
    SessionEvent,
    Status,
    topic,
)
from station.settings import BrokerSettings
from station.simulate import condition, days
from station.simulate.days import Done
from station.simulate.fleet import Fleet, Station
from station.simulate.scout import hub_online
from station.simulate.wire import NOT_AUTHORIZED, REFUSED, Wire, WireBrokenError

IN_FLIGHT = 20
ACK_S = 10.0
"""Not acknowledged for so long: sent again."""
HEALTH_S, HEALTH_EXPIRY_S = 60.0, 180
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 15.0


class End:
    """Used by one thread; `tend` it whenever something came, and now and then."""

    def __init__(
        self,
        fleet: Fleet,
        station: Station,
        first: date,
        last: date,
        broker: BrokerSettings,
        selector: selectors.BaseSelector,
    ) -> None:
        self.station = station
        self.done = self.sent = self.acknowledged = 0
        self.settled = True
        """The broker has confirmed all that we announced."""
        self._fleet, self._broker, self._selector = fleet, broker, selector
        self._ahead: Iterator[Done] = days.history(fleet, station, first, last)
        self._next = next(self._ahead)
        self._outbox: deque[tuple[str, bytes]] = deque()
        self._on_way: dict[str, tuple[bytes, float]] = {}
        self._waits_since: float | None = None
        self._wire: Wire | None = None
        self._ready = self._hub = False
        self._announced: set[int] = set()
        self._birth = ""
        self._retry_at = self._health_due = 0.0
        self._failures = 0
        self._topics = {leaf: topic(station.id, leaf) for leaf in (ACK, SESSION, HEALTH)}
        self._dice = random.Random(station.id)

    @property
    def waiting(self) -> int:
        """Sets that the hub has not."""
        return len(self._outbox) + len(self._on_way)

    @property
    def late(self) -> bool:
        """The next set to come is one that the station cannot send yet."""
        return self._next.late

    def live_on(
        self, until: datetime, passing: Callable[[Done], SessionEvent] | None, limit: int
    ) -> bool:
        """Do the sets that end before `until`, while fewer than `limit` wait; True when no more is
        to be done. `passing` says them as of now."""
        while self._next.at < until:
            if self.waiting >= limit:
                return False
            event = passing(self._next) if passing else self._next.event
            if not self._outbox:
                self._waits_since = monotonic()
            self.done += 1
            self._outbox.append((event.id, event.model_dump_json().encode()))
            self._next = next(self._ahead)
        return True

    def skip(self, until: datetime) -> None:
        """Pass by what ended before."""
        while self._next.at < until:
            self._next = next(self._ahead)

    def connect(self) -> None:
        """Begin a connection; one that cannot be made is tried again later by `tend`."""
        self._birth = f"{self._dice.getrandbits(64):016x}"
        try:
            self._wire = Wire(
                self._broker,
                self._selector,
                self,
                client_id=f"hinge-{self.station.id}",
                topics=(self._topics[ACK], HUB_STATUS),
                will=(topic(self.station.id, STATUS), self._status("lost")),
            )
        except WireBrokenError:
            self._broken()

    def cut(self) -> None:
        """Lose the network; `connect` ends it."""
        if self._wire is not None:
            self._wire.cut()
        self._gone(float("inf"))

    @property
    def linked(self) -> bool:
        """Connected and introduced."""
        return self._ready

    def turn(self, mask: int) -> None:
        """The selector says that something can be read or written."""
        if self._wire is None:
            return
        try:
            self._wire.turn(mask)
        except WireBrokenError:
            self._broken()

    def tend(self, now: float) -> None:
        """Everything that is due at `now` (monotonic)."""
        try:
            if self._wire is None:
                if now >= self._retry_at:
                    self.connect()
                return
            self._send(self._wire, now)
        except WireBrokenError:
            self._broken()

    def look_after(self, now: float, time: datetime) -> None:
        """To be called about once a second: health, keep-alive, what was not acknowledged."""
        if self._wire is None:
            return
        try:
            self._wire.keep_alive()
            overdue = [id_ for id_, (_, since) in self._on_way.items() if now - since >= ACK_S]
            for id_ in reversed(overdue):
                self._outbox.appendleft((id_, self._on_way.pop(id_)[0]))
            if self._ready and now >= self._health_due:
                spread = 0.5 + self._dice.random() / 2 if self._health_due == 0.0 else 1.0
                self._health_due = now + HEALTH_S * spread
                self._say_health(self._wire, time)
        except WireBrokenError:
            self._broken()

    def say_stopped(self) -> None:
        """Say that it is switched off; `settled` when the broker has it."""
        if self._wire is not None and self._ready:
            try:
                self._announce(self._wire, STATUS, self._status("stopped"))
            except WireBrokenError:
                self._broken()

    def leave(self) -> None:
        """Leave the broker in order."""
        if self._wire is not None:
            self._wire.leave()
            self._wire = None

    def connected(self) -> None:
        assert self._wire is not None
        self._ready, self._failures = True, 0
        self._announce(self._wire, STATUS, self._status("ready"))
        self._announce(self._wire, INFO, condition.info(self.station).model_dump_json().encode())

    def heard(self, name: str, payload: bytes) -> None:
        if name == HUB_STATUS:
            self._hub = hub_online(payload)
            if not self._hub:
                self._rewind()
            return
        try:
            ids = Ack.model_validate_json(payload).ids
        except ValidationError:
            return
        for id_ in ids:
            self.acknowledged += self._on_way.pop(id_, None) is not None

    def confirmed(self, mid: int, code: int) -> None:
        if code == NOT_AUTHORIZED:
            raise StationError(
                f"The broker does not let {self.station.id} speak: simulate needs a broker without "
                "rights for each station."
            )
        if code >= REFUSED:
            raise StationError(f"The broker refuses what {self.station.id} says (code {code}).")
        self._announced.discard(mid)
        self.settled = not self._announced

    def _send(self, wire: Wire, now: float) -> None:
        if not (self._ready and self._hub):
            return
        while self._outbox and len(self._on_way) < IN_FLIGHT:
            id_, payload = self._outbox.popleft()
            wire.publish(self._topics[SESSION], payload)
            self._on_way[id_] = (payload, now)
            self.sent += 1

    def _say_health(self, wire: Wire, time: datetime) -> None:
        oldest = None
        if self.waiting and self._waits_since is not None:
            oldest = int(monotonic() - self._waits_since)
        said = condition.health(self._fleet, self.station, time, self.waiting, oldest)
        wire.publish(
            self._topics[HEALTH],
            said.model_dump_json().encode(),
            qos=0,
            retain=True,
            expiry_s=HEALTH_EXPIRY_S,
        )

    def _announce(self, wire: Wire, leaf: str, payload: bytes) -> None:
        mid = wire.publish(topic(self.station.id, leaf), payload, retain=True)
        self._announced.add(mid)
        self.settled = False

    def _status(self, state: str) -> bytes:
        boot = f"sim-{self._fleet.seed % 10**9}"
        status = Status.model_validate({"state": state, "boot": boot, "birth": self._birth})
        return status.model_dump_json().encode()

    def _broken(self) -> None:
        if self._wire is not None:
            self._wire.cut()
        self._failures += 1
        wait = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(self._failures, 8))
        self._gone(monotonic() + wait * self._dice.uniform(0.5, 1.0))

    def _gone(self, retry_at: float) -> None:
        self._wire, self._ready, self._hub, self.settled = None, False, False, True
        self._announced.clear()
        self._retry_at = retry_at
        self._rewind()

    def _rewind(self) -> None:
        """Count nothing as on its way."""
        for id_, (payload, _) in reversed(self._on_way.items()):
            self._outbox.appendleft((id_, payload))
        self._on_way.clear()
