"""The hub's database: a SQLite file, or PostgreSQL where one setting names it.

Everything asked of it is SQL that both understand, with `:named` values, through SQLAlchemy's
connections. SQLite runs with WAL and synchronous=FULL: what is committed survives a power cut. It
has one writer at a time; readers never wait for it. PostgreSQL does the same with its defaults.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from station.errors import StationError
from station.settings import Settings

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 10_000
"""How long a writer waits for another one of the same SQLite file."""
LOCK = 0x68696E67
"""PostgreSQL's advisory lock, held while the schema is brought forward: hubs may start at once."""
ROWS = (64, 16, 4, 1)
"""In one statement. Of few sizes: drivers keep statements prepared, and large ones take room."""
TABLE_OPTIONS = re.compile(r"\) STRICT(, WITHOUT ROWID)?;")

DatabaseError = SQLAlchemyError
"""Raised by whatever uses a connection."""


class Database:
    """Opened and brought to the newest schema; usable from any thread.

    Raises StationError when it cannot be opened, is no database, or is of a newer schema.
    """

    def __init__(self, where: Path | str) -> None:
        """`where`: a SQLite file, or the `postgresql+psycopg://…` address of a database."""
        self.where = where
        self.postgres = not isinstance(where, Path)
        try:
            self._engine = self._made(where)
            self._migrate()
        except (OSError, SQLAlchemyError) as error:
            raise StationError(f"{self}: cannot be opened ({reason(error)}).") from error

    def __str__(self) -> str:
        """For sentences: never with a password."""
        if isinstance(self.where, Path):
            return f"Store {self.where}"
        shown = sa.make_url(self.where).render_as_string(hide_password=True)
        return f"Store {shown}"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection whose reads all see the same moment; takes back whatever it wrote."""
        with self._engine.connect() as connection:
            if self.postgres:
                connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: committed at the end of the block, or nothing of it when it raises."""
        with self._engine.connect() as connection, connection.begin():
            if not self.postgres:
                # Else two that have read could both want to write, and one would fail at once.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def lock(self, db: sa.Connection, number: int, *, shared: bool = False) -> None:
        """Keep other transactions that want lock `number` waiting until this one ends, but for
        those that share it. On SQLite whoever writes is alone anyway."""
        if self.postgres:
            kind = "_shared" if shared else ""
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock{kind}({number})")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _made(self, where: Path | str) -> sa.Engine:
        if not isinstance(where, Path):
            return sa.create_engine(where, pool_pre_ping=True, pool_size=4, max_overflow=8)
        where.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(where)),
            connect_args={"timeout": BUSY_MS / 1000, "isolation_level": None},
        )

        @sa.event.listens_for(engine, "connect")
        def tune(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def _migrate(self) -> None:
        scripts = sorted(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
        with self.writing() as db:
            if self.postgres:
                db.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            version = self._version(db)
            if version > len(scripts):
                raise StationError(
                    f"{self}: its schema {version} is newer than this hub's {len(scripts)};"
                    " start the newer hub."
                )
            for script in scripts[version:]:
                for statement in self._statements(script.read_text(encoding="utf-8")):
                    db.exec_driver_sql(statement)
            if version < len(scripts):
                self._set_version(db, len(scripts))

    def _version(self, db: sa.Connection) -> int:
        if not self.postgres:
            return int(db.exec_driver_sql("PRAGMA user_version").scalar_one())
        db.exec_driver_sql("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        return db.exec_driver_sql("SELECT max(version) FROM schema_version").scalar() or 0

    def _set_version(self, db: sa.Connection, version: int) -> None:
        if self.postgres:
            db.exec_driver_sql("DELETE FROM schema_version")
            db.execute(sa.text("INSERT INTO schema_version VALUES (:v)"), {"v": version})
        else:
            db.exec_driver_sql(f"PRAGMA user_version = {version}")

    def _statements(self, script: str) -> Iterator[str]:
        """The migrations are written for SQLite; PostgreSQL knows all but the tables' options."""
        if self.postgres:
            script = TABLE_OPTIONS.sub(");", script)
        without_comments = re.sub(r"--[^\n]*", "", script)
        for statement in without_comments.split(";"):
            if statement.strip():
                yield statement


def database_of(settings: Settings) -> Database:
    """The database that the settings name. Raises StationError as Database and address_of do."""
    if not settings.hub.database:
        return Database(settings.store)
    return Database(address_of(settings).render_as_string(hide_password=False))


def address_of(settings: Settings) -> sa.URL:
    """Where hub.database is, with its password.

    Raises StationError when it is no address, or the password's file cannot be read.
    """
    hub = settings.hub
    try:
        url = sa.make_url(hub.database)
    except (SQLAlchemyError, ValueError) as error:
        raise StationError("hub.database: not the address of a database.") from error
    if hub.database_password_file is None:
        return url
    try:
        text = hub.database_password_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(
            f"hub.database_password_file {hub.database_password_file}: cannot be read ({error})."
        ) from error
    return url.set(password=text.rstrip("\r\n"))


def with_rows(
    db: sa.Connection, statement: str, rows: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Execute `statement` with `rows` as `(…), (…)` in the place of its `:rows`; what it returns.

    Few statements, which can say which rows are new, unlike executemany.
    """
    mark = "%s" if db.dialect.name == "postgresql" else "?"
    found: list[tuple[Any, ...]] = []
    start = 0
    while start < len(rows):
        size = next(size for size in ROWS if size <= len(rows) - start)
        part = rows[start : start + size]
        row = f"({', '.join([mark] * len(part[0]))})"
        text = statement.replace(":rows", ", ".join([row] * size))
        result = db.exec_driver_sql(text, tuple(value for row in part for value in row))
        if result.returns_rows:
            found += map(tuple, result)
        start += size
    return found


def reason(error: BaseException) -> str:
    """Why the database failed, in one line, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__
