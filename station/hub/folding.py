"""Adds each session to the exact sums of its hour, once, in the transaction that stores it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from station.hub import weeks
from station.hub.database import with_rows
from station.hub.technique import COLUMNS, counted, faults_seen
from station.messages import SessionEvent

FOLDING = 0x68756201
"""The lock that who folds shares, and who closes weeks or purges has alone."""
SETTLED = 1000
"""Waiting sessions that are folded in one transaction."""

HOURLY = (
    f"INSERT INTO hourly (source, gym, station, hour, {', '.join(COLUMNS)}) VALUES :rows"
    " ON CONFLICT (source, gym, station, hour) DO UPDATE SET "
    + ", ".join(f"{column} = hourly.{column} + excluded.{column}" for column in COLUMNS)
)
FAULTS = (
    "INSERT INTO hourly_fault (source, gym, station, hour, fault, sessions) VALUES :rows"
    " ON CONFLICT (source, gym, station, hour, fault)"
    " DO UPDATE SET sessions = hourly_fault.sessions + excluded.sessions"
)
GYMS = (
    "INSERT INTO gym_hour (source, hour, gym, sessions) VALUES :rows"
    " ON CONFLICT (source, hour, gym) DO UPDATE SET sessions = gym_hour.sessions"
    " + excluded.sessions"
)
STALE = "INSERT INTO stale_week (gym, starts) VALUES :rows ON CONFLICT DO NOTHING"


class Session(NamedTuple):
    """A session to be counted: its gym known, `hour` as the store writes it."""

    source: str
    gym: str
    station: str
    hour: str
    event: SessionEvent


def fold(db: sa.Connection, sessions: Sequence[Session]) -> None:
    """Add sessions to the sums; the caller holds FOLDING and gives each session once only."""
    counting = [one for one in sessions if one.source in (weeks.PEOPLE, weeks.SIMULATED)]
    if not counting:
        return
    opened = weeks.first_open(db)
    opens = weeks.begin_of(opened) if opened else ""
    hourly: dict[tuple[str, str, str, str], tuple[int, ...]] = {}
    faults: dict[tuple[str, str, str, str, str], int] = {}
    gyms: dict[tuple[str, str, str], int] = {}
    stale: set[tuple[str, str]] = set()
    for source, gym, station, true_hour, event in counting:
        hour = true_hour
        gyms[source, hour, gym] = gyms.get((source, hour, gym), 0) + 1
        if source == weeks.SIMULATED:
            stale.add((gym, weeks.week_of(hour).isoformat()))
        elif opened is not None and hour < opens:
            hour = weeks.moved_on(hour, opened)
        key = (source, gym, station, hour)
        more, sums = counted(event), hourly.get(key)
        hourly[key] = tuple(map(int.__add__, sums, more)) if sums else more
        for fault in faults_seen(event):
            faults[*key, fault] = faults.get((*key, fault), 0) + 1
    # In one order everywhere, or two hubs could each wait for a row that the other one has.
    with_rows(db, HOURLY, [key + sums for key, sums in sorted(hourly.items())])
    with_rows(db, FAULTS, [(*key, number) for key, number in sorted(faults.items())])
    with_rows(db, STALE, sorted(stale))
    with_rows(db, GYMS, [(*key, number) for key, number in sorted(gyms.items())])


def waiting_of(db: sa.Connection, station: str, gym: str) -> list[Session]:
    """The sessions that waited for their station to say its gym; they are counted from now on."""
    rows = db.execute(
        sa.text(
            "UPDATE session SET gym = :gym, counted = 1"
            " WHERE station = :station AND counted = 0 AND gym IS NULL"
            " RETURNING source, gym, station, hour, event"
        ),
        {"station": station, "gym": gym},
    )
    return _sessions(rows)


def settle(db: sa.Connection) -> int:
    """Fold at most SETTLED sessions that wait though their gym is known: those of an older hub's
    database, and those that crossed with their station's `info`. How many there were."""
    rows = db.execute(
        sa.text(
            "UPDATE session SET counted = 1, gym = coalesce(gym,"
            " (SELECT s.gym FROM station s WHERE s.id = session.station))"
            " WHERE counted = 0 AND id IN (SELECT id FROM session WHERE counted = 0 AND"
            " (gym IS NOT NULL OR station IN (SELECT id FROM station WHERE gym IS NOT NULL))"
            " LIMIT :n) RETURNING source, gym, station, hour, event"
        ),
        {"n": SETTLED},
    )
    sessions = _sessions(rows)
    fold(db, sessions)
    return len(sessions)


def _sessions(rows: Iterable[Any]) -> list[Session]:
    return [
        Session(source, gym, station, hour, SessionEvent.model_validate_json(event))
        for source, gym, station, hour, event in rows
    ]
