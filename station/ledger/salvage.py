"""Sessions out of a damaged ledger: what can still be read of it goes into the new one.

A damaged page takes those on it along; the rest is read from both ends up to it. The hub takes an
id once, so that a session which it already has does no harm.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import ValidationError

from station.messages import SessionEvent

MOST = 200_000
"""Rows that are looked at, from either end: damage may lead SQLite round in circles."""


class Row(NamedTuple):
    """One session of the outbox; `boot` is the number that the damaged file gave that boot."""

    boot: int
    seq: int
    id: str
    hour: str
    finished_s: float
    event: str


def readable(path: Path) -> list[Row]:
    """The sessions of the ledger at `path` that are whole, in their order; changes nothing."""
    found: dict[str, Row] = {}
    with suppress(sqlite3.Error):
        database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        with closing(database):
            for end in ("ASC", "DESC"):
                _read_from(database, end, found)
    return sorted(found.values())


def put(database: sqlite3.Connection, rows: list[Row]) -> None:
    """Into a new ledger, in one transaction. Raises sqlite3.Error, and nothing is in it then."""
    database.execute("BEGIN IMMEDIATE")
    try:
        for row in rows:
            event = SessionEvent.model_validate_json(row.event)
            number = database.execute(
                "INSERT INTO boot (id, last_seq) VALUES (?, ?) ON CONFLICT (id)"
                " DO UPDATE SET last_seq = max(last_seq, excluded.last_seq) RETURNING number",
                (event.boot, row.seq),
            ).fetchone()[0]
            database.execute(
                "INSERT INTO outbox (boot, seq, id, hour, finished_s, event)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (number, *row[1:]),
            )
        database.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            database.rollback()
        raise


def _read_from(database: sqlite3.Connection, end: str, found: dict[str, Row]) -> None:
    """Add what can be read from one end, up to the damage."""
    with suppress(sqlite3.Error):
        rows = database.execute(
            "SELECT boot, seq, id, hour, finished_s, event FROM outbox"
            f" ORDER BY boot {end}, seq {end} LIMIT {MOST}"
        )
        for values in rows:
            if _whole(*values):
                row = Row(*values)
                found[row.id] = row


def _whole(boot: Any, seq: Any, id_: Any, hour: Any, finished_s: Any, event: Any) -> bool:
    """Whether a row says the same in its columns as in its event, and the event is a valid one."""
    if not (isinstance(boot, int) and isinstance(finished_s, float) and isinstance(event, str)):
        return False
    try:
        said = SessionEvent.model_validate_json(event)
    except ValidationError:
        return False
    return (said.seq, said.id, said.hour) == (seq, id_, hour)
