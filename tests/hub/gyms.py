"""Weeks of gyms for the tests of figures, and a hub's store that is filled with sessions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from station.hub.periods import together
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.technique import PATTERNS, Shares, Totals
from station.hub.weeks import Week
from station.messages import Info, SessionEvent
from tests.hub.parts import session_event

MONDAY = date(2026, 6, 1)
HOURS = 168


def totals(
    patterns: Sequence[int] = (0, 0, 0, 0),
    faults: Mapping[str, int] | None = None,
    with_reps: int | None = None,
    clean: float = 0.7,
) -> Totals:
    """Sums of as many sessions as `patterns` says; shares of `with_reps` of them (None: all)."""
    sessions = sum(patterns)
    counted = sessions if with_reps is None else with_reps
    shares = Shares(total=clean * counted, sessions=counted)
    return Totals(
        sessions=sessions,
        patterns=dict(zip(PATTERNS, patterns, strict=True)),
        faults=dict(faults or {}),
        clean=shares,
        first_half=shares,
        second_half=shares,
    )


def week(
    number: int,
    stations: Mapping[str, Totals] | None = None,
    k: int = 10,
    hours: Mapping[int, int] | None = None,
) -> Week:
    """The gym's week so many weeks after MONDAY."""
    each = dict(stations or {})
    return Week(
        starts=MONDAY + timedelta(weeks=number),
        k=k,
        totals=together(each.values()),
        stations=each,
        hours=tuple((hours or {}).get(hour, 0) for hour in range(HOURS)),
    )


def weeks_of(counts: Iterable[int], k: int = 10) -> list[Week]:
    """Weeks of one station with so many hinges each; weeks of none are absent, as in the store."""
    return [
        week(number, {"s1": totals((count, 0, 0, 0))}, k, {0: count})
        for number, count in enumerate(counts)
        if count
    ]


def at(number: int, hour: int = 0) -> datetime:
    """An hour of the week so many weeks after MONDAY; the tests' machines may be anywhere."""
    local = datetime(MONDAY.year, MONDAY.month, MONDAY.day) + timedelta(weeks=number, hours=hour)
    return local.astimezone(UTC)


def introduce(store: Store, station: str, gym: str, **info: Any) -> None:
    """A station says where it stands."""
    with store.writing() as writer:
        writer.write([Told(station, Info(version="1", gym=gym, **info))], at(0))


def train(store: Store, station: str, when: datetime, count: int, **changes: Any) -> None:
    """So many sessions at a station, in that hour."""
    hour = when.strftime("%Y-%m-%dT%H:00Z")
    with store.writing() as writer:
        writer.write(
            [
                Told(station, SessionEvent.model_validate(session_event(hour=hour) | changes))
                for _ in range(count)
            ],
            when,
        )


def after(number: int) -> datetime:
    """When the week so many weeks after MONDAY may be published."""
    return at(number + 1) + timedelta(hours=2)
