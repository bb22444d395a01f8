"""The ledger's tables, as numbered migrations; `PRAGMA user_version` says which are done.

It is BREAKS × 1000 + how many. An update that fails gives way to the version before, which must go
on storing sets in the file as it is then: so a migration only adds (tables, columns with a
default), and an older program leaves alone what it does not know. One that cannot keep to that
raises BREAKS by 1, and programs from before it refuse the file in a sentence.
"""

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


BREAKS = 0
_BREAK = 1000


class NewerSchemaError(Exception):
    """The file was written by a newer version of this program, and this one cannot use it."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up to date, one transaction for each step; safe with two processes at once.

    Raises sqlite3.DatabaseError, and NewerSchemaError.
    """
    while True:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        breaks, done = divmod(version, _BREAK)
        if breaks > BREAKS:
            known = BREAKS * _BREAK + len(MIGRATIONS)
            raise NewerSchemaError(
                f"written by a newer version (schema {version}, this program knows {known})"
            )
        if done >= len(MIGRATIONS):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done this step while we waited for the lock.
            if int(connection.execute("PRAGMA user_version").fetchone()[0]) == version:
                for statement in MIGRATIONS[done]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {BREAKS * _BREAK + done + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
