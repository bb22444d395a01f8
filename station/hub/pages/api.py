"""The API's own: which gyms there are, and its description."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from station.hub.access import route
from station.hub.figures import gyms_of, json_of
from station.hub.openapi import description
from station.hub.wiring import Wiring


def routes(wiring: Wiring) -> list[Route]:
    """`/api/gyms` and `/api/openapi.json`."""
    document = description()

    async def gyms(_request: Request) -> Response:
        return JSONResponse(json_of(await run_in_threadpool(gyms_of, wiring.store)))

    async def openapi(_request: Request) -> Response:
        return JSONResponse(document)

    return [
        route("/api/gyms", gyms, role="viewer"),
        route("/api/openapi.json", openapi, role="viewer"),
    ]
