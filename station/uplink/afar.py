"""What is heard from the hub about this station during one connection: settings and requests."""

import logging
import uuid
from collections import deque
from dataclasses import dataclass
from time import monotonic

from pydantic import ValidationError

from station import __version__
from station.errors import StationError
from station.ledger import Ledger, boot_id, clock_state
from station.ledger.exchange import Ask, Exchange, KioskState
from station.messages import (
    COMMANDS,
    DESIRED,
    MAX_PAYLOAD,
    REPORTED,
    REQUEST,
    RESPONSE,
    Command,
    KioskFacts,
    Request,
    Response,
    SelfTest,
    topic,
)
from station.settings import Settings, first_problem
from station.uplink import home_assistant
from station.uplink.health import KIOSK_FRESH_S, network, wifi_dbm
from station.uplink.keeper import Keeper
from station.uplink.link import Link, Received
from station.uplink.words import Gettext

log = logging.getLogger(__name__)

KIOSK_ANSWERS_S = 3.0
"""The kiosk looks four times a second; whoever asked waits five."""
WAITING = 16
"""Requests that wait for the kiosk, at most; more are refused."""
MAX_CORRELATION = 256
"""Bytes of correlation data that are sent back."""


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    to: str
    correlation: bytes | None


class Afar:
    """Hears `cfg/desired` and `req/<cmd>`, says `cfg/reported` and `res/<cmd>`.

    Raises LinkDownError from whatever publishes.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, keeper: Keeper, link: Link, _: Gettext
    ) -> None:
        self._settings, self._ledger, self._keeper, self._link = settings, ledger, keeper, link
        self._ = _
        self._exchange = Exchange(settings)
        self._desired = self._own(DESIRED)
        self._requests = self._own(REQUEST) + "/"
        self._said: dict[int, str] = {}
        self._waiting: deque[_Asked] = deque()
        self._asking: tuple[_Asked, str, float] | None = None

    def subscribe(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The topics to hear, and those of them where a retained message must be told apart."""
        return (self._desired,), (f"{self._requests}+",)

    def introduce(self) -> None:
        """Say all that is retained of us here: a broker may have lost it."""
        self._report(self._keeper.report().model_dump_json())
        if self._settings.broker.home_assistant:
            name, payload = home_assistant.device(self._settings)
            self._publish(name, payload, retain=True)

    def received(self, message: Received) -> bool:
        """Take in a message; False = it is none of ours."""
        if message.topic == self._desired:
            self._keeper.desire(message.payload)
        elif message.topic.startswith(self._requests):
            self._requested(message)
        else:
            return False
        return True

    def confirmed(self, mid: int) -> str | None:
        """The topic of what the broker confirms, None = it is none of ours."""
        return self._said.pop(mid, None)

    def tend(self, problem: str | None) -> None:
        """Everything that is due; `problem`: what is wrong with the link."""
        self._keeper.tend()
        report = self._keeper.take_report()
        if report is not None:
            self._report(report.model_dump_json())
        self._ask_on(problem)

    def _requested(self, message: Received) -> None:
        _ = self._
        command = message.topic.removeprefix(self._requests)
        known = next((each for each in COMMANDS if each == command), None)
        if known is None:
            log.warning("Ignored a request that is not known, on %s.", message.topic[:200])
            return
        own = self._own(f"{RESPONSE}/{known}")
        if message.response not in (None, own):
            # A request must not make a station speak anywhere else.
            log.warning("Ignored a request %s whose answer would go elsewhere.", known)
            return
        asked = _Asked(known, own, (message.correlation or b"")[:MAX_CORRELATION] or None)
        if message.retained:
            log.warning("Ignored a retained request %s.", known)
            self._refuse(asked, _("A retained request is not answered: it would come again."))
            return
        try:
            if len(message.payload) > MAX_PAYLOAD:
                raise ValueError("it is too large")
            Request.model_validate_json(message.payload or b"{}")
        except ValidationError as error:
            log.warning("Ignored a request %s: %s.", known, first_problem(error)[:200])
            self._refuse(asked, _("The request does not fit the schema."))
        except ValueError as error:
            log.warning("Ignored a request %s: %s.", known, error)
            self._refuse(asked, _("The request does not fit the schema."))
        else:
            if len(self._waiting) >= WAITING:
                self._refuse(asked, _("Too many requests at once."))
            else:
                self._waiting.append(asked)

    def _ask_on(self, problem: str | None) -> None:
        """Go on with the request under way, or begin the next."""
        _ = self._
        if self._asking is not None:
            asked, id_, deadline = self._asking
            state = self._exchange.read_kiosk()
            if state is not None and state.answer is not None and state.answer.id == id_:
                found = state.answer.problem
                self._answer(asked, Response(ok=found is None, problem=found and found[:512]))
            elif monotonic() > deadline:
                self._refuse(asked, _("The kiosk does not answer."))
            else:
                return
            self._asking = None
        while self._waiting and self._asking is None:
            asked = self._waiting.popleft()
            if asked.command == "self-test":
                self._answer(asked, self._self_test(problem))
            else:
                self._ask_kiosk(asked)

    def _ask_kiosk(self, asked: _Asked) -> None:
        _ = self._
        state = self._exchange.read_kiosk()
        if state is None or (state.silent_s or 0.0) > KIOSK_FRESH_S:
            self._refuse(asked, _("The kiosk does not run."))
            return
        id_ = uuid.uuid4().hex
        ask = Ask.model_validate({"id": id_, "command": asked.command, "boot": boot_id()})
        try:
            self._exchange.write(self._exchange.ask, ask, durable=False)
        except OSError as error:
            why = error.strerror or str(error)
            self._refuse(asked, _("The kiosk cannot be asked ({why}).").format(why=why))
            return
        self._asking = (asked, id_, monotonic() + KIOSK_ANSWERS_S)

    def _self_test(self, problem: str | None) -> Response:
        _ = self._
        depth: int | None = None
        trouble: str | None = None
        writable = False
        try:
            depth = self._ledger.depth()
            # A real write, of what is so anyway.
            self._ledger.note_link(
                connected=True, problem=problem, network=network(), wifi_dbm=wifi_dbm()
            )
            writable = True
        except StationError as error:
            trouble = str(error)
        kiosk = _facts(self._exchange.read_kiosk())
        if trouble is None and kiosk is None:
            trouble = _("The kiosk does not run.")
        facts = SelfTest(
            version=__version__,
            ledger_writable=writable,
            outbox_depth=depth,
            clock=clock_state(),
            kiosk=kiosk,
        )
        return Response(ok=trouble is None, problem=trouble and trouble[:512], facts=facts)

    def _refuse(self, asked: _Asked, problem: str) -> None:
        self._answer(asked, Response(ok=False, problem=problem[:512]))

    def _answer(self, asked: _Asked, response: Response) -> None:
        payload = response.model_dump_json(exclude_none=True).encode()
        self._publish(asked.to, payload, retain=False, correlation=asked.correlation)

    def _report(self, payload: str) -> None:
        self._publish(self._own(REPORTED), payload.encode(), retain=True)

    def _publish(
        self, name: str, payload: bytes, *, retain: bool, correlation: bytes | None = None
    ) -> None:
        mid = self._link.publish(name, payload, qos=1, retain=retain, correlation=correlation)
        self._said[mid] = name

    def _own(self, leaf: str) -> str:
        return topic(self._settings.station.id, leaf)


def _facts(state: KioskState | None) -> KioskFacts | None:
    if state is None or state.silent_s is None or state.silent_s > KIOSK_FRESH_S:
        return None
    return KioskFacts(
        said_s=round(state.silent_s, 1),
        settings=state.version,
        camera=state.camera,
        occupied=state.occupied,
        fps=state.fps,
        inference_ms=state.inference_ms,
    )
