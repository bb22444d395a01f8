"""The staff's page and its API over HTTP: no outside request, nothing inline.

What changes something is a POST with the login's CSRF token, but for the one by which a station
joins (see `station.hub.access`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.hub import joining, words
from station.hub.access import Access, route
from station.hub.database import DatabaseError
from station.hub.pages import (
    account,
    api,
    busy,
    language,
    log,
    login,
    metrics,
    stations,
    technique,
    users,
)
from station.hub.pages import settings as settings_page
from station.hub.pages import setup as setup_page
from station.hub.rendering import language_of, prepare, render
from station.hub.views import Views
from station.hub.wiring import Wiring
from station.i18n import translator

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
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Browsers heed it only where they trust the certificate, so none is locked out by it."""
LARGEST_BODY = 262_144
"""Bytes of a request."""

PAGES: tuple[Callable[[Wiring], list[Route]], ...] = (
    api.routes,
    busy.routes,
    technique.routes,
    stations.routes,
    language.routes,
    metrics.routes,
    login.routes,
    account.routes,
    settings_page.routes,
    setup_page.routes,
    users.routes,
    log.routes,
)
"""`routes` of each module in `station.hub.pages`."""


def application(wiring: Wiring, views: Views, access: Access) -> Starlette:
    """The ASGI application. Its lifespan runs `wiring.live`."""
    settings, live = wiring.settings, wiring.live

    def spoken(request: Request) -> str:
        return language_of(request, settings.station.language)

    async def index(request: Request) -> Response:
        texts = words.page(translator(spoken(request)))
        return render(request, "now.html", language=spoken(request), texts=texts)

    async def now(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.now, spoken(request)))

    async def demo(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.demo, spoken(request)))

    async def events(request: Request) -> Response:
        return StreamingResponse(live.stream(spoken(request)), media_type="text/event-stream")

    async def healthz(_request: Request) -> Response:
        try:
            await run_in_threadpool(wiring.store.refused)
        except DatabaseError:
            return JSONResponse({"ok": False}, status_code=503)
        return JSONResponse({"ok": True})

    async def health(_request: Request) -> Response:
        refused = await run_in_threadpool(wiring.store.refused)
        return JSONResponse({"store": "ok", "broker": wiring.link().state} | refused)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(live.run())
        preparing = asyncio.create_task(asyncio.to_thread(prepare))
        yield
        live.close()
        await running
        await preparing

    # A page elsewhere must not reach a loopback hub through a name that it points here.
    hosts = list(LOOPBACK) if settings.hub.bind in LOOPBACK else ["*"]
    app = Starlette(
        routes=[
            route("/", index, role="viewer"),
            route("/api/now", now, role="viewer"),
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
    """Adds HEADERS to every response, errors included.

    Nothing of a page may stay in the browser. What every page is drawn with may, as long as the
    browser asks each time whether it still holds: the charts' program is large.
    """

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        headers = HEADERS | (HTTPS_ONLY if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = scope["type"] == "http" and scope["path"].startswith("/static/")
        caching = (b"cache-control", b"no-cache" if kept else b"no-store")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers, caching]
            await send(message)

        await self._app(scope, receive, send_with_headers)
