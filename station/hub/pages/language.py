"""The language that the pages speak in this browser."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from station.hub.access import own_place, route
from station.hub.rendering import LANGUAGE_COOKIE, LANGUAGES
from station.hub.wiring import Wiring

A_YEAR_S = 365 * 24 * 3600


def routes(_wiring: Wiring | None = None) -> list[Route]:
    """GET /language?to=de&back=/busy, for anybody, logged in or not."""

    async def choose(request: Request) -> Response:
        answer = RedirectResponse(own_place(request.query_params.get("back", "/")), status_code=303)
        chosen = request.query_params.get("to", "")
        if chosen in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=A_YEAR_S,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return answer

    return [route("/language", choose, role=None)]
