"""Busy hours: each hour of the week, as far as it may be shown."""

import calendar
from collections.abc import Iterator, Sequence
from typing import cast

from starlette.routing import Route

from station.hub.answers import Busy, Figures
from station.hub.busy import busyness
from station.hub.figures import Asked, Page, nothing, routes_of
from station.hub.spreadsheet import Value
from station.hub.wiring import Wiring

COLUMNS = (
    "data",
    "gym",
    "from",
    "until",
    "weeks",
    "day",
    "hour",
    "sessions_per_week",
    "in_use_percent",
)


def routes(wiring: Wiring) -> list[Route]:
    """The page, its data and its export."""
    return routes_of(Page("busy", answer, COLUMNS, rows), wiring)


def answer(wiring: Wiring, asked: Asked) -> Busy:
    """What the page shows."""
    k = wiring.settings.hub.k
    week = wiring.store.finished.of(busyness, asked.source, asked.gym, k)
    return Busy(
        gym=asked.gym,
        data=asked.data,
        k=k,
        weeks=week.weeks,
        from_=week.starts,
        until=week.until,
        cells=list(week.cells),
        sentence=nothing(asked, k, week.starts is not None),
    )


def rows(figures: Figures) -> Iterator[Sequence[Value]]:
    """One row for each hour of the week."""
    busy = cast(Busy, figures)
    span = [day.isoformat() if day else None for day in (busy.from_, busy.until)]
    for cell in busy.cells:
        yield (
            busy.data,
            busy.gym,
            *span,
            busy.weeks,
            calendar.day_name[cell.day],
            cell.hour,
            cell.per_week,
            cell.in_use_percent,
        )
