"""Finished weeks of a gym: what everything published about people is made of.

A week of people closes once, an hour after it has ended in the hub's local time, and never changes
afterwards: what comes later counts in the first open week, at the same hour of the week. So what
is published is a function of a list that only grows, and no two answers can be subtracted to get
at fewer than k sessions. Simulated weeks are summed anew whenever something came, from the first
session on: they are not people.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import sqlalchemy as sa
from pydantic import TypeAdapter

from station.hub.technique import COLUMNS, Totals, totals

CLOSED_AFTER = timedelta(hours=1)
HOURS = 7 * 24
PEOPLE, SIMULATED = "camera", "simulated"
STALE_WEEKS = 8
"""Simulated weeks that are summed in one transaction."""

STATIONS = TypeAdapter(dict[str, Totals])
SUMS = ", ".join(f"sum({column})" for column in COLUMNS)


@dataclass(frozen=True)
class Week:
    """Exact sums of one gym's finished week; never leave the hub as they are."""

    starts: date
    """A Monday, the hub's local time."""
    k: int
    """hub.k when the week was closed."""
    totals: Totals
    stations: dict[str, Totals]
    hours: tuple[int, ...]
    """168 numbers of sessions, index = day * 24 + hour, local time, Monday first."""


def hour_text(moment: datetime) -> str:
    """The hour that `moment` (aware) is in, as the store writes it."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0).isoformat()


def monday_of(moment: datetime) -> date:
    """The Monday of the local week that `moment` (aware) is in."""
    day = moment.astimezone().date()
    return day - timedelta(days=day.weekday())


def begin_of(monday: date) -> str:
    """When that week begins, UTC, comparable with the store's hours."""
    return datetime.combine(monday, time()).astimezone(UTC).isoformat()


@lru_cache(maxsize=4096)
def week_of(hour: str) -> date:
    """The Monday of the week that an hour of the store is in."""
    return monday_of(datetime.fromisoformat(hour))


@lru_cache(maxsize=4096)
def moved_on(hour: str, monday: date) -> str:
    """The same hour of the local week that starts on `monday`."""
    local = datetime.fromisoformat(hour).astimezone().replace(tzinfo=None)
    moved = (local + (monday - week_of(hour))).astimezone(UTC).isoformat()
    # Where the clocks go forward, an hour that does not exist may end before its week begins.
    return max(moved, begin_of(monday))


def first_open(db: sa.Connection) -> date | None:
    """The Monday of the first week of people that is open; None = none was ever closed."""
    found = db.execute(
        sa.text("SELECT starts FROM open_week WHERE source = :source"), {"source": PEOPLE}
    ).scalar()
    return None if found is None else date.fromisoformat(found)


def to_close(now: datetime) -> date:
    """The Monday before which every week is over, and has been for CLOSED_AFTER."""
    return monday_of(now - CLOSED_AFTER)


def close(db: sa.Connection, until: date, k: int) -> bool:
    """Close people's weeks before `until`, a Monday; True when any had sessions."""
    before = first_open(db)
    if before is not None and before >= until:
        return False
    first = db.execute(
        sa.text("SELECT min(hour) FROM hourly WHERE source = :source AND hour >= :since"),
        {"source": PEOPLE, "since": begin_of(before) if before else ""},
    ).scalar()
    closed = False
    monday = until if first is None else week_of(first)
    while monday < until:
        for gym, week in _summed(db, PEOPLE, monday, k):
            _keep(db, PEOPLE, gym, week)
            closed = True
        monday += timedelta(days=7)
    db.execute(
        sa.text(
            "INSERT INTO open_week (source, starts) VALUES (:source, :starts)"
            " ON CONFLICT (source) DO UPDATE SET starts = excluded.starts"
        ),
        {"source": PEOPLE, "starts": until.isoformat()},
    )
    return closed


def sum_simulated(db: sa.Connection, k: int) -> int:
    """Sum simulated weeks that changed, at most STALE_WEEKS gyms' weeks; how many there were."""
    stale = db.execute(
        sa.text("SELECT gym, starts FROM stale_week ORDER BY starts, gym LIMIT :n"),
        {"n": STALE_WEEKS},
    ).all()
    for gym, starts in stale:
        for _, week in _summed(db, SIMULATED, date.fromisoformat(starts), k, gym):
            _keep(db, SIMULATED, gym, week)
        db.execute(
            sa.text("DELETE FROM stale_week WHERE gym = :gym AND starts = :starts"),
            {"gym": gym, "starts": starts},
        )
    return len(stale)


def read(db: sa.Connection, source: str, gym: str) -> list[Week]:
    """A gym's weeks that have sessions, oldest first."""
    rows = db.execute(
        sa.text(
            "SELECT starts, k, totals, stations, hours FROM week"
            " WHERE source = :source AND gym = :gym ORDER BY starts"
        ),
        {"source": source, "gym": gym},
    )
    return [_week(*row) for row in rows]


def latest(db: sa.Connection, source: str, gym: str) -> str | None:
    """The Monday of a gym's newest week, as the store writes it; None = there is no week yet."""
    found: str | None = db.execute(
        sa.text("SELECT max(starts) FROM week WHERE source = :source AND gym = :gym"),
        {"source": source, "gym": gym},
    ).scalar()
    return found


def _week(starts: str, k: int, sums: str, stations: str, hours: str) -> Week:
    return Week(
        starts=date.fromisoformat(starts),
        k=k,
        totals=Totals.model_validate_json(sums),
        stations=STATIONS.validate_json(stations),
        hours=tuple(json.loads(hours)),
    )


def _summed(
    db: sa.Connection, source: str, monday: date, k: int, gym: str | None = None
) -> Iterator[tuple[str, Week]]:
    """Each gym's week, or one gym's, from the hourly sums."""
    where = "source = :source AND hour >= :since AND hour < :until"
    if gym is not None:
        where += " AND gym = :gym"
    given = {
        "source": source,
        "since": begin_of(monday),
        "until": begin_of(monday + timedelta(days=7)),
        "gym": gym,
    }
    sums: dict[str, dict[str, tuple[int, ...]]] = {}
    for of_gym, station, *numbers in db.execute(
        sa.text(f"SELECT gym, station, {SUMS} FROM hourly WHERE {where} GROUP BY gym, station"),
        given,
    ):
        sums.setdefault(of_gym, {})[station] = tuple(map(int, numbers))
    faults: dict[tuple[str, str], dict[str, int]] = {}
    for of_gym, station, fault, sessions in db.execute(
        sa.text(
            f"SELECT gym, station, fault, sum(sessions) FROM hourly_fault WHERE {where}"
            " GROUP BY gym, station, fault"
        ),
        given,
    ):
        faults.setdefault((of_gym, station), {})[fault] = int(sessions)
    hours: dict[str, list[int]] = {}
    for of_gym, hour, sessions in db.execute(
        sa.text(f"SELECT gym, hour, sum(sessions) FROM hourly WHERE {where} GROUP BY gym, hour"),
        given,
    ):
        local = datetime.fromisoformat(hour).astimezone()
        hours.setdefault(of_gym, [0] * HOURS)[local.weekday() * 24 + local.hour] += int(sessions)
    for of_gym, stations in sorted(sums.items()):
        each = {
            station: totals(numbers, faults.get((of_gym, station), {}))
            for station, numbers in sorted(stations.items())
        }
        together = totals(
            map(sum, zip(*stations.values(), strict=True)), _all_faults(of_gym, faults)
        )
        yield of_gym, Week(monday, k, together, each, tuple(hours[of_gym]))


def _all_faults(gym: str, faults: Mapping[tuple[str, str], Mapping[str, int]]) -> dict[str, int]:
    together: dict[str, int] = {}
    for (of_gym, _), seen in faults.items():
        if of_gym == gym:
            for fault, sessions in seen.items():
                together[fault] = together.get(fault, 0) + sessions
    return together


def _keep(db: sa.Connection, source: str, gym: str, week: Week) -> None:
    db.execute(
        sa.text(
            "INSERT INTO week (source, gym, starts, k, totals, stations, hours)"
            " VALUES (:source, :gym, :starts, :k, :totals, :stations, :hours)"
            " ON CONFLICT (source, gym, starts) DO UPDATE SET k = excluded.k,"
            " totals = excluded.totals, stations = excluded.stations, hours = excluded.hours"
        ),
        {
            "source": source,
            "gym": gym,
            "starts": week.starts.isoformat(),
            "k": week.k,
            "totals": week.totals.model_dump_json(),
            "stations": STATIONS.dump_json(week.stations).decode(),
            "hours": json.dumps(week.hours),
        },
    )
