"""Weeks of gyms for the tests of figures, and a hub's store that is filled with sessions."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from station.hub import running
from station.hub.periods import together
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.technique import PATTERNS, Shares, Totals
from station.hub.weeks import Week
from station.messages import Info, SessionEvent
from station.settings import Settings
from tests.hub.parts import Page, session_event, store_of

MONDAY = date(2026, 6, 1)
HOURS = 168
SQUAT = {"hinge": 0, "squat": 10, "stoop": 0, "unclear": 0}
STOOP = {"hinge": 0, "squat": 0, "stoop": 10, "unclear": 0}
HINGE = {"hinge": 10, "squat": 0, "stoop": 0, "unclear": 0}


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


@dataclass
class Clock:
    """The hub's time, which a test sets."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Gym:
    """A hub, the store behind it, and the time it thinks it is."""

    page: Page
    store: Store
    clock: Clock

    def close(self, number: int, k: int = 10) -> None:
        """The week so many weeks after MONDAY is over."""
        self.pass_to(after(number))
        self.store.close_weeks(self.clock.now, k)

    def pass_to(self, when: datetime) -> None:
        """Time goes by, which ends every login."""
        self.clock.now = when
        self.page.http = self.page.client("manager")

    def rows(self, path: str) -> list[dict[str, str]]:
        return list(csv.DictReader(self.page.ask(path).content.decode("utf-8-sig").splitlines()))


@contextmanager
def hub_at(settings: Settings, when: datetime) -> Iterator[Gym]:
    clock = Clock(when)
    store = store_of(settings)
    with running(settings, now=clock) as hub:
        yield Gym(Page(hub.url, settings, clock), store, clock)


def train_a_week(store: Store, number: int, station: str = "s1") -> None:
    """81 sessions with telling numbers: 47 hinges, 23 squats, 11 stoops, a fault seen 7 times."""
    when = at(number, 18)
    train(store, station, when, 47, patterns=HINGE, faults={})
    train(store, station, when, 16, patterns=SQUAT, faults={})
    train(store, station, when, 7, patterns=SQUAT, faults={"head_tucks": 1})
    train(store, station, when, 11, patterns=STOOP, faults={"back_rounds": 3})
