"""Who may see and do what on the staff's page.

A browser that is logged in has one cookie with a random token (see `station.hub.accounts`): out of
reach of scripts, never sent by other sites, bound to this host and to HTTPS where there is HTTPS.
What changes something must come from our own page: it carries a second token that only a page of
this login knows (an HMAC under the cookie's), and where the browser says from where it comes, that
must be here. The forms before the login are bound in the same way to a cookie of their own.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from station.hub.accounts import LONGEST, Accounts, Login, Role
from station.hub.database import Database
from station.hub.first_run import SetUpCode
from station.hub.passwords import Passwords
from station.hub.rendering import language_of, render
from station.hub.store import Clock, utc_now
from station.hub.throttle import Gate
from station.hub.words import Gettext
from station.i18n import translator

Endpoint = Callable[[Request], Awaitable[Response]]

READING = ("GET", "HEAD")
DATA = ("/api/", "/export/", "/events", "/metrics")
"""Paths that are asked for by programs: they are refused in JSON, not by a page."""
WITH_FIRST_PASSWORD = ("/account", "/logout")
"""All that is open to somebody whose password is still the one that a manager has seen."""
LOOKED_AFTER_S = 5.0
"""A stream ends so soon after its login does, where this process did not end the login itself."""


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in."""

    name: str
    role: Role


class Access:
    """Everything about access that one hub has; `app.state.access` of the application."""

    def __init__(
        self, database: Database, *, secure: bool, language: str, now: Clock = utc_now
    ) -> None:
        """`secure`: the page is served over TLS. Raises DatabaseError."""
        self.accounts = Accounts(database, now)
        self.accounts.tidy()
        self.passwords = Passwords()
        self.gate = Gate()
        self.now, self.language, self.secure = now, language, secure
        self.set_up = SetUpCode()
        if self.accounts.any():
            self.set_up.end()
        prefix = "__Host-" if secure else ""
        self.login_cookie, self.form_cookie = f"{prefix}login", f"{prefix}form"
        self._streams: set[asyncio.Event] = set()

    def close(self) -> None:
        """Let go of what it holds."""
        self.passwords.close()

    def token_of(self, request: Request) -> str:
        """The login's token as the browser sent it, "" = none."""
        return request.cookies.get(self.login_cookie, "")

    async def login_of(self, request: Request) -> Login | None:
        """Who sent this. Raises DatabaseError."""
        token = self.token_of(request)
        return await run_in_threadpool(self.accounts.who, token) if token else None

    async def let_in(self, request: Request, answer: Response, name: str) -> Response:
        """`answer`, by which this browser is logged in as `name`, with a token never used before;
        what it had before opens nothing any longer."""
        old = self.token_of(request)
        if old:
            await run_in_threadpool(self.accounts.log_out, old)
        token = await run_in_threadpool(self.accounts.log_in, name)
        self._set_cookie(answer, self.login_cookie, token, int(LONGEST.total_seconds()))
        self.look_again()
        return answer

    async def let_out(self, request: Request, answer: Response) -> Response:
        """`answer`, by which this browser is logged out."""
        await run_in_threadpool(self.accounts.log_out, self.token_of(request))
        answer.delete_cookie(
            self.login_cookie, secure=self.secure, httponly=True, samesite="strict"
        )
        self.look_again()
        return answer

    def with_form_cookie(self, request: Request, answer: Response) -> None:
        """Give a browser that has none the cookie that forms before the login are bound to."""
        if not request.cookies.get(self.form_cookie):
            self._set_cookie(answer, self.form_cookie, request.state.form_token, None)

    def look_again(self) -> None:
        """Logins have ended: streams see whether theirs did. For the event loop's thread."""
        for stream in self._streams:
            stream.set()

    async def while_logged_in(self, login: Login, body: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """What `body` yields, until `login` ends; then an event `ended` and no more."""
        changed = asyncio.Event()
        self._streams.add(changed)
        coming = asyncio.ensure_future(anext(body, None))
        look = asyncio.ensure_future(changed.wait())
        looked = monotonic()
        try:
            while True:
                left = max(0.0, looked + LOOKED_AFTER_S - monotonic())
                await asyncio.wait(
                    {coming, look}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if look.done() or monotonic() >= looked + LOOKED_AFTER_S:
                    changed.clear()
                    looked = monotonic()
                    if await run_in_threadpool(self.accounts.who_has, login.token_hash) is None:
                        yield "event: ended\ndata: {}\n\n"
                        return
                    if look.done():
                        look = asyncio.ensure_future(changed.wait())
                if coming.done():
                    if (chunk := coming.result()) is None:
                        return
                    yield chunk
                    coming = asyncio.ensure_future(anext(body, None))
        finally:
            self._streams.discard(changed)
            coming.cancel()
            look.cancel()

    def _set_cookie(self, answer: Response, name: str, value: str, max_age: int | None) -> None:
        # Strict: even a link from elsewhere brings no cookie, so nothing can be asked for in a
        # user's name from outside; staff open the page by its address, not from other sites.
        answer.set_cookie(
            name,
            value,
            max_age=max_age,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )


class Guarded(Route):
    """A route with its guard; `role` None = for anybody."""

    def __init__(
        self, path: str, endpoint: Any, role: Role | None, proven: bool, methods: list[str]
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.role, self.proven = role, proven


def route(
    path: str,
    endpoint: Endpoint,
    *,
    role: Role | None,
    methods: tuple[str, ...] = ("GET",),
    proven: bool = False,
) -> Route:
    """A route for users of `role` or above; None = for anybody, logged in or not.

    Every route of the hub is made by this. Only users get in, `request.state.user` says who it
    is, and what changes something (POST) must carry the session's CSRF token; `proven`: it comes
    from a program with a proof of its own instead (POST /join).
    """

    async def guarded(request: Request) -> Response:
        access = access_of(request)
        if role is None:
            request.state.user = None
            request.state.form_token = request.cookies.get(
                access.form_cookie
            ) or secrets.token_urlsafe(32)
            request.state.csrf = _csrf(request.state.form_token)
            if not proven and not await _is_our_own(request):
                return _forged(request)
            return await endpoint(request)
        login = await access.login_of(request)
        if login is None:
            return _stranger(request)
        request.state.user = User(login.account.name, login.account.role)
        request.state.csrf = _csrf(access.token_of(request))
        if not await _is_our_own(request):
            return _forged(request)
        if login.account.first_until is not None and path not in WITH_FIRST_PASSWORD:
            return _first_password(request)
        if role == "manager" and login.account.role != "manager":
            return problem(request, 403, _words(request)("Only a manager may do this."))
        answer = await endpoint(request)
        if isinstance(answer, StreamingResponse) and answer.media_type == "text/event-stream":
            answer.body_iterator = access.while_logged_in(login, aiter(answer.body_iterator))
        return answer

    return Guarded(path, guarded, role, proven, list(methods))


def access_of(request: Request) -> Access:
    """The hub's Access."""
    access: Access = request.app.state.access
    return access


def audit(request: Request, what: str, detail: str = "") -> None:
    """Write down that the user of this request did `what` ("settings.changed"), now.

    Blocking. Never give it a secret: every manager reads the log.
    """
    user = getattr(request.state, "user", None)
    access_of(request).accounts.note(user.name if user else "", what, detail, address_of(request))


def address_of(request: Request) -> str:
    """Where the request comes from. No header is believed about it."""
    return request.client.host if request.client else ""


def problem(request: Request, status: int, sentence: str, retry_s: int = 0) -> Response:
    """A refusal in a sentence: a page for people, JSON for programs."""
    if _for_program(request):
        answer: Response = JSONResponse({"problem": sentence}, status_code=status)
    else:
        answer = render(
            request,
            "problem.html",
            language=language_of(request, access_of(request).language),
            status=status,
            sentence=sentence,
        )
    if retry_s:
        answer.headers["Retry-After"] = str(retry_s)
    return answer


def own_place(text: str) -> str:
    """`text` when it is a path on this hub, else "/": nobody is led elsewhere after the login."""
    elsewhere = not text.startswith("/") or text.startswith("//") or "\\" in text
    return "/" if elsewhere or not text.isprintable() else text


def _words(request: Request) -> Gettext:
    return translator(language_of(request, access_of(request).language))


def _for_program(request: Request) -> bool:
    return request.url.path.startswith(DATA) or "x-csrf-token" in request.headers


def _stranger(request: Request) -> Response:
    if _for_program(request):
        return problem(request, 401, _words(request)("Log in first."))
    path = request.url.path if request.method in READING else "/"
    place = f"{path}?{request.url.query}" if request.url.query and path != "/" else path
    back = "" if place == "/" else f"?next={quote(place, safe='/')}"
    return RedirectResponse(f"/login{back}", status_code=303)


def _first_password(request: Request) -> Response:
    if _for_program(request):
        return problem(request, 403, _words(request)("Choose a password of your own first."))
    return RedirectResponse("/account", status_code=303)


def _forged(request: Request) -> Response:
    return problem(
        request,
        403,
        _words(request)(
            "This did not come from a page that is open for you now. Nothing was changed. Load the "
            "page again and repeat it; cookies must be allowed."
        ),
    )


async def _is_our_own(request: Request) -> bool:
    """Whether a request that may change something comes from a page that we gave this browser."""
    if request.method in READING:
        return True
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        return False
    said = headers.get("x-csrf-token")
    if said is None:
        said = str((await request.form()).get("csrf", ""))
    return hmac.compare_digest(said.encode(), request.state.csrf.encode())


def _csrf(token: str) -> str:
    return hmac.new(token.encode(), b"hinge-station csrf 1", hashlib.sha256).hexdigest()
