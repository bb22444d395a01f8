"""The staff's page and its API over HTTP: no outside request, nothing inline.

Only GET, but for the one request by which a station joins.
"""

import asyncio
import contextlib
import html
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from string import Template

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.hub import joining, words
from station.hub.access import route
from station.hub.database import DatabaseError
from station.hub.views import Views
from station.hub.wiring import Wiring
from station.settings import Settings

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
    "Cache-Control": "no-store",
}


PAGES: tuple[Callable[[Wiring], list[Route]], ...] = ()
"""`routes` of each module in `station.hub.pages`."""


def application(wiring: Wiring, views: Views) -> Starlette:
    """The ASGI application. Its lifespan runs `wiring.live`."""
    settings, live = wiring.settings, wiring.live
    page = _page(settings, views)

    async def index(_request: Request) -> Response:
        return HTMLResponse(page)

    async def now(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.now))

    async def demo(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(views.demo))

    async def events(_request: Request) -> Response:
        return StreamingResponse(live.stream(), media_type="text/event-stream")

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
    """Adds HEADERS to every response, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

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
