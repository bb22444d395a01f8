"""Who may use the page: for managers."""

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from station.hub import passwords
from station.hub.access import Access, access_of, audit, route
from station.hub.accounts import Listed, RefusedError, named, role_named
from station.hub.rendering import language_of, render
from station.hub.wiring import Wiring
from station.hub.words import Gettext
from station.i18n import translator

ROLE_FIELDS = ("viewer", "manager")


@dataclass(frozen=True, slots=True)
class Handed:
    """A first password, to be shown once."""

    name: str
    password: str


def routes(_wiring: Wiring) -> list[Route]:
    """/users and what its forms do."""
    return [
        route("/users", _page, role="manager"),
        route("/users/add", _add, role="manager", methods=("POST",)),
        route("/users/change", _change, role="manager", methods=("POST",)),
    ]


async def _page(request: Request) -> Response:
    _ = _words(request)
    done = _done(_).get(request.query_params.get("done", ""))
    return await _shown(request, done=done)


async def _add(request: Request) -> Response:
    access, form, _ = access_of(request), await request.form(), _words(request)
    typed, role = str(form.get("name", "")), str(form.get("role", ""))
    name = named(typed)
    if name is None:
        return await _shown(request, error=bad_name(_), typed=typed, status=422)
    if role not in ROLE_FIELDS:
        return await _shown(request, error=_("Choose a role."), typed=typed, status=422)
    first = passwords.first()
    try:
        hash_ = await access.passwords.hash_soon(first)
        await run_in_threadpool(access.accounts.add, name, role_named(role), hash_, first=True)
    except RefusedError as error:
        return await _shown(request, error=_refusals(_)[error.why], typed=typed, status=409)
    except passwords.BusyError:
        return await _shown(request, error=_busy(_), typed=typed, status=503)
    await run_in_threadpool(audit, request, "user.added", f"{name}, {role}")
    return await _shown(request, handed=Handed(name, first))


async def _change(request: Request) -> Response:
    access, form, _ = access_of(request), await request.form(), _words(request)
    name, what = str(form.get("name", "")), str(form.get("do", ""))
    try:
        if what == "password":
            first = passwords.first()
            hash_ = await access.passwords.hash_soon(first)
            await run_in_threadpool(access.accounts.set_password, name, hash_, first=True)
            handed = Handed(name, first)
        elif not await run_in_threadpool(_do, access, name, what, str(form.get("role", ""))):
            return await _shown(request, error=_("There is no such change."), status=422)
        else:
            handed = None
    except RefusedError as error:
        return await _shown(request, error=_refusals(_)[error.why], status=409)
    except passwords.BusyError:
        return await _shown(request, error=_busy(_), status=503)
    detail = f"{name}, {form['role']}" if what == "role" else name
    await run_in_threadpool(audit, request, f"user.{what}", detail)
    access.look_again()
    if handed is None:
        return RedirectResponse(f"/users?done={what}", 303)
    if name == request.state.user.name:
        # This page's own login has just ended: it is the one that must be told, though.
        request.state.user = None
    return await _shown(request, handed=handed)


def _do(access: Access, name: str, what: str, role: str) -> bool:
    """Raises RefusedError; False = there is no such change."""
    if what == "role" and role in ROLE_FIELDS:
        access.accounts.set_role(name, role_named(role))
    elif what == "disable":
        access.accounts.disable(name)
    elif what == "enable":
        access.accounts.enable(name)
    elif what == "end":
        access.accounts.end_logins(name)
    else:
        return False
    return True


async def _shown(request: Request, *, status: int = 200, **context: Any) -> Response:
    access = access_of(request)
    listed: list[Listed] = await run_in_threadpool(access.accounts.listed)
    return render(
        request,
        "users.html",
        language=language_of(request, access.language),
        status=status,
        listed=listed,
        roles=roles(_words(request)),
        **{"error": None, "done": None, "handed": None, "typed": ""} | context,
    )


def roles(_: Gettext) -> dict[str, str]:
    """The roles in words."""
    return {"viewer": _("Viewer"), "manager": _("Manager")}


def bad_name(_: Gettext) -> str:
    """What a name must be like."""
    return _("A name has 1 to 32 letters, digits, dots or dashes, and no blanks.")


def _done(_: Gettext) -> dict[str, str]:
    return {
        "role": _("The role is changed; the account logs in again."),
        "disable": _("The account is switched off and logged out everywhere."),
        "enable": _("The account is switched on again."),
        "end": _("The account is logged out everywhere."),
    }


def _refusals(_: Gettext) -> dict[str, str]:
    return {
        "exists": _("There is an account of this name already."),
        "unknown": _("There is no account of this name."),
        "last_manager": _("This is the last manager. Make another one first."),
    }


def _busy(_: Gettext) -> str:
    return _("The hub is busy. Try again in a moment.")


def _words(request: Request) -> Gettext:
    return translator(language_of(request, access_of(request).language))
