"""The ledger's tables, as numbered migrations; `PRAGMA user_version` says how many are done."""

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Boots are numbered as they first write: (number, seq) is the order of all sessions
        # without asking a clock that may be wrong.
        """CREATE TABLE boot (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            last_seq INTEGER NOT NULL DEFAULT -1
        ) STRICT""",
        """CREATE TABLE outbox (
            boot INTEGER NOT NULL REFERENCES boot (number),
            seq INTEGER NOT NULL,
            id TEXT NOT NULL UNIQUE,
            hour TEXT NOT NULL,
            finished_s REAL NOT NULL,
            event TEXT NOT NULL,
            PRIMARY KEY (boot, seq)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE link (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            boot TEXT NOT NULL,
            since_s REAL NOT NULL,
            seen_s REAL NOT NULL,
            connected INTEGER NOT NULL,
            problem TEXT,
            network TEXT NOT NULL,
            wifi_dbm INTEGER
        ) STRICT""",
    ),
)
"""outbox: `event` is a messages.SessionEvent as JSON, `hour` its UTC hour, `finished_s` seconds
since that boot. link: one row, see `link.LinkState`. No exact time of day is ever written."""


class NewerSchemaError(Exception):
    """The file was written by a newer version of this program."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up to date, one transaction for each step; safe with two processes at once.

    Raises sqlite3.DatabaseError, and NewerSchemaError.
    """
    while True:
        done = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if done == len(MIGRATIONS):
            return
        if done > len(MIGRATIONS):
            raise NewerSchemaError(
                f"written by a newer version (schema {done}, this program knows {len(MIGRATIONS)})"
            )
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done this step while we waited for the lock.
            if int(connection.execute("PRAGMA user_version").fetchone()[0]) == done:
                for statement in MIGRATIONS[done]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {done + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
