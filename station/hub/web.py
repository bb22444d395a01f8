"""The staff's page and its API over HTTP: no outside request, nothing inline.

Only GET, but for the one request by which a station joins.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.hub import joining, words
from station.hub.access import route
from station.hub.database import DatabaseError
from station.hub.pages import api, busy, language, stations, technique
from station.hub.rendering import language_of, render
from station.hub.views import Views
from station.hub.wiring import Wiring
from station.i18n import translator

ROOM = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


PAGES: tuple[Callable[[Wiring], list[Route]], ...] = (
    api.routes,
    busy.routes,
    technique.routes,
    stations.routes,
    language.routes,
)
"""`routes` of each module in `station.hub.pages`."""


def application(wiring: Wiring, views: Views) -> Starlette:
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
            refused = await run_in_threadpool(wiring.store.refused)
        except DatabaseError:
            return JSONResponse({"store": "failed"}, status_code=503)
        return JSONResponse({"store": "ok", "broker": wiring.link().state} | refused)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(live.run())
        yield
        live.close()
        await running

    # A page elsewhere must not reach a loopback hub through a name that it points here.
    hosts = list(LOOPBACK) if settings.hub.bind in LOOPBACK else ["*"]
    return Starlette(
        routes=[
            route("/", index, role="viewer"),
            route("/api/now", now, role="viewer"),
            route("/api/demo", demo, role="viewer"),
            route("/events", events, role="viewer"),
            route("/healthz", healthz, role=None),
            *joining.routes(settings),
            *(each for routes in PAGES for each in routes(wiring)),
            Mount("/static", StaticFiles(directory=ROOM / "static")),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        ],
        lifespan=lifespan,
    )


class SecurityHeaders:
    """Adds HEADERS to every response, errors included.

    Nothing of a page may stay in the browser. What every page is drawn with may, as long as the
    browser asks each time whether it still holds: the charts' program is large.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = scope["type"] == "http" and scope["path"].startswith("/static/")
        caching = (b"cache-control", b"no-cache" if kept else b"no-store")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers, caching]
            await send(message)

        await self._app(scope, receive, send_with_headers)
