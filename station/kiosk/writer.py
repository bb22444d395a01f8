"""Writes finished sessions to the ledger on a thread of its own, and again until it works."""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Protocol

from station.errors import StationError
from station.ledger import FinishedSession
from station.messages import SessionEvent

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0


class Book(Protocol):
    """What the writer asks of `station.ledger.Ledger`."""

    def store(self, session: FinishedSession) -> SessionEvent: ...
    def close(self) -> None: ...


class LedgerWriter:
    """Takes sessions from the screen's thread, which never waits for the disk.

    `open_book` opens the ledger; it is called on the writer's thread and may fail like a write.
    """

    def __init__(self, open_book: Callable[[], Book]) -> None:
        self._open_book = open_book
        self._waiting: queue.SimpleQueue[FinishedSession | None] = queue.SimpleQueue()
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
        self._waiting.put(session)

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what is waiting, with one last try each, and end the thread."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        book: Book | None = None
        while (session := self._waiting.get()) is not None:
            book = self._write(book, session)
        if book is not None:
            book.close()

    def _write(self, book: Book | None, session: FinishedSession) -> Book | None:
        delay = FIRST_RETRY_S
        while True:
            last_try = self._closing.is_set()
            try:
                book = book or self._open_book()
                self._last = book.store(session).model_dump_json()
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
