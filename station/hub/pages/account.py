"""My account: one's own password."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from station.hub import passwords
from station.hub.access import access_of, address_of, audit, route
from station.hub.pages.users import roles
from station.hub.rendering import language_of, render
from station.hub.wiring import Wiring
from station.i18n import translator


def routes(_wiring: Wiring) -> list[Route]:
    """/account, and its form."""
    return [
        route("/account", _page, role="viewer"),
        route("/account", _change, role="viewer", methods=("POST",)),
    ]


async def _page(request: Request) -> Response:
    return await _shown(request, done=request.query_params.get("done") == "password")


async def _change(request: Request) -> Response:
    access, form = access_of(request), await request.form()
    _ = translator(language_of(request, access.language))
    name, address = request.state.user.name, address_of(request)
    old, new = str(form.get("old", "")), str(form.get("password", ""))
    if wait := access.gate.wait_s(name, address):
        answer = await _shown(
            request,
            status=429,
            error=_("Too many tries. Wait {n} seconds, then try again.").format(n=wait),
        )
        answer.headers["Retry-After"] = str(wait)
        return answer
    access.gate.begin(name, address)
    account = await run_in_threadpool(access.accounts.get, name)
    try:
        right = await access.passwords.right_soon(
            old[: passwords.LONGEST + 1], account.password_hash if account else None
        )
        if not right:
            await run_in_threadpool(audit, request, "password.failed")
            return await _shown(request, status=403, error=_("The old password is wrong."))
        access.gate.right(name, address)
        error = passwords.problem_with(new, name, _)
        if new != form.get("again"):
            error = _("The two new passwords are not the same.")
        elif new == old:
            error = _("This is the old password; choose another.")
        if error:
            return await _shown(request, status=422, error=error)
        hash_ = await access.passwords.hash_soon(new)
    except passwords.BusyError:
        return await _shown(request, status=503, error=_("The hub is busy. Try again in a moment."))
    await run_in_threadpool(access.accounts.set_password, name, hash_)
    await run_in_threadpool(audit, request, "password.changed")
    return await access.let_in(request, RedirectResponse("/account?done=password", 303), name)


async def _shown(
    request: Request, *, status: int = 200, done: bool = False, error: str | None = None
) -> Response:
    access = access_of(request)
    language = language_of(request, access.language)
    account = await run_in_threadpool(access.accounts.get, request.state.user.name)
    context: dict[str, Any] = {
        "done": done,
        "error": error,
        "first": bool(account and account.first_until),
        "role": roles(translator(language))[request.state.user.role],
        "shortest": passwords.SHORTEST,
    }
    return render(request, "account.html", language=language, status=status, **context)
