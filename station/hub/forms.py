"""What pages with forms share: what was filled in, and a word to show after the redirect."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

KEPT = 200
"""Messages kept for pages that have not been asked for yet, or are reloaded."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on what came of a form."""

    level: Literal["done", "error"]
    text: str


class Messages:
    """Sentences that outlive a redirect, each under a name that nobody can guess."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Said] = OrderedDict()

    def keep(self, level: Literal["done", "error"], text: str) -> str:
        """Its name, for the query of the next page."""
        name = secrets.token_urlsafe(9)
        self._kept[name] = Said(level, text)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return name

    def of(self, request: Request) -> Said | None:
        """What the page of this request is to say, if anything."""
        return self._kept.get(request.query_params.get("said", ""))


async def filled_in(request: Request) -> dict[str, str]:
    """The fields of a form; files that nobody asked for are left out."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def see_other(path: str, **query: str) -> Response:
    """On to another page, by GET, so that reloading it does nothing twice."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return RedirectResponse(f"{path}?{asked}" if asked else path, status_code=303)
