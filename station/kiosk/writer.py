"""Writes finished sessions to the ledger on a thread of its own, and again until it works.

A session that cannot be written (the disk is full, the file locked or damaged) is kept in memory
with the time it has waited, and written once that works. What does not fit is refused for good,
and the oldest sessions are kept: by an outbox at its bound, and by this memory at its own. Every
session that is lost is said in the log, and how many they are by now.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from station.errors import StationError
from station.ledger import FinishedSession, OutboxFullError, UnfitSessionError
from station.messages import SessionEvent

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0

MOST_WAITING = 2_000
"""Sessions in memory, some 4 MB: days of sets on a disk that stays full. A card that has died for
good must not take the screen with it."""


class Book(Protocol):
    """What the writer asks of `station.ledger.Ledger`."""

    def store(self, session: FinishedSession, ago_s: float) -> SessionEvent: ...
    def close(self) -> None: ...


class LedgerWriter:
    """Takes sessions from the screen's thread, which never waits for the disk.

    `open_book` opens the ledger; it is called on the writer's thread and may fail like a write.
    """

    def __init__(self, open_book: Callable[[], Book]) -> None:
        self._open_book = open_book
        self._waiting: queue.Queue[tuple[FinishedSession, float] | None] = queue.Queue(MOST_WAITING)
        self._closing = threading.Event()
        self._trouble: str | None = None
        self._last: str | None = None
        self._taken = self._settled = self._lost = 0
        self._refused = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why sessions cannot be written at the moment, None when they can."""
        return self._trouble

    @property
    def last(self) -> str | None:
        """The session written last, as the JSON that is handed over; None before the first."""
        return self._last

    @property
    def full(self) -> bool:
        """Whether the newest session was refused for want of room, here or in the ledger."""
        return self._refused

    @property
    def lost(self) -> int:
        """How many finished sessions were not kept, since the start."""
        return self._lost

    def put(self, session: FinishedSession) -> None:
        """Have `session` written; returns at once."""
        try:
            self._waiting.put_nowait((session, time.monotonic()))
        except queue.Full:
            self._refused = True
            self._lose(1, f"{MOST_WAITING} wait already, for this reason: {self._trouble}")
        else:
            self._taken += 1

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what is waiting, with one last try each, and end the thread."""
        self._closing.set()
        # A thread that has this much to write is not asleep.
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(timeout_s)
        if unsettled := self._taken - self._settled:
            self._lose(unsettled, f"the program ends, and {timeout_s:g} s were too short for them")

    def _run(self) -> None:
        book: Book | None = None
        while (waiting := self._next()) is not None:
            book = self._write(book, *waiting)
            self._settled += 1
        if book is not None:
            book.close()

    def _next(self) -> tuple[FinishedSession, float] | None:
        """The oldest that waits; None when the program ends and none is left."""
        if not self._closing.is_set():
            return self._waiting.get()
        with suppress(queue.Empty):
            return self._waiting.get_nowait()
        return None

    def _lose(self, count: int, why: str) -> None:
        self._lost += count
        log.error(
            "not kept: %d finished set(s), %s (%d lost since the start)", count, why, self._lost
        )

    def _write(self, book: Book | None, session: FinishedSession, finished: float) -> Book | None:
        delay = FIRST_RETRY_S
        while True:
            last_try = self._closing.is_set()
            try:
                book = book or self._open_book()
                self._last = book.store(session, time.monotonic() - finished).model_dump_json()
            except OutboxFullError as error:
                self._trouble, self._refused = str(error), True
                self._lose(1, str(error))
                return book
            except UnfitSessionError as error:
                self._lose(1, str(error))
                return book
            except (StationError, sqlite3.Error, OSError) as error:
                self._trouble = str(error)
                log.error("a session could not be written: %s", error)
            except Exception as error:
                # Without this thread no session would be written any more.
                log.exception("An error of the writer's own")
                self._lose(1, f"{type(error).__name__}: {error}")
                return None
            else:
                self._trouble, self._refused = None, False
                return book
            if last_try:
                self._lose(1, f"the program ends, and it could not be written: {self._trouble}")
                return book
            self._closing.wait(delay)
            delay = min(delay * 2, LAST_RETRY_S)
