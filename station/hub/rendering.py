"""Pages from `templates/`, in the reader's language, with the navigation around them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from station import __version__
from station.hub.words import Gettext
from station.i18n import translator

ROOM = Path(__file__).parent
TEMPLATES = ROOM / "templates"
CHARTS = ROOM / "static" / "vendor" / "echarts.min.js"
"""Put there by set-up. Without it the pages draw no curves and show their tables."""
LANGUAGES = {"en": "English", "de": "Deutsch"}
LANGUAGE_COOKIE = "language"


def language_of(request: Request, default: str) -> str:
    """The language chosen in this browser, else `default`."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else default


def navigation(role: str, _: Gettext) -> list[tuple[str, str]]:
    """Path and label of each page, in order, as far as `role` may open it."""
    pages = [
        ("/", _("Now")),
        ("/busy", _("Busy hours")),
        ("/technique", _("Technique")),
        ("/stations", _("Stations")),
    ]
    if role == "manager":
        pages += [
            ("/settings", _("Settings")),
            ("/setup", _("Set-up")),
            ("/users", _("Users")),
            ("/log", _("Log")),
        ]
    return pages


def render(
    request: Request, template: str, *, language: str, status: int = 200, **context: Any
) -> Response:
    """The page `templates/<template>`; its context has `_`, `user`, `csrf`, `navigation`,
    `version` and whether there are `charts`."""
    _ = translator(language)
    user = getattr(request.state, "user", None)
    page = _environment().get_template(template)
    return HTMLResponse(
        page.render(
            _=_,
            language=language,
            languages=LANGUAGES,
            path=request.url.path,
            here=f"{request.url.path}?{request.url.query}"
            if request.url.query
            else request.url.path,
            user=user,
            csrf=getattr(request.state, "csrf", ""),
            navigation=navigation(user.role, _) if user else [],
            version=__version__,
            charts=CHARTS.exists(),
            **context,
        ),
        status_code=status,
    )


def prepare() -> None:
    """Read every template, or whoever opens a page first waits for it."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
