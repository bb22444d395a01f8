"""The language that the pages speak in this browser."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from station.hub.access import route
from station.hub.rendering import LANGUAGE_COOKIE, LANGUAGES
from station.hub.wiring import Wiring

A_YEAR_S = 365 * 24 * 3600


def routes(_wiring: Wiring | None = None) -> list[Route]:
    """GET /language?to=de&back=/busy, for anybody, logged in or not."""

    async def choose(request: Request) -> Response:
        answer = RedirectResponse(_own(request.query_params.get("back", "/")), status_code=303)
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


def _own(back: str) -> str:
    """`back` when it is a place on this hub, else the first page: nobody is led elsewhere."""
    elsewhere = not back.startswith("/") or back.startswith("//") or "\\" in back
    return "/" if elsewhere or not back.isprintable() else back
