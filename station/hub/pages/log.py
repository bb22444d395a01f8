"""What was done on the page, by whom and when: for managers, newest first."""

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from station.hub.access import access_of, route
from station.hub.accounts import LOG_KEPT, Entry
from station.hub.rendering import language_of, render
from station.hub.wiring import Wiring
from station.hub.words import Gettext, plain
from station.i18n import translator

ROWS = 50
_BEFORE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]{15}\+00:00)~([0-9a-f]{8})")


def routes(_wiring: Wiring) -> list[Route]:
    """/log, with `before` for older lines."""
    return [route("/log", _page, role="manager")]


async def _page(request: Request) -> Response:
    access = access_of(request)
    language = language_of(request, access.language)
    _ = translator(language)
    before = _BEFORE.fullmatch(request.query_params.get("before", ""))
    start = (before[1], before[2]) if before else None
    entries = await run_in_threadpool(access.accounts.log, ROWS + 1, start)
    shown, more = entries[:ROWS], len(entries) > ROWS
    return render(
        request,
        "log.html",
        language=language,
        rows=[
            {
                "at": entry.at.astimezone(),
                "who": entry.who or _("somebody"),
                "what": done(entry, _),
                "detail": entry.detail,
                "address": entry.address,
            }
            for entry in shown
        ],
        older=quote(_place(shown[-1])) if more else None,
        later=start is not None,
        days=LOG_KEPT.days,
    )


def done(entry: Entry, _: Gettext) -> str:
    """What was done, in words."""
    said = {
        "set_up": _("Set up this hub"),
        "set_up.failed": _("Wrong set-up code"),
        "login": _("Logged in"),
        "login.failed": _("Wrong name or password"),
        "login.refused": _("Was not let in"),
        "logout": _("Logged out"),
        "password.changed": _("Changed the own password"),
        "password.failed": _("Wrong old password"),
        "user.added": _("Added an account"),
        "user.role": _("Changed a role"),
        "user.disable": _("Switched an account off"),
        "user.enable": _("Switched an account on"),
        "user.end": _("Logged an account out everywhere"),
        "user.password": _("Gave a new first password"),
        "settings.changed": _("Changed settings"),
        "settings.reverted": _("Took settings back"),
        "station.code_made": _("Made a join code"),
        "station.named": _("Named a station"),
        "station.retired": _("Retired a station"),
        "station.back": _("Took a retired station back"),
        "station.revoked": _("Shut a station out"),
        "station.asked.identify": _("Had a station show its name"),
        "station.asked.restart": _("Had a station start again"),
        "station.asked.self-test": _("Had a station test itself"),
    }
    return said.get(entry.what) or plain(entry.what.replace(".", " "))


def _place(entry: Entry) -> str:
    return f"{entry.at.isoformat(timespec='microseconds')}~{entry.id}"
