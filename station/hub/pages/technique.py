"""Technique: how people moved, period by period, as far as it may be shown."""

from collections.abc import Iterator, Sequence
from typing import cast

from starlette.routing import Route

from station.hub import periods
from station.hub.answers import Figures, Technique, TechniquePeriod
from station.hub.figures import Asked, Page, nothing, routes_of
from station.hub.spreadsheet import Value
from station.hub.wiring import Wiring

COLUMNS = ("data", "gym", "from", "until", "weeks", "figure", "name", "label", "value")


def routes(wiring: Wiring) -> list[Route]:
    """The page, its data and its export."""
    return routes_of(Page("technique", answer, COLUMNS, rows), wiring)


def answer(wiring: Wiring, asked: Asked) -> Technique:
    """What the page shows."""
    k = wiring.settings.hub.k
    shown = wiring.store.finished.of(periods.technique, asked.source, asked.gym, k, asked.gettext)
    return Technique(
        gym=asked.gym,
        data=asked.data,
        k=k,
        periods=shown,
        sentence=nothing(asked, k, bool(shown)),
    )


def rows(figures: Figures) -> Iterator[Sequence[Value]]:
    """One row for each number of each period; the same rows whatever is hidden."""
    technique = cast(Technique, figures)
    for period in technique.periods:
        span = (period.from_.isoformat(), period.until.isoformat(), period.weeks)
        for figure in _numbers(period):
            yield (technique.data, technique.gym, *span, *figure)


def _numbers(period: TechniquePeriod) -> Iterator[tuple[str, str, str, int | None]]:
    yield "sessions", "", "", period.sessions
    for pattern in period.patterns:
        yield "pattern_sessions", " ".join(pattern.names), pattern.label, pattern.sessions
    for fault in period.faults:
        yield "fault_sessions", fault.name, fault.label, fault.sessions
    yield "clean_percent", "", "", period.clean_percent
    halves = period.halves
    yield "clean_percent", "first_half", "", halves.first_percent if halves else None
    yield "clean_percent", "second_half", "", halves.second_percent if halves else None
