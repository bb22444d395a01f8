"""Writes finished sessions to the ledger on a thread of its own, and again until it works.

A session that cannot be written (the disk is full, the file locked or damaged) is kept in memory
with the time it has waited, and written once that works. Only an outbox at its bound refuses it
for good: the oldest sessions are kept.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Protocol

from station.errors import StationError
from station.ledger import FinishedSession, OutboxFullError
from station.messages import SessionEvent

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0


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
        self._waiting: queue.SimpleQueue[tuple[FinishedSession, float] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._trouble: str | None = None
        self._last: str | None = None
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

    def put(self, session: FinishedSession) -> None:
        """Have `session` written; returns at once."""
        self._waiting.put((session, time.monotonic()))

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what is waiting, with one last try each, and end the thread."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        book: Book | None = None
        while (waiting := self._waiting.get()) is not None:
            book = self._write(book, *waiting)
        if book is not None:
            book.close()

    def _write(self, book: Book | None, session: FinishedSession, finished: float) -> Book | None:
        delay = FIRST_RETRY_S
        while True:
            last_try = self._closing.is_set()
            try:
                book = book or self._open_book()
                self._last = book.store(session, time.monotonic() - finished).model_dump_json()
            except OutboxFullError as error:
                self._trouble = str(error)
                log.error("a session is not kept: %s", error)
                return book
            except (StationError, sqlite3.Error, OSError) as error:
                self._trouble = str(error)
                log.error("a session could not be written: %s", error)
            else:
                self._trouble = None
                return book
            if last_try:
                log.error("gave up writing a session: the program ends")
                return book
            self._closing.wait(delay)
            delay = min(delay * 2, LAST_RETRY_S)
