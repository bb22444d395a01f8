"""What every page of figures has in common: who may ask what, as page, as JSON and as CSV.

The three give the same answer. There are no filters but the gym and the kind of data, because what
can be asked in two ways can be subtracted: any other parameter is refused in one sentence.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from station.hub import words
from station.hub.access import problem, route
from station.hub.answers import Data, Figures, Gyms
from station.hub.rendering import language_of, render
from station.hub.spreadsheet import Value, csv_of
from station.hub.store import Store
from station.hub.wiring import Wiring
from station.hub.words import Gettext
from station.i18n import translator

SOURCES: dict[Data, str] = {"people": "camera", "simulated": "simulated"}
"""The kinds of data, by the source that their sessions name."""
PARAMETERS = ("gym", "data")


class RefusedError(Exception):
    """Why there is no answer, in a sentence for the reader, and the HTTP status that says so."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a gym (None: there is none) of a kind of data, shown in a language."""

    gym: str | None
    data: Data
    gyms: Gyms
    gettext: Gettext

    @property
    def source(self) -> str:
        """As the store calls the kind of data."""
        return SOURCES[self.data]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of figures: `answer` is what it shows, `rows` the same under `columns`."""

    name: str
    answer: Callable[[Wiring, Asked], Figures]
    columns: Sequence[str]
    rows: Callable[[Figures], Iterable[Sequence[Value]]]


def routes_of(page: Page, wiring: Wiring) -> list[Route]:
    """`/<name>`, `/api/<name>` and `/export/<name>.csv`."""

    def answered(request: Request) -> tuple[Asked, Figures]:
        asked = asked_of(request, wiring)
        return asked, page.answer(wiring, asked)

    def shown(request: Request) -> Response:
        asked, answer = answered(request)
        return render(
            request,
            f"{page.name}.html",
            language=language_of(request, wiring.settings.station.language),
            figures=json_of(answer),
            gyms=getattr(asked.gyms, asked.data),
            gym=asked.gym,
            data=asked.data,
            has_simulated=bool(asked.gyms.simulated),
        )

    def told(request: Request) -> Response:
        _, answer = answered(request)
        return Response(answer.model_dump_json(by_alias=True), media_type="application/json")

    def exported(request: Request) -> Response:
        _, answer = answered(request)
        name = file_name(page.name, answer.gym, wiring.now().astimezone().date().isoformat())
        return Response(
            csv_of(page.columns, page.rows(answer)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return [
        route(path, _aside(made), role="viewer")
        for path, made in (
            (f"/{page.name}", shown),
            (f"/api/{page.name}", told),
            (f"/export/{page.name}.csv", exported),
        )
    ]


def _aside(made: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that makes its answer in a thread: large ones would hold up all others."""

    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(made, request)
        except RefusedError as refused:
            return problem(request, refused.status, refused.sentence)

    return endpoint


def asked_of(request: Request, wiring: Wiring) -> Asked:
    """What a request asks for. Raises RefusedError when it does not exist, or could be a filter."""
    _ = translator(language_of(request, wiring.settings.station.language))
    given = request.query_params.multi_items()
    names = [name for name, _value in given]
    if not set(names) <= set(PARAMETERS) or len(set(names)) < len(names):
        raise RefusedError(400, _("Only a gym and a kind of data can be chosen here."))
    data = request.query_params.get("data", "people")
    if data not in get_args(Data):
        raise RefusedError(400, _("There are only two kinds of data: people and simulated."))
    gyms = gyms_of(wiring.store)
    there = gyms.people if data == "people" else gyms.simulated
    gym = request.query_params.get("gym", there[0] if there else None)
    if gym is not None and gym not in there:
        raise RefusedError(404, _("There is no such gym."))
    return Asked(gym, cast(Data, data), gyms, _)


def gyms_of(store: Store) -> Gyms:
    """The gyms there are, by kind of data."""
    return Gyms(**{data: sorted(store.gyms(source)) for data, source in SOURCES.items()})


def nothing(asked: Asked, k: int, anything: bool) -> str | None:
    """Why nothing is shown: says only that, never how much there is."""
    _ = asked.gettext
    if anything:
        return None
    if asked.gym is None:
        return _("No station has said yet which gym it stands in.")
    return words.not_enough(k, _)


def json_of(answer: Gyms | Figures) -> dict[str, object]:
    """As the API gives it."""
    return answer.model_dump(mode="json", by_alias=True)


def file_name(page: str, gym: str | None, day: str) -> str:
    """What an export is saved as; nothing in it that a file system or a header could misread."""
    parts = ["hinge", page, gym or "", day]
    return "-".join(re.sub(r"[^A-Za-z0-9-]", "_", part) for part in parts if part) + ".csv"
