"""What is said and heard during one connection to the broker."""

import logging
import uuid
from collections import deque
from collections.abc import Callable
from threading import Event
from time import monotonic

from pydantic import ValidationError

from station.errors import StationError
from station.i18n import translator
from station.ledger import Ledger, Pending, boot_id, clock_state
from station.messages import (
    ACK,
    HEALTH,
    HUB_STATUS,
    INFO,
    SESSION,
    STATUS,
    Ack,
    HubStatus,
    SessionEvent,
    Status,
    topic,
)
from station.settings import Settings, first_problem
from station.uplink import words
from station.uplink.afar import Afar
from station.uplink.health import health, info
from station.uplink.keeper import Keeper
from station.uplink.link import Confirmed, Connected, Link, LinkDownError, Received, Subscribed
from station.uplink.link import Event as LinkEvent
from station.uplink.pace import Pace
from station.uplink.window import Window

log = logging.getLogger(__name__)

NOBODY_LISTENS, REFUSED, NOT_AUTHORIZED = 0x10, 0x80, 0x87
"""PUBACK reason codes of MQTT v5: success without a subscriber, first failure, denied by ACL."""
SETTLE_S = 1.0
"""After subscribing: by then the broker has sent what it retains."""
FAREWELL_S = 2.0


class Connection:
    """Birth, retained facts, health, and the ledger's sessions until the hub has them."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        pace: Pace,
        report: Callable[[str | None], None],
        births: deque[str],
        keeper: Keeper,
    ) -> None:
        """Opens the connection; `report` is told what is wrong, None when all is well.

        `births` are those of this program's latest connections; this one's is added.

        Raises LinkDownError, and StationError for a password file or CA that cannot be used.
        """
        self._settings = settings
        self._ledger = ledger
        self._pace = pace
        self._report = report
        self._ = translator(settings.station.language)
        self._status_topic, self._session_topic, self._ack_topic = (
            topic(settings.station.id, leaf) for leaf in (STATUS, SESSION, ACK)
        )
        self._birth = uuid.uuid4().hex
        self._births = births
        self._window = Window(pace.in_flight, pace.ack_s, pace.ack_max_s)
        self._announced: dict[int, str] = {}
        self._hub: HubStatus | None = None
        self._taken: list[str] = []
        self._kept: set[str] = set()
        self._openings = ledger.openings
        self._trouble: str | None = None
        self._rival: str | None = None
        self._began = self._health_due = monotonic()
        self._link = Link(settings, self._, self._status_topic, self._status("lost"))
        self._afar = Afar(settings, ledger, keeper, self._link, self._)

    def serve(self, stop: Event) -> None:
        """Serve until the connection ends (LinkDownError), or `stop` is set and all is said."""
        self._await_welcome()
        self._introduce()
        stop_by: float | None = None
        while True:
            for event in self._link.wait(self._pace.poll_s):
                self._handle(event)
            now = monotonic()
            try:
                self._tend(now)
            except StationError as error:
                # The ledger cannot be used just now; what the hub acknowledged it will again.
                self._report(str(error))
                stop.wait(self._pace.poll_s)
            if stop.is_set():
                stop_by = stop_by or now + self._pace.drain_s
                if now >= stop_by or not self._hands_over(now):
                    self._farewell()
                    return

    def close(self) -> None:
        """Leave the broker in good order if still connected."""
        self._link.close()

    def _await_welcome(self) -> None:
        deadline = monotonic() + self._pace.connack_s
        while monotonic() < deadline:
            if any(isinstance(event, Connected) for event in self._link.wait(self._pace.poll_s)):
                return
        raise LinkDownError(words.no_answer(self._, self._link.where))

    def _introduce(self) -> None:
        """Say all that is retained of us, each time: a broker may have lost it."""
        log.info("Connected to the broker at %s as %s.", self._link.where, self._link.user)
        # Our status as retained so far is read before it is written over: see _on_status.
        own, requests = self._afar.subscribe()
        self._link.subscribe(
            self._ack_topic, HUB_STATUS, self._status_topic, *own, requests=requests
        )
        self._announce(STATUS, self._status("ready"))
        self._announce(INFO, info(self._settings).model_dump_json().encode())
        self._afar.introduce()
        self._births.append(self._birth)
        self._began = monotonic()

    def _announce(self, leaf: str, payload: bytes) -> None:
        name = topic(self._settings.station.id, leaf)
        self._announced[self._link.publish(name, payload, qos=1, retain=True)] = name

    def _status(self, state: str) -> bytes:
        status = Status.model_validate({"state": state, "boot": boot_id(), "birth": self._birth})
        return status.model_dump_json().encode()

    def _handle(self, event: LinkEvent) -> None:
        if isinstance(event, Confirmed):
            self._on_confirmed(event)
        elif isinstance(event, Received):
            self._on_received(event)
        elif isinstance(event, Subscribed) and event.refused:
            raise LinkDownError(words.not_allowed(self._, self._link.user, self._ack_topic))

    def _on_confirmed(self, event: Confirmed) -> None:
        if (afar := self._afar.confirmed(event.mid)) is not None:
            if event.code >= REFUSED:
                # Sessions go on all the same.
                self._trouble = (
                    words.not_allowed(self._, self._link.user, afar)
                    if event.code == NOT_AUTHORIZED
                    else words.refused(self._, afar, event.reason)
                )
            return
        session = self._window.confirmed(event.mid)
        name = self._announced.pop(event.mid, self._session_topic)
        if event.code == NOT_AUTHORIZED:
            self._hold(words.not_allowed(self._, self._link.user, name))
        elif event.code >= REFUSED:
            self._hold(words.refused(self._, name, event.reason))
        elif event.code == NOBODY_LISTENS and session is not None:
            self._hold(words.nobody_listens(self._))

    def _hold(self, trouble: str) -> None:
        now = monotonic()
        if not self._window.paused(now):
            self._window.pause(now)
        self._trouble = trouble

    def _on_received(self, message: Received) -> None:
        if self._afar.received(message):
            return
        try:
            if message.topic == self._ack_topic:
                self._taken += Ack.model_validate_json(message.payload).ids
            elif message.topic == HUB_STATUS:
                self._on_hub(HubStatus.model_validate_json(message.payload))
            else:
                self._on_status(Status.model_validate_json(message.payload), message.retained)
        except ValidationError as error:
            log.warning("Ignored a message on %s: %s.", message.topic, first_problem(error))

    def _on_status(self, status: Status, retained: bool) -> None:
        if retained:
            # We have said `ready` before, so who but another program spoke after us? Brokers
            # need not tell whom they disconnect in favour of a newcomer.
            if len(self._births) > 1 and status.birth not in self._births:
                self._rival = words.taken_over(self._, self._link.user)
        elif status.birth != self._birth:
            # An earlier connection's will came late and took our place among the retained.
            self._announce(STATUS, self._status("ready"))

    def _on_hub(self, hub: HubStatus) -> None:
        log.info("The hub is %s.", hub.state)
        self._hub = hub
        self._trouble = None
        if hub.state == "online":
            self._window.resume()
        else:
            self._window.rewind()

    def _hub_online(self) -> bool:
        return self._hub is not None and self._hub.state == "online"

    def _tend(self, now: float) -> None:
        """Everything that is due. Raises StationError when the ledger cannot be used."""
        self._afar.tend(self._situation(now))
        self._settle_acks(now)
        if now >= self._health_due:
            self._correct_hours()
        if self._window.overdue(now):
            if self._window.unconfirmed():
                raise LinkDownError(words.unconfirmed(self._, self._link.where))
            self._trouble = words.hub_silent(self._)
        if self._hub_online():
            self._send(now)
        if now >= self._health_due:
            self._health_due = now + self._pace.health_s
            self._link.publish(
                topic(self._settings.station.id, HEALTH),
                health(self._settings, self._ledger).model_dump_json().encode(),
                qos=0,
                retain=True,
                expiry_s=self._pace.health_expiry_s,
            )
        self._report(self._situation(now))

    def _correct_hours(self) -> None:
        """Once in a while; nothing waits for it, since a gym may never see a time service."""
        if clock_state() == "synced" and (corrected := self._ledger.correct_hours()):
            log.info("The clock is right now, and with it the hours of %d sessions.", corrected)

    def _settle_acks(self, now: float) -> None:
        taken, self._taken = self._taken, []
        if not taken:
            return
        deleted = self._ledger.acknowledge(taken)
        self._window.acknowledged(taken, now)
        self._trouble = None
        log.info("The hub has %d more of our sessions.", deleted)

    def _send(self, now: float) -> None:
        while (room := self._window.room(now)) > 0:
            rows = self._ledger.pending(room, self._window.after)
            if self._ledger.openings != self._openings:
                # Perhaps a new file, its positions from the start again: nothing may be passed by.
                self._openings, self._window.after = self._ledger.openings, None
                continue
            for row in rows:
                self._window.after = row.position
                if self._window.wants(row.id, now) and self._fit(row):
                    payload = row.event.encode()
                    mid = self._link.publish(self._session_topic, payload, qos=1, retain=False)
                    self._window.sent(row.id, mid, now)
            if len(rows) < room:
                return

    def _fit(self, row: Pending) -> bool:
        """Whether the broker will take it: an oversize packet would cost us the connection."""
        size = len(row.event.encode())
        try:
            SessionEvent.model_validate_json(row.event)
        except ValidationError as error:
            problem = words.not_valid(self._, row.id, first_problem(error))
        else:
            if size <= self._link.max_payload:
                return True
            problem = words.too_large(self._, row.id, size, self._link.max_payload)
        if row.id not in self._kept:
            self._kept.add(row.id)
            log.error("%s", problem)
        return False

    def _situation(self, now: float) -> str | None:
        """What is wrong, most important first."""
        if self._rival is not None:
            return self._rival
        if self._hub is not None and self._hub.state == "offline":
            return words.hub_away(self._)
        if self._trouble is None and self._hub is None and now - self._began > SETTLE_S:
            return words.no_hub(self._)
        return self._trouble

    def _hands_over(self, now: float) -> bool:
        """Whether waiting a little longer may still bring sessions to the hub."""
        if self._hub is None:
            return now - self._began < SETTLE_S
        try:
            waiting = self._ledger.depth() - len(self._kept)
        except StationError:
            return False
        return waiting > 0 and self._hub_online() and not self._window.paused(now)

    def _farewell(self) -> None:
        self._announce(STATUS, self._status("stopped"))
        deadline = monotonic() + FAREWELL_S
        while self._announced and monotonic() < deadline:
            for event in self._link.wait(self._pace.poll_s):
                self._handle(event)
