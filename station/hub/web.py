"""The staff's page and its API over HTTP: no outside request, nothing inline.

What changes something is a POST with the login's CSRF token, but for the one by which a station
joins (see `station.hub.access`).
"""

import asyncio
import contextlib
import html
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from string import Template

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.hub import joining, words
from station.hub.access import Access, route
from station.hub.pages import account, log, login, users
from station.hub.views import Views
from station.hub.wiring import Wiring
from station.settings import Settings

ROOM = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # With no-referrer browsers hide the origin of our own forms from us, too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Browsers heed it only where they trust the certificate, so none is locked out by it."""
LARGEST_BODY = 262_144
"""Bytes of a request."""

PAGES: tuple[Callable[[Wiring], list[Route]], ...] = (
    login.routes,
    account.routes,
    users.routes,
    log.routes,
)
"""`routes` of each module in `station.hub.pages`."""


def application(wiring: Wiring, views: Views, access: Access) -> Starlette:
    """The ASGI application. Its lifespan runs `wiring.live`."""
    settings, live = wiring.settings, wiring.live
    page = _page(settings, views)

    async def index(_request: Request) -> Response:
        return HTMLResponse(page)

    async def now(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.now))

    async def technique(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.technique))

    async def demo(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.demo))

    async def events(_request: Request) -> Response:
        return StreamingResponse(live.stream(), media_type="text/event-stream")

    async def healthz(_request: Request) -> Response:
        try:
            await run_in_threadpool(wiring.store.refused)
        except sqlite3.Error:
            return JSONResponse({"ok": False}, status_code=503)
        return JSONResponse({"ok": True})

    async def health(_request: Request) -> Response:
        refused = await run_in_threadpool(wiring.store.refused)
        return JSONResponse({"store": "ok", "broker": wiring.link().state} | refused)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(live.run())
        yield
        live.close()
        await running

    # A page elsewhere must not reach a loopback hub through a name that it points here.
    hosts = list(LOOPBACK) if settings.hub.bind in LOOPBACK else ["*"]
    app = Starlette(
        routes=[
            route("/", index, role="viewer"),
            route("/api/now", now, role="viewer"),
            route("/api/technique", technique, role="viewer"),
            route("/api/demo", demo, role="viewer"),
            route("/api/health", health, role="viewer"),
            route("/events", events, role="viewer"),
            route("/healthz", healthz, role=None),
            *joining.routes(settings),
            *(each for routes in PAGES for each in routes(wiring)),
            Mount("/static", StaticFiles(directory=ROOM / "static")),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=access.secure),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(LimitedBody),
        ],
        lifespan=lifespan,
    )
    app.state.access = access
    return app


class LimitedBody:
    """Refuses requests of more than LARGEST_BODY bytes as soon as that is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)


class SecurityHeaders:
    """Adds HEADERS to every response, errors included."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        headers = HEADERS | (HTTPS_ONLY if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _page(settings: Settings, views: Views) -> str:
    texts = words.page(settings.hub.k, views.gettext)
    template = Template((ROOM / "templates" / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        {name: html.escape(text) for name, text in texts.items()},
        language=settings.station.language,
        texts=json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c"),
    )
