"""What stations said, exactly once, and what is known from it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from station.hub import folding, health_history, retention, weeks
from station.hub.database import Database
from station.hub.desired import Wishes
from station.hub.finished import Finished
from station.hub.folding import FOLDING
from station.hub.health_history import HealthHour
from station.hub.weeks import PEOPLE, Week, hour_text
from station.hub.writing import Writer
from station.messages import Health, Info

PURGED_AT_ONCE = 1000
KEPT = 2048
"""Texts of stations that are kept as read: a fleet's."""
USED = (
    "WITH RECURSIVE used (gym) AS ("
    " SELECT min(gym) FROM hourly WHERE source = :source UNION ALL"
    " SELECT (SELECT min(gym) FROM hourly h WHERE source = :source AND h.gym > used.gym)"
    " FROM used WHERE used.gym IS NOT NULL)"
    " SELECT gym FROM used WHERE gym IS NOT NULL"
)
"""Each gym with sessions, one after the other in the index: DISTINCT would read every hour."""
SIMULATED_STATION = "simulated"
"""The capability by which a simulated station says what it is."""


@dataclass(frozen=True, slots=True)
class StationRow:
    """What the hub knows of one station; times aware, UTC; None = it has not said."""

    id: str
    gym: str | None
    state: str | None
    since: datetime | None
    heard: datetime
    health: Health | None
    unreadable: int
    unreadable_latest: datetime | None
    simulated: bool
    """It said itself that it is no real one."""
    info: Info | None = None
    label: str | None = None
    """What staff call it; shown instead of the id."""
    group: str | None = None
    retired: datetime | None = None


class Store:
    """In `database`; every method opens a connection of its own and may be called in any thread.

    Methods raise DatabaseError when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.finished = Finished(database)

    @property
    def wishes(self) -> Wishes:
        """What is wanted of the stations' settings, in the same database."""
        return Wishes(self.database)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The writer of what stations say."""
        yield Writer(self.database)

    def stations(self) -> list[StationRow]:
        """Every station ever heard of, by id."""
        with self.database.reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT s.id, gym, state, since, heard, health, coalesce(u.count, 0)"
                    " AS unreadable, u.latest, info, r.label, r.group_name, r.retired"
                    " FROM station s LEFT JOIN unreadable u ON u.station = s.id"
                    " LEFT JOIN roster r ON r.station = s.id ORDER BY s.id"
                )
            ).all()
        return [
            StationRow(
                id=row.id,
                gym=row.gym,
                state=row.state,
                since=_time(row.since),
                heard=datetime.fromisoformat(row.heard),
                health=_health(row.health) if row.health else None,
                unreadable=row.unreadable,
                unreadable_latest=_time(row.latest),
                simulated=SIMULATED_STATION in _capabilities(row.info),
                info=_info(row.info) if row.info else None,
                label=row.label,
                group=row.group_name,
                retired=_time(row.retired),
            )
            for row in rows
        ]

    def sessions_between(self, start: datetime, end: datetime) -> dict[str, int]:
        """Exact number of people's sessions in each known gym, hours from start to before end."""
        with self.database.reading() as db:
            counts = dict.fromkeys(_gyms(db), 0)
            for gym, sessions in db.execute(
                sa.text(
                    "SELECT gym, sum(sessions) FROM gym_hour WHERE source = :source"
                    " AND hour >= :start AND hour < :end GROUP BY gym"
                ),
                {"source": PEOPLE, "start": hour_text(start), "end": hour_text(end)},
            ):
                counts[gym] = int(sessions)
        return counts

    def kinds_of_gyms(self) -> set[tuple[str, bool]]:
        """Each gym of a station that is not retired, and whether that is a simulated one."""
        with self.database.reading() as db:
            told = db.execute(
                sa.text(
                    "SELECT DISTINCT gym, info FROM station s"
                    " LEFT JOIN roster r ON r.station = s.id"
                    " WHERE gym IS NOT NULL AND r.retired IS NULL"
                )
            ).all()
        return {(gym, SIMULATED_STATION in _capabilities(info)) for gym, info in told}

    def gyms(self, source: str) -> list[str]:
        """The gyms with any session or station of that kind: "camera" or "simulated"."""
        with self.database.reading() as db:
            told = db.execute(
                sa.text("SELECT DISTINCT gym, info FROM station WHERE gym IS NOT NULL")
            ).all()
            used = {
                kind: {gym for (gym,) in db.execute(sa.text(USED), {"source": kind})}
                for kind in (PEOPLE, weeks.SIMULATED)
            }
        simulated = {gym for gym, info in told if SIMULATED_STATION in _capabilities(info)} | (
            used[weeks.SIMULATED] - used[PEOPLE]
        )
        if source == weeks.SIMULATED:
            return sorted(simulated | used[weeks.SIMULATED])
        return sorted(({gym for gym, _ in told} - simulated) | used[PEOPLE])

    def weeks(self, source: str, gym: str) -> list[Week]:
        """A gym's finished weeks, oldest first; weeks without sessions are absent."""
        return self.finished.weeks(source, gym)

    def health_hours(self, stations: Sequence[str], since: datetime) -> dict[str, list[HealthHour]]:
        """How each station was in each hour from `since` on, oldest first, for 90 days."""
        with self.database.reading() as db:
            return health_history.read(db, stations, since)

    def demo_sessions(self, limit: int) -> list[dict[str, Any]]:
        """The newest demo sessions: the event's fields and `received`."""
        with self.database.reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT event, received FROM session WHERE source = 'demo'"
                    " ORDER BY received DESC, id LIMIT :limit"
                ),
                {"limit": limit},
            ).all()
        return [json.loads(event) | {"received": received} for event, received in rows]

    def refused(self) -> dict[str, int]:
        """How many payloads could not be read, and how many are kept aside for a newer hub."""
        with self.database.reading() as db:
            unreadable, aside = db.execute(
                sa.text(
                    "SELECT (SELECT coalesce(sum(count), 0) FROM unreadable),"
                    " (SELECT count(*) FROM aside)"
                )
            ).one()
        return {"unreadable": int(unreadable), "aside": int(aside)}

    def close_weeks(self, now: datetime, k: int) -> bool:
        """Close the weeks of people that are over; True when any had sessions."""
        until = weeks.to_close(now)
        with self.database.reading() as db:
            opened = weeks.first_open(db)
        if opened is not None and opened >= until:
            return False
        with self.database.writing() as db:
            self.database.lock(db, FOLDING)
            return weeks.close(db, until, k)

    def sum_simulated(self, k: int) -> bool:
        """Sum some of the simulated weeks that changed; True when there was any."""
        return self._if_any("stale_week", lambda db: weeks.sum_simulated(db, k))

    def settle(self) -> bool:
        """Count some of the sessions that wait although their gym is known; True when any did."""
        with self.database.writing() as db:
            self.database.lock(db, FOLDING, shared=True)
            return folding.settle(db) > 0

    def purge(self, now: datetime, days: int) -> bool:
        """Forget some of what is older than it may be kept; True when there may be more."""
        with self.database.writing() as db:
            self.database.lock(db, FOLDING)
            gone = retention.purge(db, now, days, PURGED_AT_ONCE)
            return gone + health_history.purge(db, now, PURGED_AT_ONCE) > 0

    def _if_any(self, table: str, work: Callable[[sa.Connection], int]) -> bool:
        with self.database.reading() as db:
            if db.execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1")).first() is None:
                return False
        with self.database.writing() as db:
            self.database.lock(db, FOLDING)
            return work(db) > 0


def _gyms(db: sa.Connection) -> Sequence[str]:
    found = db.execute(sa.text("SELECT DISTINCT gym FROM station WHERE gym IS NOT NULL"))
    return sorted(found.scalars())


def _capabilities(info: str | None) -> Sequence[str]:
    return _info(info).capabilities if info else ()


# What a station says of itself is asked for with every news of any of them, and seldom changes.
@lru_cache(maxsize=KEPT)
def _health(text: str) -> Health:
    return Health.model_validate_json(text)


@lru_cache(maxsize=KEPT)
def _info(text: str) -> Info:
    return Info.model_validate_json(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)
