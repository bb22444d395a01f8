"""Logging in and out, and the first set-up of a hub that has no account yet."""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from station.hub import passwords
from station.hub.access import access_of, address_of, own_place, route
from station.hub.accounts import Account, RefusedError, named
from station.hub.pages.users import bad_name
from station.hub.rendering import language_of, render
from station.hub.wiring import Wiring
from station.hub.words import Gettext
from station.i18n import translator

log = logging.getLogger(__name__)

BUSY_S = 3
SET_UP = " set-up"
"""Stands for an account in the gate; no account can have this name."""


def routes(_wiring: Wiring) -> list[Route]:
    """The pages before the login; /set-up leads away once there is an account."""
    return [
        route("/login", _login_page, role=None),
        route("/login", _log_in, role=None, methods=("POST",)),
        route("/logout", _log_out, role="viewer", methods=("POST",)),
        route("/set-up", _set_up_page, role=None),
        route("/set-up", _set_up, role=None, methods=("POST",)),
    ]


async def _login_page(request: Request) -> Response:
    access = access_of(request)
    if await access.login_of(request):
        return RedirectResponse(own_place(request.query_params.get("next", "/")), 303)
    if not await run_in_threadpool(access.accounts.any):
        return RedirectResponse("/set-up", 303)
    return _form(request, "login.html", next=own_place(request.query_params.get("next", "/")))


async def _log_in(request: Request) -> Response:
    access, address = access_of(request), address_of(request)
    form, _ = await request.form(), _words(request)
    typed, password = str(form.get("name", "")), str(form.get("password", ""))
    name = named(typed) or ""
    shown: dict[str, Any] = {"name": typed, "next": own_place(str(form.get("next", "/")))}
    if wait := access.gate.wait_s(name, address):
        return _form(request, "login.html", error=_too_often(wait, _), retry_s=wait, **shown)
    access.gate.begin(name, address)
    account = await run_in_threadpool(access.accounts.get, name)
    try:
        right = await access.passwords.right_soon(
            password[: passwords.LONGEST + 1], account.password_hash if account else None
        )
    except passwords.BusyError:
        return _form(request, "login.html", error=_busy(_), retry_s=BUSY_S, **shown)
    if not right or account is None:
        # A name that is none may be a password, typed into the wrong field.
        who = account.name if account else ""
        await run_in_threadpool(access.accounts.note, who, "login.failed", "", address)
        error = _("Name or password is wrong.")
        return _form(request, "login.html", error=error, status=401, **shown)
    access.gate.right(name, address)
    if refusal := _cannot(account, access.now(), _):
        await run_in_threadpool(access.accounts.note, name, "login.refused", "", address)
        return _form(request, "login.html", error=refusal, status=403, **shown)
    if access.passwords.outdated(account.password_hash):
        with suppress(passwords.BusyError):
            renewed = await access.passwords.hash_soon(password)
            await run_in_threadpool(
                access.accounts.renew_hash, name, account.password_hash, renewed
            )
    await run_in_threadpool(access.accounts.note, name, "login", "", address)
    return await access.let_in(request, RedirectResponse(shown["next"], 303), name)


async def _log_out(request: Request) -> Response:
    access = access_of(request)
    await run_in_threadpool(
        access.accounts.note, request.state.user.name, "logout", "", address_of(request)
    )
    return await access.let_out(request, RedirectResponse("/login", 303))


async def _set_up_page(request: Request) -> Response:
    access = access_of(request)
    if await run_in_threadpool(access.accounts.any):
        return RedirectResponse("/login", 303)
    return _form(request, "set_up.html", void=access.set_up.shown is None)


async def _set_up(request: Request) -> Response:
    access, address = access_of(request), address_of(request)
    form, _ = await request.form(), _words(request)
    if await run_in_threadpool(access.accounts.any):
        return RedirectResponse("/login", 303)
    typed, password = str(form.get("name", "")), str(form.get("password", ""))
    code = str(form.get("code", ""))
    shown: dict[str, Any] = {"name": typed, "code": code, "void": access.set_up.shown is None}
    if wait := access.gate.wait_s(SET_UP, address):
        return _form(request, "set_up.html", error=_too_often(wait, _), retry_s=wait, **shown)
    access.gate.begin(SET_UP, address)
    if not access.set_up.right(code):
        shown["void"] = access.set_up.shown is None
        await run_in_threadpool(access.accounts.note, "", "set_up.failed", "", address)
        error = _("This is not the code. The hub printed it when it started.")
        return _form(request, "set_up.html", error=error, status=403, **shown)
    access.gate.right(SET_UP, address)
    name = named(typed)
    bad = bad_name(_) if name is None else _bad_password(form, name, _)
    if name is None or bad:
        return _form(request, "set_up.html", error=bad, status=422, **shown)
    try:
        hash_ = await access.passwords.hash_soon(password)
        await run_in_threadpool(access.accounts.add, name, "manager", hash_, only=True)
    except passwords.BusyError:
        return _form(request, "set_up.html", error=_busy(_), retry_s=BUSY_S, **shown)
    except RefusedError:
        return RedirectResponse("/login", 303)
    access.set_up.end()
    await run_in_threadpool(access.accounts.note, name, "set_up", "", address)
    log.info("%s is the first manager; the set-up code is used up.", name)
    return await access.let_in(request, RedirectResponse("/", 303), name)


def _form(
    request: Request,
    template: str,
    *,
    error: str | None = None,
    status: int = 200,
    retry_s: int = 0,
    **context: Any,
) -> Response:
    access = access_of(request)
    answer = render(
        request,
        template,
        language=language_of(request, access.language),
        status=429 if retry_s else status,
        error=error,
        **{"name": "", "code": "", "shortest": passwords.SHORTEST} | context,
    )
    if retry_s:
        answer.headers["Retry-After"] = str(retry_s)
    access.with_form_cookie(request, answer)
    return answer


def _words(request: Request) -> Gettext:
    return translator(language_of(request, access_of(request).language))


def _cannot(account: Account, now: datetime, _: Gettext) -> str | None:
    """Why somebody with the right password does not get in all the same."""
    if account.disabled:
        return _("This account is switched off. A manager can switch it on again.")
    if account.first_until and account.first_until < now.astimezone(UTC):
        return _("This first password is too old. A manager can give you a new one.")
    return None


def _bad_password(form: Any, name: str, _: Gettext) -> str | None:
    if form.get("password") != form.get("again"):
        return _("The two passwords are not the same.")
    return passwords.problem_with(str(form.get("password", "")), name, _)


def _too_often(seconds: int, _: Gettext) -> str:
    return _("Too many tries. Wait {n} seconds, then try again.").format(n=seconds)


def _busy(_: Gettext) -> str:
    return _("Too many people are logging in right now. Try again in a moment.")
