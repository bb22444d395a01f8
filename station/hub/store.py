"""The hub's SQLite file: what stations said, exactly once, and the reports over it.

WAL with synchronous=FULL: what `write` has returned from survives a power cut, so it may be
acknowledged. One writer at a time; readers open their own connection and never wait for it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from station.errors import StationError
from station.hub.desired import Wishes
from station.hub.reading import Newer, Record, Told, Unreadable, hour_of
from station.hub.technique import Report, Totals, add_up, sessions_needed
from station.messages import CfgReported, Health, Info, SessionEvent, Status

MIGRATIONS = Path(__file__).parent / "migrations"
DEMO_SOURCES = ("demo", "simulated")


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


class Store:
    """The file at `path`, brought to the newest schema when opened.

    Raises StationError when it cannot be opened, is no database, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as db:
                db.execute("PRAGMA journal_mode = WAL")
                _migrate(db, path)
        except (OSError, sqlite3.Error) as error:
            raise StationError(f"Store {path}: cannot be opened ({error}).") from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = FULL")
            yield db
        finally:
            db.close()

    @property
    def wishes(self) -> Wishes:
        """What is wanted of the stations' settings, in the same file."""
        return Wishes(self._path)

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """The writer, on a connection of its own; for one thread."""
        with self._connection() as db:
            yield Writer(db)

    def stations(self) -> list[StationRow]:
        """Every station ever heard of, by id."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT s.id, gym, state, since, heard, health, coalesce(u.count, 0), u.latest"
                " FROM station s LEFT JOIN unreadable u ON u.station = s.id ORDER BY s.id"
            ).fetchall()
        return [
            StationRow(
                id=id_,
                gym=gym,
                state=state,
                since=_time(since),
                heard=datetime.fromisoformat(heard),
                health=Health.model_validate_json(health) if health else None,
                unreadable=count,
                unreadable_latest=_time(latest),
            )
            for id_, gym, state, since, heard, health, count, latest in rows
        ]

    def sessions_between(self, start: datetime, end: datetime) -> dict[str, int]:
        """Exact number of people's sessions in each known gym, hours from start to before end."""
        with self._connection() as db:
            counts = dict.fromkeys(_gyms(db), 0)
            counts |= dict(
                db.execute(
                    "SELECT gym, count(*) FROM session WHERE source = 'camera' AND hour >= ?"
                    " AND hour < ? AND gym IS NOT NULL GROUP BY gym",
                    (_hour(start), _hour(end)),
                ).fetchall()
            )
        return counts

    def latest_reports(self) -> dict[str, Report | None]:
        """The newest closed report of each known gym; None where there is none yet."""
        with self._connection() as db:
            reports: dict[str, Report | None] = dict.fromkeys(_gyms(db), None)
            for gym, k, until, totals in db.execute(
                "SELECT gym, k, until, totals FROM report"
                " WHERE id IN (SELECT max(id) FROM report GROUP BY gym)"
            ):
                reports[gym] = Report(
                    gym=gym, k=k, until=until, totals=Totals.model_validate_json(totals)
                )
        return reports

    def demo_sessions(self, limit: int) -> list[dict[str, Any]]:
        """The newest demo and simulated sessions: the event's fields and `received`."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT event, received FROM session WHERE source IN (?, ?)"
                " ORDER BY received DESC, rowid DESC LIMIT ?",
                (*DEMO_SOURCES, limit),
            ).fetchall()
        return [json.loads(event) | {"received": received} for event, received in rows]

    def refused(self) -> dict[str, int]:
        """How many payloads could not be read, and how many are kept aside for a newer hub."""
        with self._connection() as db:
            unreadable, aside = db.execute(
                "SELECT (SELECT coalesce(sum(count), 0) FROM unreadable),"
                " (SELECT count(*) FROM aside)"
            ).fetchone()
        return {"unreadable": unreadable, "aside": aside}


class Writer:
    """Writes in transactions: a batch is wholly in the file when a method returns, or not at all.

    Raises sqlite3.Error when the file cannot be written.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def write(self, records: Sequence[Record], received: datetime) -> bool:
        """Store a batch; True when anything changed. A session id already there changes nothing."""
        with self._transaction():
            before = self._db.total_changes
            for record in records:
                match record:
                    case Told(station, SessionEvent() as event):
                        self._session(station, event, received)
                    case Told(station, Status() as status):
                        self._status(station, status, received)
                    case Told(station, Info() as info):
                        self._info(station, info, received)
                    case Told(station, Health() as health):
                        self._health(station, health, received)
                    case Told(station, CfgReported() as report):
                        self._reported(station, report, received)
                    case Newer():
                        self._aside(record, received)
                    case Unreadable():
                        self._unreadable(record, received)
            return self._db.total_changes > before

    def kept_aside(self, newest: int) -> list[tuple[Newer, datetime]]:
        """What lies aside of versions up to `newest`, and when it was received."""
        rows = self._db.execute(
            "SELECT station, leaf, v, id, payload, received FROM aside WHERE v <= ?", (newest,)
        )
        return [(Newer(*row[:5]), datetime.fromisoformat(row[5])) for row in rows]

    def forget_aside(self, record: Newer) -> None:
        """It lies aside no more."""
        self._db.execute(
            "DELETE FROM aside WHERE station = ? AND leaf = ? AND id = ?",
            (record.station, record.leaf, record.id),
        )

    def close_reports(self, k: int, now: datetime) -> bool:
        """Close a report for each gym with enough sessions in finished hours; True when any was.

        A report takes every session that the hub received before the current hour and that is in
        no report yet, so reports share none.
        """
        hour = _hour(now)
        waiting = self._db.execute(
            "SELECT gym, count(*), (SELECT count(*) FROM report r WHERE r.gym = s.gym)"
            " FROM session s WHERE report IS NULL AND source = 'camera' AND gym IS NOT NULL"
            " AND received < ? GROUP BY gym",
            (hour,),
        ).fetchall()
        due = [gym for gym, count, before in waiting if count >= sessions_needed(before, k)]
        for gym in due:
            with self._transaction():
                self._close_report(gym, k, hour)
        return bool(due)

    def _close_report(self, gym: str, k: int, hour: str) -> None:
        condition = "report IS NULL AND source = 'camera' AND gym = ? AND received < ?"
        events = self._db.execute(f"SELECT event FROM session WHERE {condition}", (gym, hour))
        totals = add_up(SessionEvent.model_validate_json(event) for (event,) in events)
        report = self._db.execute(
            "INSERT INTO report (gym, k, until, totals) VALUES (?, ?, ?, ?)",
            (gym, k, hour, totals.model_dump_json()),
        ).lastrowid
        self._db.execute(f"UPDATE session SET report = ? WHERE {condition}", (report, gym, hour))

    def _session(self, station: str, event: SessionEvent, received: datetime) -> None:
        demo = event.source in DEMO_SOURCES
        self._db.execute(
            "INSERT INTO session (id, station, gym, source, hour, received, event)"
            " VALUES (?, ?, (SELECT gym FROM station WHERE id = ?), ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (
                event.id,
                station,
                station,
                event.source,
                _hour(_counted_hour(event, received)),
                received.isoformat() if demo else _hour(received),
                event.model_dump_json(),
            ),
        )
        self._known(station, received)

    def _status(self, station: str, status: Status, received: datetime) -> None:
        self._known(station, received)
        (birth,) = self._db.execute("SELECT birth FROM station WHERE id = ?", (station,)).fetchone()
        seen = self._db.execute(
            "SELECT 1 FROM birth WHERE station = ? AND birth = ?", (station, status.birth)
        ).fetchone()
        if status.state == "lost" and seen and status.birth != birth:
            return
        self._db.execute(
            "INSERT INTO birth VALUES (?, ?) ON CONFLICT DO NOTHING", (station, status.birth)
        )
        self._db.execute(
            "UPDATE station SET since = CASE WHEN state IS ? AND birth IS ? THEN since ELSE ? END,"
            " state = ?, boot = ?, birth = ?, heard = ? WHERE id = ?",
            (
                status.state,
                status.birth,
                received.isoformat(),
                status.state,
                status.boot,
                status.birth,
                received.isoformat(),
                station,
            ),
        )

    def _info(self, station: str, info: Info, received: datetime) -> None:
        self._known(station, received)
        self._db.execute(
            "UPDATE station SET gym = ?, info = ?, heard = ? WHERE id = ?",
            (info.gym, info.model_dump_json(), received.isoformat(), station),
        )
        self._db.execute(
            "UPDATE session SET gym = ? WHERE station = ? AND gym IS NULL", (info.gym, station)
        )

    def _health(self, station: str, health: Health, received: datetime) -> None:
        self._known(station, received)
        self._db.execute(
            "UPDATE station SET health = ?, heard = ? WHERE id = ?",
            (health.model_dump_json(), received.isoformat(), station),
        )

    def _reported(self, station: str, report: CfgReported, received: datetime) -> None:
        self._known(station, received)
        self._db.execute(
            "INSERT INTO reported VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET report = excluded.report, received = excluded.received",
            (station, report.model_dump_json(), received.isoformat()),
        )

    def _aside(self, record: Newer, received: datetime) -> None:
        self._db.execute(
            "INSERT INTO aside (station, leaf, id, v, received, payload)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " v = excluded.v, received = excluded.received, payload = excluded.payload",
            (
                record.station,
                record.leaf,
                record.id,
                record.v,
                _hour(received),
                record.payload,
            ),
        )
        self._known(record.station, received)

    def _unreadable(self, record: Unreadable, received: datetime) -> None:
        self._db.execute(
            "INSERT INTO unreadable VALUES (?, 1, ?)"
            " ON CONFLICT DO UPDATE SET count = count + 1, latest = excluded.latest",
            (record.station, received.isoformat()),
        )
        self._known(record.station, received)

    def _known(self, station: str, received: datetime) -> None:
        self._db.execute(
            "INSERT INTO station (id, heard) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (station, received.isoformat()),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    scripts = sorted(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(scripts):
        raise StationError(
            f"Store {path}: its schema {version} is newer than this hub's {len(scripts)};"
            " start the newer hub."
        )
    for number, script in enumerate(scripts[version:], start=version + 1):
        db.executescript(
            f"BEGIN IMMEDIATE;{script.read_text(encoding='utf-8')}"
            f"PRAGMA user_version = {number};COMMIT;"
        )


def _gyms(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT DISTINCT gym FROM station WHERE gym IS NOT NULL ORDER BY gym")
    return [gym for (gym,) in rows]


def _counted_hour(event: SessionEvent, received: datetime) -> datetime:
    said = hour_of(event)
    if said is None or event.clock == "unsynced" or said > received + timedelta(hours=1):
        return received
    return said


def _hour(time: datetime) -> str:
    cut = time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return cut.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)
