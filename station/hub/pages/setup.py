"""The page *Set-up*: which stations there are, what they are called, and who may connect."""

import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from station import join_code
from station.errors import StationError
from station.hub import fleet, replies, roster, standing
from station.hub.access import audit, route
from station.hub.asking import ask
from station.hub.fleet import Fleet
from station.hub.forms import Messages, filled_in, see_other
from station.hub.joining import Joining
from station.hub.rendering import language_of, render
from station.hub.roster import Roster
from station.hub.wiring import Wiring
from station.hub.words import Gettext
from station.i18n import translator
from station.messages import Command

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ID = re.compile(r"[a-z0-9-]{1,32}")
ASK_S = 5.0
CODES = 20
"""Codes that can still be shown; only the newest can be good."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A code while it is shown. `before` is the broker's mark of the station when it was made."""

    station: str
    code: str
    before: str | None


def routes(wiring: Wiring) -> list[Route]:
    """For managers only."""
    page = _SetUp(wiring)
    changes = {
        "code": page.make_code,
        "name": page.name,
        "retire": page.retire,
        "back": page.back,
        "revoke": page.revoke,
        "ask": page.ask,
    }
    return [
        route("/setup", page.all, role="manager"),
        route("/setup/station", page.one, role="manager"),
        route("/setup/code", page.code, role="manager"),
        route("/setup/code.json", page.code_now, role="manager"),
        *(
            route(f"/setup/{name}", endpoint, role="manager", methods=("POST",))
            for name, endpoint in changes.items()
        ),
    ]


class _SetUp:
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._roster = Roster(wiring.database)
        self._messages = Messages()
        self._made: OrderedDict[str, _Made] = OrderedDict()
        joins = wiring.settings.hub.broker_dir is not None
        self._joining = Joining(wiring.settings) if joins else None

    def _language(self, request: Request) -> str:
        return language_of(request, self._wiring.settings.station.language)

    async def all(self, request: Request) -> Response:
        return await run_in_threadpool(self._all, request)

    async def one(self, request: Request) -> Response:
        return await run_in_threadpool(self._one, request)

    async def code(self, request: Request) -> Response:
        return await run_in_threadpool(self._code, request)

    async def code_now(self, request: Request) -> Response:
        return await run_in_threadpool(self._code_now, request)

    async def make_code(self, request: Request) -> Response:
        return await run_in_threadpool(self._make_code, request, await filled_in(request))

    async def name(self, request: Request) -> Response:
        return await run_in_threadpool(self._name, request, await filled_in(request))

    async def retire(self, request: Request) -> Response:
        return await run_in_threadpool(self._retire, request, await filled_in(request))

    async def back(self, request: Request) -> Response:
        return await run_in_threadpool(self._back, request, await filled_in(request))

    async def revoke(self, request: Request) -> Response:
        return await run_in_threadpool(self._revoke, request, await filled_in(request))

    async def ask(self, request: Request) -> Response:
        return await run_in_threadpool(self._ask, request, await filled_in(request))

    def _all(self, request: Request) -> Response:
        language = self._language(request)
        _ = translator(language)
        known = fleet.known(self._wiring)
        joined, problem = self._joined()
        ids = sorted({*known.ids, *(joined or ())}, key=known.label)
        told = [self._told(station, known, joined, _) for station in ids]
        return render(
            request,
            "setup.html",
            language=language,
            said=self._messages.of(request),
            joining=self._joining is not None,
            problem=problem,
            free=self._free_name(),
            unreachable=self._wiring.settings.hub.bind in LOOPBACK,
            bind=self._wiring.settings.hub.bind,
            used=[each for each in told if not each["retired"]],
            retired=[each for each in told if each["retired"]],
        )

    def _one(self, request: Request) -> Response:
        language = self._language(request)
        _ = translator(language)
        known = fleet.known(self._wiring)
        joined, problem = self._joined()
        station = request.query_params.get("id", "")
        if station not in known.rows and station not in (joined or ()):
            return see_other("/setup")
        return render(
            request,
            "setup_station.html",
            language=language,
            said=self._messages.of(request),
            joining=self._joining is not None,
            problem=problem,
            station=self._told(station, known, joined, _),
            groups=list(roster.groups(known.notes)),
            longest=roster.LONGEST,
        )

    def _told(
        self, station: str, known: Fleet, joined: list[str] | None, _: Gettext
    ) -> dict[str, Any]:
        """A station as both pages show it."""
        now = self._wiring.now()
        row, note = known.rows.get(station), known.notes.get(station, roster.Note())
        shut_out = joined is not None and station not in joined
        if shut_out:
            level, word, sentence = (
                "amber",
                _("Not joined"),
                _("The broker does not let it in: it has not joined, or was shut out."),
            )
        elif row is None:
            level, word, sentence = (
                "amber",
                _("Not heard of"),
                _("It has joined, but its uplink has not connected yet."),
            )
        else:
            linked = self._wiring.link().state == "connected"
            how = standing.of_station(row, linked, now, _)
            level, word, sentence = how.level, how.word, how.sentence
        info = row.info if row else None
        again = note.retired is not None and row is not None and row.heard > note.retired
        return {
            "id": station,
            "label": known.label(station),
            "named": note.label or "",
            "group": note.group or "",
            "gym": (row.gym if row else None) or "",
            "version": info.version if info else "",
            "heard": _when(row.heard) if row else "",
            "level": level,
            "word": word,
            "sentence": sentence,
            "joined": not shut_out and joined is not None,
            "retired": _when(note.retired) if note.retired else "",
            "again": _when(row.heard) if again and row else "",
        }

    def _make_code(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station = form.get("id", "").strip()
        back = _back_to(form, station)
        if ID.fullmatch(station) is None:
            return self._say(
                back,
                "error",
                _("A station's name is made of small letters a to z, digits and -, at most 32."),
            )
        if self._joining is None:
            return see_other("/setup")
        try:
            before = self._joining.users.mark(station)
            code = self._joining.invite(station)
        except StationError as error:
            return self._say(back, "error", str(error))
        name = secrets.token_urlsafe(16)
        self._made[name] = _Made(station, code, before)
        while len(self._made) > CODES:
            self._made.popitem(last=False)
        audit(request, "station.code_made", station)
        return see_other("/setup/code", t=name)

    def _code(self, request: Request) -> Response:
        language = self._language(request)
        made = self._made.get(request.query_params.get("t", ""))
        if made is None:
            _ = translator(language)
            message = _("That code can no longer be shown. Make another.")
            return self._say({}, "error", message)
        return render(
            request,
            "setup_code.html",
            language=language,
            t=request.query_params["t"],
            station=made.station,
            label=fleet.known(self._wiring).label(made.station),
            code=join_code.shown(made.code),
            again=made.before is not None,
            address=self._address(request),
            unreachable=self._wiring.settings.hub.bind in LOOPBACK,
            bind=self._wiring.settings.hub.bind,
            now=self._state(made, translator(language)),
        )

    def _code_now(self, request: Request) -> Response:
        made = self._made.get(request.query_params.get("t", ""))
        if made is None:
            return JSONResponse({"problem": "no such code"}, status_code=404)
        return JSONResponse(self._state(made, translator(self._language(request))))

    def _state(self, made: _Made, _: Gettext) -> dict[str, Any]:
        """How it stands with a code."""
        assert self._joining is not None
        waiting = self._joining.waiting()
        mark = self._joining.users.mark(made.station)
        if mark is not None and mark != made.before:
            sentence = _("{station} has joined. It appears under Now when its uplink is started.")
            return {
                "state": "joined",
                "left_s": 0,
                "sentence": sentence.format(station=made.station),
            }
        newest = next(reversed(self._made.values()))
        if waiting is None or waiting[0] != made.station or newest is not made:
            sentence = _(
                "This code is void: its time is up, it was guessed at, or there is a newer "
                "one. Make another."
            )
            return {"state": "void", "left_s": 0, "sentence": sentence}
        minutes, seconds = divmod(int(waiting[1]), 60)
        sentence = _("Good for another {left} minutes and one station.")
        return {
            "state": "waiting",
            "left_s": int(waiting[1]),
            "sentence": sentence.format(left=f"{minutes}:{seconds:02d}"),
        }

    def _name(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station = form.get("id", "")
        back = {"id": station}
        if not self._exists(station):
            return see_other("/setup")
        label, group = form.get("label", ""), form.get("group", "")
        try:
            self._roster.rename(station, "" if label.strip() == station else label)
            self._roster.group(station, group)
        except StationError:
            problem = _("A name has at most {n} letters, none of them invisible.")
            return self._say(back, "error", problem.format(n=roster.LONGEST))
        audit(request, "station.named", f"{station}: {label.strip()!r}, group {group.strip()!r}")
        self._wiring.live.touch()
        return self._say(back, "done", _("Saved."))

    def _retire(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station = form.get("id", "")
        if not self._exists(station):
            return see_other("/setup")
        self._roster.retire(station, self._wiring.now())
        audit(request, "station.retired", station)
        self._wiring.live.touch()
        sentence = _("{station} is retired: no longer under Now, and left out of changes for all.")
        return self._say({}, "done", sentence.format(station=station))

    def _back(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station = form.get("id", "")
        if not self._exists(station):
            return see_other("/setup")
        self._roster.retire(station, None)
        audit(request, "station.back", station)
        self._wiring.live.touch()
        return self._say({}, "done", _("{station} is in use again.").format(station=station))

    def _revoke(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station = form.get("id", "")
        back = {"id": station}
        if self._joining is None or not self._exists(station):
            return see_other("/setup")
        if form.get("typed", "").strip() != station:
            problem = _("Nothing was done: type {station} to confirm that you mean it.")
            return self._say(back, "error", problem.format(station=station))
        try:
            if not self._joining.users.remove(station):
                return self._say(back, "error", _("It has not joined, so it is out already."))
            told = self._joining.users.reload()
        except StationError as error:
            return self._say(back, "error", str(error))
        audit(request, "station.revoked", station)
        sentence = (
            _("{station} is shut out, and its connection is cut.")
            if told
            else _("{station} is shut out. The broker does not run; it will know when it starts.")
        )
        return self._say(back, "done", sentence.format(station=station))

    def _ask(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        station, asked = form.get("id", ""), form.get("command", "")
        command: Command | None = next((c for c in get_args(Command) if c == asked), None)
        if command is None or not self._exists(station):
            return see_other("/setup")
        back = _back_to(form, station)
        try:
            answer = ask(self._wiring.settings.broker, station, command, ASK_S)
        except StationError as error:
            return self._say(back, "error", str(error))
        audit(request, f"station.asked.{command}", station)
        label = fleet.known(self._wiring).label(station)
        done, sentence = replies.in_words(command, label, answer, _)
        return self._say(back, "done" if done else "error", sentence)

    def _say(self, back: dict[str, str], level: Any, text: str) -> Response:
        path = "/setup/station" if back else "/setup"
        return see_other(path, said=self._messages.keep(level, text), **back)

    def _exists(self, station: str) -> bool:
        return station in fleet.known(self._wiring).rows or station in (self._joined()[0] or ())

    def _joined(self) -> tuple[list[str] | None, str]:
        """Those that the broker lets in, None = not known here; and what is wrong."""
        if self._joining is None:
            return None, ""
        try:
            return self._joining.users.stations(), ""
        except StationError as error:
            return None, str(error)

    def _free_name(self) -> str:
        try:
            return self._joining.free_name() if self._joining else ""
        except StationError:
            return ""

    def _address(self, request: Request) -> str:
        """Where a station reaches this hub, as far as it is known here."""
        assert self._joining is not None
        hub = self._wiring.settings.hub
        host = self._joining.users.name or request.url.hostname
        return f"{request.url.scheme}://{host}:{request.url.port or hub.port}"


def _back_to(form: dict[str, str], station: str) -> dict[str, str]:
    """The query of the page that a form stands on: the station's own, else the list."""
    return {"id": station} if form.get("from") == "station" else {}


def _when(time: Any) -> str:
    return str(time.astimezone().strftime("%Y-%m-%d %H:%M"))
