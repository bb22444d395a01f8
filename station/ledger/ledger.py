"""The outbox of finished sessions in one SQLite file."""

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from station.errors import StationError
from station.ledger import link
from station.ledger.boot import boot_id, clock_state, seconds_since_boot
from station.ledger.file import LedgerFile
from station.ledger.link import LinkState, Network
from station.messages import SessionEvent
from station.settings import first_problem

Result = TypeVar("Result")

MAX_BYTES = 64 * 1024 * 1024
"""Room for the outbox, some 80,000 sets: months without a hub. When it is used up the oldest are
kept and no new ones taken."""
_HOUR = "%Y-%m-%dT%H:00Z"


@dataclass(frozen=True)
class FinishedSession:
    """One finished set as the kiosk counted it; values as in messages.SessionEvent."""

    source: str
    exercise: str
    mode: str
    reps: int
    clean: int
    attempts: int
    patterns: dict[str, int]
    faults: dict[str, int]
    first_half_clean: int
    second_half_clean: int
    depth_band: str
    minutes_band: str
    outcome: str
    cfg: int


class Position(NamedTuple):
    """Place in the order of all sessions: boots in the order they first wrote, then seq."""

    boot: int
    seq: int


@dataclass(frozen=True)
class Pending:
    """A stored session that the hub has not acknowledged; `event` is its JSON as stored."""

    position: Position
    id: str
    event: str


class OutboxFullError(StationError):
    """The outbox has grown to its bound: the oldest sessions are kept, this one is not stored."""


class UnfitSessionError(StationError):
    """A session with values outside the schema: no ledger will ever take it."""


class Ledger:
    """Finished sessions, kept until acknowledged. For any number of processes and threads.

    A damaged file is moved aside under a new name, said in the log, and a new one begun with the
    sessions that can still be read. Every method raises StationError when the file cannot be used:
    locked by another program for over `busy_s`, disk full, not allowed, or written by a newer
    version.
    """

    def __init__(self, path: Path, *, busy_s: float = 5.0, max_bytes: int = MAX_BYTES) -> None:
        """Open `path`, making the file and its folder if need be."""
        self.path = path
        self._max_bytes = max_bytes
        self._file = LedgerFile(path, busy_s)
        self._lock = threading.Lock()
        self.depth()

    def finish(self, session: FinishedSession) -> str:
        """Store one finished set (see `store`); returns its random id."""
        return self.store(session).id

    def store(self, session: FinishedSession, ago_s: float = 0.0) -> SessionEvent:
        """Store one set, finished `ago_s` seconds ago, in one transaction; returns what is handed
        to the hub.

        When this returns, the set is on the disk. Takes milliseconds (an fsync): never call it
        from a thread that draws. Raises UnfitSessionError for values outside the schema, and
        OutboxFullError when as many sessions wait for the hub as the outbox has room for.
        """
        new = uuid.uuid4().hex
        stamp = {
            "id": new,
            "boot": boot_id(),
            "hour": (datetime.now(UTC) - timedelta(seconds=ago_s)).strftime(_HOUR),
            "clock": clock_state(),
        }
        finished_s = seconds_since_boot() - ago_s

        def insert(database: sqlite3.Connection) -> SessionEvent:
            if _used_bytes(database) >= self._max_bytes:
                raise OutboxFullError(
                    f"Ledger {self.path}: full of sessions that the hub has not taken"
                    f" ({self._max_bytes // 1024} KiB); the oldest are kept, this one is not."
                )
            boot, seq = _next_position(database)
            event = _validated({**asdict(session), **stamp, "seq": seq})
            database.execute(
                "INSERT INTO outbox (boot, seq, id, hour, finished_s, event)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (boot, seq, new, stamp["hour"], finished_s, event.model_dump_json()),
            )
            return event

        return self._run(insert, writes=True)

    def pending(self, limit: int, after: Position | None = None) -> list[Pending]:
        """The oldest `limit` sessions not yet acknowledged, in order, those past `after` only."""

        def read(database: sqlite3.Connection) -> list[Pending]:
            rows = database.execute(
                "SELECT boot, seq, id, event FROM outbox WHERE (boot, seq) > (?, ?)"
                " ORDER BY boot, seq LIMIT ?",
                (*(after or (-1, -1)), limit),
            )
            return [Pending(Position(boot, seq), id_, event) for boot, seq, id_, event in rows]

        return self._run(read, writes=False)

    def acknowledge(self, ids: Iterable[str]) -> int:
        """Delete the sessions that the hub has in its database; returns how many were here."""
        keys = [(id_,) for id_ in ids]

        def delete(database: sqlite3.Connection) -> int:
            return database.executemany("DELETE FROM outbox WHERE id = ?", keys).rowcount

        return self._run(delete, writes=True, frees=True) if keys else 0

    def correct_hours(self) -> int:
        """Put right the hours of sessions that were finished in this boot before the clock was.

        Returns how many were. To be called when the clock is synced: how long ago each was
        finished is known from the seconds since boot, so its hour is.
        """
        now, up = datetime.now(UTC), seconds_since_boot()

        def correct(database: sqlite3.Connection) -> int:
            rows = database.execute(
                "SELECT outbox.boot, seq, finished_s FROM outbox JOIN boot"
                " ON number = outbox.boot WHERE boot.id = ? AND"
                " CASE WHEN json_valid(event) THEN event ->> '$.clock' END = 'unsynced'",
                (boot_id(),),
            ).fetchall()
            for boot, seq, finished_s in rows:
                hour = (now - timedelta(seconds=max(0.0, up - finished_s))).strftime(_HOUR)
                database.execute(
                    "UPDATE outbox SET hour = ?, event = json_set(event, '$.hour', ?, '$.clock',"
                    " 'corrected') WHERE boot = ? AND seq = ?",
                    (hour, hour, boot, seq),
                )
            return len(rows)

        return self._run(correct, writes=True)

    @property
    def openings(self) -> int:
        """Grows when a new file may have been begun, in which a Position means something else."""
        return self._file.openings

    def depth(self) -> int:
        """How many sessions wait for the hub."""

        def count(database: sqlite3.Connection) -> int:
            return int(database.execute("SELECT count(*) FROM outbox").fetchone()[0])

        return self._run(count, writes=False)

    def oldest_age(self) -> float | None:
        """Seconds that the oldest session has waited; None when none waits.

        Exact for a session of this boot. Of an earlier boot's only the hour is kept: then it is
        up to an hour too long, and never shorter than this boot has lasted.
        """

        def oldest(database: sqlite3.Connection) -> tuple[str, str, float] | None:
            row: tuple[str, str, float] | None = database.execute(
                "SELECT boot.id, hour, finished_s FROM outbox JOIN boot ON number = outbox.boot"
                " ORDER BY outbox.boot, seq LIMIT 1"
            ).fetchone()
            return row

        row = self._run(oldest, writes=False)
        if row is None:
            return None
        boot, hour, finished_s = row
        up = seconds_since_boot()
        if boot == boot_id():
            return max(0.0, up - finished_s)
        finished = datetime.strptime(hour, _HOUR).replace(tzinfo=UTC)
        return max(up, (datetime.now(UTC) - finished).total_seconds())

    def note_link(
        self, *, connected: bool, problem: str | None, network: Network, wifi_dbm: int | None
    ) -> None:
        """The uplink says how it is doing (see `LinkState`), at least once a minute."""
        self._run(
            lambda database: link.note(
                database,
                connected=connected,
                problem=problem,
                network=network,
                wifi_dbm=wifi_dbm,
            ),
            writes=True,
        )

    def link(self) -> LinkState | None:
        """How the uplink is doing; None when it has said nothing since this machine started."""
        return self._run(link.read, writes=False)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        with self._lock:
            self._file.close()

    def _run(
        self,
        work: Callable[[sqlite3.Connection], Result],
        *,
        writes: bool,
        frees: bool = False,
    ) -> Result:
        with self._lock:
            return self._file.run(work, writes=writes, frees=frees)


def _used_bytes(database: sqlite3.Connection) -> int:
    """Bytes of the file that hold something; deleted sessions leave pages that are used again."""
    pages, free, size = (
        int(database.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _next_position(database: sqlite3.Connection) -> Position:
    """Place of the next session of this boot, counted up in the transaction that stores it."""
    database.execute("INSERT INTO boot (id) VALUES (?) ON CONFLICT DO NOTHING", (boot_id(),))
    number, seq = database.execute(
        "UPDATE boot SET last_seq = last_seq + 1 WHERE id = ? RETURNING number, last_seq",
        (boot_id(),),
    ).fetchone()
    return Position(number, seq)


def _validated(values: dict[str, Any]) -> SessionEvent:
    try:
        return SessionEvent.model_validate(values)
    except ValidationError as error:
        raise UnfitSessionError(f"Set not stored: {first_problem(error)}.") from error
