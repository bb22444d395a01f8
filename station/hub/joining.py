"""Taking a new station into the gym: a code made here, and the one request that uses it.

How the two come to trust each other is told in `station.join_code`.
"""

import json
import logging
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from station import atomic, join_code
from station.errors import StationError
from station.hub.access import route
from station.hub.broker_users import HUB, BrokerUsers, locked
from station.settings import Settings

log = logging.getLogger(__name__)

LASTS_S = 600.0
TRIES = 10
"""Wrong requests after which a code is void."""
LARGEST_BODY = 4096
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class RefusedError(Exception):
    """The one who asks has not proven to know a code that is good now."""


@dataclass(frozen=True, slots=True)
class _Invitation:
    """What is kept of a code. `until_s` since the boot named: no clock on the wall is trusted."""

    station: str
    key: str
    boot: str
    until_s: float
    wrong: int


class Joining:
    """At most one code at a time; a new one makes the one before void.

    Kept in a file for its owner only, so that `station hub join-code` and the running hub share
    it. Methods raise StationError when that file or the broker's folder cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.hub.broker_dir is None:
            raise StationError(
                "hub.broker_dir is not set: deploy/broker/set-up.sh sets up the gym's broker "
                "and says what to write into the hub's settings."
            )
        self.users = BrokerUsers(settings.hub.broker_dir)
        self._hub = settings.hub
        self._file = settings.station.data_dir / "joining.json"

    def invite(self, station: str) -> str:
        """A code by which a station may join as `station`, for LASTS_S seconds."""
        if station == HUB:
            raise StationError(f"No station can have the name {HUB!r}: it is the hub's own.")
        _ = self.users.authority, self.users.stations()
        code = join_code.new()
        key = join_code.key_of(code).hex()
        with self._locked():
            self._keep(_Invitation(station, key, _boot(), _now() + LASTS_S, 0))
        log.info("A code for %s was made; it is good for %.0f minutes.", station, LASTS_S / 60)
        return code

    def waiting(self) -> tuple[str, float] | None:
        """The station whose code is good now, and for how many seconds yet."""
        with self._locked():
            invitation = self._read()
        return None if invitation is None else (invitation.station, invitation.until_s - _now())

    def free_name(self) -> str:
        """The first of station-1, station-2, … that has not joined."""
        taken = set(self.users.stations())
        return next(name for n in range(1, 10_000) if (name := f"station-{n}") not in taken)

    def take_in(self, question: join_code.Ask, asker: str) -> join_code.Answer:
        """Enter the station and say how it connects. Raises RefusedError, counted."""
        with self._locked():
            invitation = self._read()
            if invitation is None:
                raise RefusedError
            # Counted before it is checked: ending this program wins no try.
            self._keep(_Invitation(**{**asdict(invitation), "wrong": invitation.wrong + 1}))
            key = bytes.fromhex(invitation.key)
            if not join_code.asked_rightly(key, question):
                left = TRIES - invitation.wrong - 1
                log.warning("A wrong code came from %s; %d more make it void.", asker, left)
                raise RefusedError
            said = join_code.answer(
                key,
                question,
                station=invitation.station,
                host=self._hub.stations_host or None,
                port=self._hub.stations_port,
                ca=self.users.authority,
            )
            self.users.enter(invitation.station, question.password_hash)
            self._file.unlink(missing_ok=True)
        told = self.users.reload()
        log.info(
            "%s has joined from %s%s.",
            invitation.station,
            asker,
            "" if told else "; the broker does not run, and lets it in when it does",
        )
        return said

    def _read(self) -> _Invitation | None:
        """The invitation that is good now."""
        try:
            kept = _Invitation(**json.loads(self._file.read_text(encoding="ascii")))
            good = kept.boot == _boot() and _now() < kept.until_s and kept.wrong < TRIES
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            log.warning("%s: %s; taken for no code.", self._file, error)
            return None
        if not good:
            self._file.unlink(missing_ok=True)
        return kept if good else None

    def _keep(self, invitation: _Invitation) -> None:
        try:
            atomic.write_text(self._file, json.dumps(asdict(invitation)), mode=0o600)
        except OSError as error:
            raise StationError(f"{self._file}: cannot be written ({error.strerror}).") from error

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._file.with_suffix(".lock"))


def routes(settings: Settings) -> list[Route]:
    """POST /join, where stations can join at all."""
    if settings.hub.broker_dir is None:
        return []
    joining = Joining(settings)

    async def join(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                return _problem(413, "too large")
        try:
            question = join_code.Ask.model_validate_json(body)
        except ValidationError:
            return _problem(400, "not a question of `station join`")
        asker = request.client.host if request.client else "?"
        try:
            said = await run_in_threadpool(joining.take_in, question, asker)
        except RefusedError:
            return _problem(403, "no such code")
        except StationError as error:
            log.error("%s", error)
            return _problem(503, "the hub cannot take stations in; its log says why")
        return JSONResponse(said.model_dump())

    return [route("/join", join, role=None, methods=("POST",), proven=True)]


def _problem(status: int, problem: str) -> Response:
    return JSONResponse({"problem": problem}, status_code=status)


def _now() -> float:
    """Seconds since boot, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
