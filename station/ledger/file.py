"""The SQLite file itself: opened, locked, replaced when damaged, its errors put into words."""

import fcntl
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from station.errors import StationError
from station.ledger.schema import NewerSchemaError, migrate

log = logging.getLogger(__name__)
Result = TypeVar("Result")

RESERVE_BYTES = 256 * 1024
"""What a nearly full disk is spared for deleting: SQLite must write in order to delete."""

KEPT_ASIDE = 5
"""Damaged files that are kept, the latest: a dying card must not fill itself with them."""

_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN}
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SUFFIXES = ("-wal", "-shm", "")


class LedgerFile:
    """Runs transactions on one SQLite file; call from one thread at a time.

    Beside the file lies `<name>.lock`: each transaction holds it shared, moving a damaged file
    aside holds it exclusively. Without it another process could go on writing into the file
    that was moved. `<name>.reserve` holds some room on the disk, given up when the disk is full
    so that sessions the hub has can still be deleted, and taken again when there is room.
    """

    def __init__(self, path: Path, busy_s: float) -> None:
        self.path = path
        self._busy_s = busy_s
        self._database: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self.openings = 0
        """Grows when another file may have taken this one's place: positions are then others."""

    def run(
        self,
        work: Callable[[sqlite3.Connection], Result],
        *,
        writes: bool,
        frees: bool = False,
    ) -> Result:
        """`work` in one transaction, done again in a new file when this one proves damaged.

        `frees`: it makes the file smaller, so a full disk's reserve is spent on it.

        Raises StationError when the file cannot be used, and whatever `work` raises; nothing
        of it is then stored.
        """
        try:
            try:
                result = self._run(work, writes)
            except sqlite3.DatabaseError as error:
                if _is_damage(error):
                    self._move_aside(error)
                    return self._run(work, writes)
                # Without a connection it is the opening that found no room.
                if not (_has_no_room(error) and (frees or self._database is None)):
                    raise
                self._make_room()
                result = self._run(work, writes)
                self._shorten_log()
            if frees:
                self._keep_reserve()
            return result
        except NewerSchemaError as error:
            self.close()
            raise StationError(f"Ledger {self.path}: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise StationError(f"Ledger {self.path}: {_in_words(error, self._busy_s)}.") from error
        except OSError as error:
            self.close()
            raise StationError(f"Ledger {self.path}: {error.strerror or error}.") from error

    def close(self) -> None:
        """Close the connection; the next transaction opens it again."""
        database, self._database = self._database, None
        if database is not None:
            with suppress(sqlite3.Error):
                database.close()

    def _run(self, work: Callable[[sqlite3.Connection], Result], writes: bool) -> Result:
        with self._lock(fcntl.LOCK_SH):
            database = self._current()
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            try:
                result = work(database)
                database.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself; a second try must not hide that.
                with suppress(sqlite3.Error):
                    database.rollback()
                raise
            return result

    def _current(self) -> sqlite3.Connection:
        """The connection to the file that now has the name, not to one since moved or deleted."""
        if self._database is not None and self._identity != _identity(self.path):
            self.close()
        if self._database is None:
            self._database = self._open()
            self.openings += 1
            self._identity = _identity(self.path)
            self._keep_reserve()
        return self._database

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._make()
        database = sqlite3.connect(
            self.path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            verdict = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                raise DamageError(verdict)
            migrate(database)
        except BaseException:
            database.close()
            raise
        return database

    def _make(self) -> None:
        """An empty file that the whole group may write, as far as the umask lets it.

        Kiosk and uplink are two users of one group, and SQLite would let only the one write that
        came first; what it puts beside the file has the file's own mode. SQLite itself says what
        keeps a file from being made.
        """
        # Never an existing one: closing it would drop the locks of this process's connections.
        with suppress(OSError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660))

    @property
    def _reserve(self) -> Path:
        return self.path.with_name(f"{self.path.name}.reserve")

    def _keep_reserve(self) -> None:
        """Set the reserve aside, unless it is there or the disk has little more than that."""
        with suppress(OSError):
            if self._reserve.exists() and self._reserve.stat().st_size >= RESERVE_BYTES:
                return
            if shutil.disk_usage(self.path.parent).free < 4 * RESERVE_BYTES:
                return
            file = os.open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)
            try:
                os.posix_fallocate(file, 0, RESERVE_BYTES)
            finally:
                os.close(file)

    def _make_room(self) -> None:
        """Give the reserve up, and what the log of changes holds beyond need."""
        with suppress(OSError):
            self._reserve.unlink()
            log.warning("Ledger %s: the disk is full; its reserve is spent.", self.path)
        self._shorten_log()

    def _shorten_log(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _move_aside(self, damage: sqlite3.DatabaseError) -> None:
        """Give a damaged file another name, unless another process just did."""
        self.close()
        with self._lock(fcntl.LOCK_EX):
            try:
                self._open().close()
                return
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
            before = self._kept_aside()
            for old in before[: 1 - KEPT_ASIDE]:
                for suffix in _SUFFIXES:
                    Path(f"{old}{suffix}").unlink(missing_ok=True)
            number = 1 + (_number(before[-1]) if before else 0)
            kept = self.path.with_name(f"{self.path.name}.broken-{number}")
            # The log of changes goes first: left beside a new file, SQLite would replay it there.
            for suffix in _SUFFIXES:
                with suppress(FileNotFoundError):
                    os.rename(f"{self.path}{suffix}", f"{kept}{suffix}")
        log.error(
            "Ledger %s: damaged (%s); kept as %s, a new one is begun.", self.path, damage, kept
        )

    def _kept_aside(self) -> list[Path]:
        """The damaged files kept so far, oldest first."""
        found = self.path.parent.glob(f"{self.path.name}.broken-*")
        return sorted((file for file in found if _number(file)), key=_number)

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(lock, kind)
            yield
        finally:
            os.close(lock)


class DamageError(sqlite3.DatabaseError):
    """SQLite's own check found the file inconsistent."""


def _number(kept: Path) -> int:
    """The number in a damaged file's name; 0 for what lies beside one."""
    end = kept.name.rpartition("-")[2]
    return int(end) if end.isdecimal() else 0


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return isinstance(error, DamageError) or _code(error) in _DAMAGE


def _has_no_room(error: sqlite3.DatabaseError) -> bool:
    """SQLite says by an I/O error that it found no room for the file its processes share."""
    return _code(error) in _NO_ROOM or getattr(error, "sqlite_errorcode", None) in _NO_ROOM


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _in_words(error: sqlite3.DatabaseError, busy_s: float) -> str:
    if _has_no_room(error):
        return "the disk is full, nothing was stored"
    return {
        sqlite3.SQLITE_BUSY: f"another program has held it locked for {busy_s:g} s",
        sqlite3.SQLITE_READONLY: "it may only be read, not written",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
        sqlite3.SQLITE_IOERR: f"the disk reports an error ({error})",
    }.get(_code(error), str(error))
