"""A database as a year of ingest leaves it, in a minute or two.

Drawn: how many sets each station had in each hour (opening hours, peaks, weekends of
`station.simulate`), and which of a pool of sets each was. Made of it by the hub's own functions:
what each set adds to the sums, and the weeks, closed by the hub's own code. Written in bulk,
without durability: the hourly sums of the whole year, the single sessions of the last 30 days, the
ids of the purged ones, 90 days of the stations' health.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from station.hub.database import Database
from station.hub.retention import SEEN_DAYS
from station.hub.store import Store
from station.hub.technique import COLUMNS, counted, faults_seen
from station.hub.weeks import hour_text
from station.messages import Health, Info, SessionEvent
from station.simulate import days, made
from station.simulate.fleet import Station
from station.simulate.sets import EXERCISES, Circumstances, one

DAYS, RAW_DAYS, HEALTH_DAYS = 365, 30, 90
GYMS, STATIONS = 10, 100
POOLS, POOL = 8, 1000
"""So many sets for each eighth of the year: people learn."""
FAULTS = sorted({fault for kind in EXERCISES.values() for fault in kind.faults})
Rows = Iterable[Sequence[Any]]
Insert = Callable[[str, tuple[str, ...], Rows], int]
SUMMED = ("source", "gym", "station", "hour")
INDEXES = (
    "CREATE INDEX hourly_by_hour ON hourly (source, hour)",
    "CREATE INDEX hourly_fault_by_hour ON hourly_fault (source, hour)",
    "CREATE INDEX seen_by_day ON seen (purged)",
)


@dataclass
class Filled:
    """Rows per table, sessions in the sums, seconds it took."""

    sessions: int = 0
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)

    def told(self) -> str:
        """For people."""
        rows = ", ".join(f"{name} {count:,}" for name, count in self.rows.items())
        return f"{self.sessions:,} sessions in {self.seconds:.0f} s; rows: {rows}"


@dataclass(frozen=True)
class Pool:
    """Sets to draw from: the event's JSON with places for id and hour, and what each adds."""

    texts: list[str]
    sums: NDArray[np.int64]
    faults: NDArray[np.int64]


def fill(where: Path | str, sessions: int, now: datetime | None = None) -> Filled:
    """Fill the new database `where` with about so many sessions of the year before `now`."""
    began, now = time.perf_counter(), now or datetime.now(UTC)
    database = Database(where)
    filled = Filled()
    fleet = made(STATIONS, GYMS, 1)
    with _bulk(where) as insert:
        _year(filled, insert, fleet.stations, sessions, now)
        _stations(filled, insert, fleet.stations, now)
    store = Store(database)
    weeks = 0
    while store.close_weeks(now, 10):
        weeks += 1
    with database.reading() as db:
        filled.rows["week"] = db.exec_driver_sql("SELECT count(*) FROM week").scalar_one()
    if not isinstance(where, Path):
        with psycopg.connect(where.replace("+psycopg", ""), autocommit=True) as db:
            db.execute("VACUUM ANALYZE")
    database.close()
    filled.seconds = time.perf_counter() - began
    return filled


def _year(
    filled: Filled, insert: Insert, stations: Sequence[Station], sessions: int, now: datetime
) -> None:
    dice = np.random.default_rng(1)
    pools = [_pool(random.Random(number), number / POOLS) for number in range(POOLS)]
    # Up to the last full hour: what comes later comes live.
    end = now.replace(minute=0, second=0, microsecond=0)
    hours = [end - timedelta(hours=back) for back in range(DAYS * 24, 0, -1)]
    texts = [hour_text(hour) for hour in hours]
    pool_of = np.minimum(np.arange(len(hours)) * POOLS // len(hours), POOLS - 1)
    expected = np.array([_expected(station, hours) for station in stations])
    expected *= sessions / expected.sum()
    counts = dice.poisson(expected)
    first_raw = len(hours) - RAW_DAYS * 24
    hourly: list[tuple[Any, ...]] = []
    faults: list[tuple[Any, ...]] = []
    raw: list[tuple[Any, ...]] = []
    for station, of_hour in sorted(
        zip(stations, counts, strict=True), key=lambda pair: (pair[0].gym.id, pair[0].id)
    ):
        gym, id_ = station.gym.id, station.id
        busy = np.flatnonzero(of_hour)
        drawn = dice.integers(0, POOL, int(of_hour.sum()))
        starts = np.concatenate(([0], np.cumsum(of_hour[busy])[:-1])).astype(np.int64)
        which = np.repeat(pool_of[busy], of_hour[busy]) * POOL + drawn
        sums = np.add.reduceat(np.concatenate([p.sums for p in pools])[which], starts)
        seen = np.add.reduceat(np.concatenate([p.faults for p in pools])[which], starts)
        for row, hour in enumerate(busy.tolist()):
            hourly.append(("camera", gym, id_, texts[hour], *sums[row].tolist()))
            faults += (
                ("camera", gym, id_, texts[hour], FAULTS[fault], int(seen[row, fault]))
                for fault in np.flatnonzero(seen[row])
            )
            if hour >= first_raw:
                begin = int(starts[row])
                for number in which[begin : begin + int(of_hour[hour])].tolist():
                    new, at = f"{random.getrandbits(128):032x}", texts[hour]
                    event = pools[number // POOL].texts[number % POOL]
                    event = event.replace("ID", new, 1).replace("HOUR", at[:16] + "Z", 1)
                    raw.append((new, id_, gym, "camera", at, at, event, 1))
        filled.sessions += int(of_hour.sum())
    filled.rows["session"] = insert(
        "session",
        ("id", "station", "gym", "source", "hour", "received", "event", "counted"),
        sorted(raw),
    )
    purged = filled.sessions - len(raw)
    raw.clear()
    filled.rows["hourly"] = insert("hourly", (*SUMMED, *COLUMNS), hourly)
    filled.rows["hourly_fault"] = insert(
        "hourly_fault", (*SUMMED, "fault", "sessions"), _in_order(faults)
    )
    faults.clear()
    gym_hours: dict[tuple[str, str, str], int] = {}
    for source, gym, _, hour_, number_, *_rest in hourly:
        key = (source, hour_, gym)
        gym_hours[key] = gym_hours.get(key, 0) + number_
    filled.rows["gym_hour"] = insert(
        "gym_hour",
        ("source", "hour", "gym", "sessions"),
        ((*key, count) for key, count in sorted(gym_hours.items())),
    )
    filled.rows["seen"] = insert("seen", ("id", "purged"), _purged(purged, dice, now))


def _in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows)


def _purged(count: int, dice: np.random.Generator, now: datetime) -> Iterator[tuple[str, str]]:
    """Ids in order, each purged on some day of the year."""
    high = np.sort(dice.integers(0, 2**63 - 1, count, dtype=np.int64))
    low = dice.integers(0, 2**63 - 1, count, dtype=np.int64)
    ago = dice.integers(0, SEEN_DAYS - RAW_DAYS, count).tolist()
    day = [(now - timedelta(days=back)).date().isoformat() for back in range(SEEN_DAYS)]
    for one_, other, back in zip(high.tolist(), low.tolist(), ago, strict=True):
        yield f"{one_:016x}{other:016x}", day[back]


def _expected(station: Station, hours: list[datetime]) -> list[float]:
    shapes: dict[bool, list[float]] = {}
    out = []
    for hour in hours:
        local = hour.astimezone()
        weekend = local.weekday() >= 5
        if weekend not in shapes:
            shapes[weekend] = days.expected_by_hour(station, local.date())
        out.append(shapes[weekend][local.hour])
    return out


def _pool(dice: random.Random, learnt: float) -> Pool:
    events = [
        SessionEvent(
            id="0" * 32,
            seq=number,
            boot="boot-1",
            source="camera",
            hour="2026-01-01T00:00Z",
            clock="synced",
            cfg=0,
            **one(dice, Circumstances(0.5 + 0.2 * learnt, 0.08, 1.0)),
        )
        for number in range(POOL)
    ]
    return Pool(
        [
            event.model_dump_json().replace("0" * 32, "ID", 1).replace("2026-01-01T00:00Z", "HOUR")
            for event in events
        ],
        np.array([counted(event) for event in events]),
        np.array([[fault in faults_seen(event) for fault in FAULTS] for event in events]).astype(
            np.int64
        ),
    )


def _stations(filled: Filled, insert: Insert, stations: Sequence[Station], now: datetime) -> None:
    health = Health(
        fps=29.5, inference_ms=24.0, temperature_c=55.0, throttled=False, disk_free_mb=9000,
        outbox_depth=0, clock="synced",
    ).model_dump_json()  # fmt: skip
    filled.rows["station"] = insert(
        "station",
        ("id", "gym", "info", "state", "boot", "birth", "since", "heard", "health"),
        (
            (
                station.id,
                station.gym.id,
                Info(version="0.1.0", gym=station.gym.id).model_dump_json(),
                "ready",
                "boot-1",
                "birth-1",
                now.isoformat(),
                now.isoformat(),
                health,
            )
            for station in stations
        ),
    )
    hours = [hour_text(now - timedelta(hours=back)) for back in range(HEALTH_DAYS * 24, 0, -1)]
    filled.rows["health_hour"] = insert(
        "health_hour",
        (
            "station", "hour", "said", "fps_n", "fps_tenths", "inference_n", "inference_tenths",
            "temperature_tenths", "throttled", "outbox_depth", "disk_free_mb",
        ),
        (
            (id_, hour, 60, 60, 17_700, 60, 14_400, 560 + number % 30, 0, 0, 9000)
            for id_ in sorted(station.id for station in stations)
            for number, hour in enumerate(hours)
        ),
    )  # fmt: skip


@contextmanager
def _bulk(where: Path | str) -> Iterator[Insert]:
    """Inserts without durability and with the secondary indexes made at the end."""
    if isinstance(where, Path):
        with closing(sqlite3.connect(where, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA cache_size = -400000")
            with _without_indexes(db.execute):
                yield lambda table, columns, rows: _into_sqlite(db, table, columns, rows)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with psycopg.connect(where.replace("+psycopg", ""), autocommit=True) as pg:
        pg.execute("SET synchronous_commit = off")
        pg.execute("SET maintenance_work_mem = '512MB'")
        with _without_indexes(pg.execute):
            yield lambda table, columns, rows: _into_postgres(pg, table, columns, rows)


@contextmanager
def _without_indexes(execute: Callable[..., object]) -> Iterator[None]:
    for index in INDEXES:
        execute(f"DROP INDEX {index.split()[2]}")
    yield
    for index in INDEXES:
        execute(index)


def _into_sqlite(db: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Rows) -> int:
    marks = ", ".join("?" * len(columns))
    db.execute("BEGIN")
    cursor = db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    db.execute("COMMIT")
    return cursor.rowcount


def _into_postgres(
    db: "psycopg.Connection[Any]", table: str, columns: tuple[str, ...], rows: Rows
) -> int:
    count = 0
    with db.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
