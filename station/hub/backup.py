"""A copy of everything the hub keeps in one file, made while it runs, and put back while it does
not. Whatever goes wrong, the copy made before and the store are as they were.

The file is SQLite's own, or one of `pg_dump` where the hub uses PostgreSQL.
"""

import glob
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from station.errors import StationError
from station.hub.database import MIGRATIONS, address_of
from station.settings import Settings

POSTGRES_PROGRAMS = "/usr/lib/postgresql/*/bin"
DROP_ALL = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', one);
    END LOOP;
END $$
"""
NOT_NEWER = """
DO $$ BEGIN
    IF (SELECT max(version) FROM public.schema_version) > {newest} THEN
        RAISE EXCEPTION 'it was made by a newer hub';
    END IF;
END $$
"""
IN_USE = "{store} is in use: stop every hub first, and start it again afterwards."


def back_up(settings: Settings, file: Path) -> None:
    """Copy the store to `file`, replacing what is there once the copy is whole and checked.

    The hub may run meanwhile and does not wait. Raises StationError.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        # It holds single sessions and the users' password hashes.
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        if settings.hub.database:
            _postgres(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
            _postgres(settings, "pg_restore", "--list", str(part))
        else:
            _copy_sqlite(settings.store, part)
        descriptor = os.open(part, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        part.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise StationError(f"{file}: cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)


def restore(settings: Settings, file: Path) -> None:
    """Put the copy in `file` in the place of the store, in one transaction.

    Raises StationError: when it is no whole copy, is of a newer hub, or anybody uses the store.
    """
    if not file.is_file():
        raise StationError(f"{file}: no such file.")
    if settings.hub.database:
        _restore_postgres(settings, file)
    else:
        _restore_sqlite(settings.store, file)


def _copy_sqlite(store: Path, part: Path) -> None:
    if not store.is_file():
        raise StationError(f"Store {store}: there is none yet.")
    with _said(store), closing(_opened(store)) as source, closing(sqlite3.connect(part)) as copy:
        # In one step: in smaller ones it would begin anew with each session that comes.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        _check(copy, part)


def _restore_sqlite(store: Path, file: Path) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    with _said(file), closing(_opened(file)) as source:
        _check(source, file)
        version = int(source.execute("PRAGMA user_version").fetchone()[0])
        tables = {name for (name,) in source.execute("SELECT name FROM sqlite_master")}
        if version < 1 or not {"session", "station"} <= tables:
            raise StationError(f"{file}: no copy of a hub's store.")
        if version > _newest():
            raise StationError(f"{file}: it was made by a newer hub.")
        if _damaged(store):
            for path in (store, *(Path(f"{store}{end}") for end in ("-wal", "-shm"))):
                if path.exists():
                    path.replace(f"{path}.damaged")
        with _said(store), closing(sqlite3.connect(store, timeout=0)) as current:
            # Only who is alone with the file may take it out of WAL mode; and without, what is
            # written is all there or, after a power cut, all taken back.
            try:
                mode = current.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            except sqlite3.OperationalError as error:
                raise StationError(IN_USE.format(store=f"Store {store}")) from error
            if mode != "delete":
                raise StationError(IN_USE.format(store=f"Store {store}"))
            current.execute("PRAGMA synchronous = FULL")
            source.backup(current)


def _damaged(store: Path) -> bool:
    """Whether there is a file that SQLite cannot read at all."""
    if not store.exists():
        return False
    try:
        with closing(_opened(store)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True
    return False


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def _check(database: sqlite3.Connection, path: Path) -> None:
    problem = database.execute("PRAGMA integrity_check").fetchone()[0]
    if problem != "ok":
        raise StationError(f"{path}: damaged ({' '.join(str(problem).split())}).")


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StationError(f"{path}: {error}.") from error


def _restore_postgres(settings: Settings, file: Path) -> None:
    others = _postgres(
        settings,
        "psql",
        "--tuples-only",
        "--no-align",
        "--command=SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND coalesce(backend_type, 'client backend') = 'client backend'",
    )
    if others.strip() != b"0":
        raise StationError(IN_USE.format(store="The database"))
    script = _postgres(
        settings, "pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file)
    )
    if b"CREATE TABLE public.session " not in script:
        raise StationError(f"{file}: no copy of a hub's store.")
    _postgres(
        settings,
        "psql",
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        f"--command={DROP_ALL}",
        "--file=-",
        f"--command={NOT_NEWER.format(newest=_newest())}",
        given=script,
    )


def _postgres(settings: Settings, name: str, *arguments: str, given: bytes = b"") -> bytes:
    """What one of PostgreSQL's own programs prints."""
    program = shutil.which(name) or next(
        (found for found in sorted(glob.glob(f"{POSTGRES_PROGRAMS}/{name}"))[::-1]), None
    )
    if program is None:
        raise StationError(f"{name} is not installed (Debian: postgresql-client).")
    url: sa.URL = address_of(settings)
    given_to = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {"PGOPTIONS": "-c client_min_messages=warning"}
    environment |= {key: str(value) for key, value in given_to.items() if value}
    ended = subprocess.run(
        [program, *arguments], input=given, capture_output=True, env=environment, check=False
    )
    if ended.returncode != 0:
        lines = ended.stderr.decode(errors="replace").strip().splitlines()
        raise StationError(f"{name}: {lines[0] if lines else 'it failed'}")
    return ended.stdout


def _newest() -> int:
    return len(list(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql")))
