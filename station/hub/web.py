"""The staff's page and its API over HTTP: no outside request, nothing inline.

Only GET, but for the one request by which a station joins.
"""

import asyncio
import contextlib
import html
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from string import Template

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from station.hub import joining, words
from station.hub.live import Live
from station.hub.store import Store
from station.hub.views import Views
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


def application(settings: Settings, store: Store, views: Views, live: Live) -> Starlette:
    """The ASGI application. Its lifespan runs `live`."""
    page = _page(settings, views)

    async def index(_request: Request) -> Response:
        return HTMLResponse(page)

    def now(_request: Request) -> Response:
        return JSONResponse(views.now())

    def technique(_request: Request) -> Response:
        return JSONResponse(views.technique())

    def demo(_request: Request) -> Response:
        return JSONResponse(views.demo())

    async def events(_request: Request) -> Response:
        return StreamingResponse(live.stream(), media_type="text/event-stream")

    def healthz(_request: Request) -> Response:
        try:
            refused = store.refused()
        except sqlite3.Error:
            return JSONResponse({"store": "failed"}, status_code=503)
        return JSONResponse({"store": "ok", "broker": views.link().state} | refused)

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
            Route("/", index),
            Route("/api/now", now),
            Route("/api/technique", technique),
            Route("/api/demo", demo),
            Route("/events", events),
            Route("/healthz", healthz),
            *joining.routes(settings),
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
