"""Sessions reach the disk from a thread of their own, whatever the disk says."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from station.errors import StationError
from station.kiosk import writer as writing
from station.kiosk.writer import LedgerWriter
from station.ledger import FinishedSession, Ledger
from station.messages import SessionEvent

SESSION = FinishedSession(
    source="camera",
    exercise="hinge",
    mode="set",
    reps=3,
    clean=2,
    attempts=0,
    patterns={"hinge": 3},
    faults={},
    first_half_clean=1,
    second_half_clean=1,
    depth_band="half",
    minutes_band="under_1",
    outcome="finished",
    cfg=0,
)


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_put_is_on_the_disk_after_close(tmp_path: Path) -> None:
    writer = LedgerWriter(lambda: Ledger(tmp_path / "ledger.db"))
    assert writer.last is None
    for _ in range(3):
        writer.put(SESSION)
    writer.close()
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger.depth() == 3
    assert writer.last == ledger.pending(3)[-1].event, "what the privacy screen shows is what goes"


def test_a_full_disk_is_said_and_the_session_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FIRST_RETRY_S", 0.02)
    full = True

    def open_ledger() -> Ledger:
        if full:
            raise StationError("Ledger: the disk is full.")
        return Ledger(tmp_path / "ledger.db")

    writer = LedgerWriter(open_ledger)
    writer.put(SESSION)
    writer.put(SESSION)
    until(lambda: writer.trouble is not None)
    assert writer.trouble == "Ledger: the disk is full."
    full = False
    until(lambda: writer.trouble is None)
    writer.close()
    assert Ledger(tmp_path / "ledger.db").depth() == 2


def test_closing_tries_once_more_and_does_not_hang(tmp_path: Path) -> None:
    folder_in_the_way = tmp_path / "ledger.db"
    folder_in_the_way.mkdir()
    writer = LedgerWriter(lambda: Ledger(folder_in_the_way))
    writer.put(SESSION)
    until(lambda: writer.trouble is not None)
    folder_in_the_way.rmdir()
    begun = time.monotonic()
    writer.close()
    assert time.monotonic() - begun < 5
    assert Ledger(folder_in_the_way).depth() == 1


class FullDisk:
    """A book that takes nothing while `full`; counts what it has taken."""

    def __init__(self) -> None:
        self.full = True
        self.reps: list[int] = []

    def store(self, session: FinishedSession, ago_s: float) -> SessionEvent:
        if self.full:
            raise StationError("Ledger: the disk is full.")
        self.reps.append(session.reps)
        stamp = {
            "id": 32 * "0",
            "boot": "b",
            "seq": 0,
            "hour": "2026-01-01T00:00Z",
            "clock": "synced",
        }
        return SessionEvent.model_validate({**asdict(session), **stamp})

    def close(self) -> None: ...


def test_a_disk_that_stays_full_does_not_fill_the_memory_and_what_is_lost_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writing, "FIRST_RETRY_S", 0.02)
    monkeypatch.setattr(writing, "MOST_WAITING", 10)
    book = FullDisk()
    writer = LedgerWriter(lambda: book)
    writer.put(replace(SESSION, reps=0))
    until(lambda: writer.trouble is not None)
    for number in range(1, 15):
        writer.put(replace(SESSION, reps=number))
    assert writer.lost == 4
    assert writer.full, "which the screen says"
    assert "4 lost since the start" in caplog.text
    assert "the disk is full" in caplog.text
    book.full = False
    until(lambda: writer.trouble is None)
    assert not writer.full
    writer.close()
    assert book.reps == list(range(11)), "the oldest are kept, in their order"
    assert writer.lost == 4


def test_sessions_that_cannot_be_written_at_the_end_are_counted_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writing, "MOST_WAITING", 10)
    writer = LedgerWriter(FullDisk)
    for _ in range(11):
        writer.put(SESSION)
        until(lambda: writer.trouble is not None)
    begun = time.monotonic()
    writer.close()
    assert time.monotonic() - begun < 5
    assert writer.lost == 11
    assert "11 lost since the start" in caplog.text


def test_a_book_that_hangs_at_the_end_is_left_and_its_sessions_are_said_to_be_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    opened = threading.Event()

    def hang() -> Ledger:
        opened.set()
        time.sleep(60)
        raise AssertionError

    writer = LedgerWriter(hang)
    writer.put(SESSION)
    writer.put(SESSION)
    assert opened.wait(5)
    writer.close(timeout_s=0.1)
    assert writer.lost == 2
    assert "too short" in caplog.text


def test_a_session_that_no_ledger_would_ever_take_does_not_hold_up_those_behind_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = LedgerWriter(lambda: Ledger(tmp_path / "ledger.db"))
    writer.put(replace(SESSION, exercise="NOT AN ID"))
    writer.put(SESSION)
    writer.close()
    assert Ledger(tmp_path / "ledger.db").depth() == 1
    assert writer.lost == 1
    assert "exercise" in caplog.text


def test_an_error_of_the_programs_own_costs_one_session_and_not_the_thread(
    tmp_path: Path,
) -> None:
    tries = iter((ZeroDivisionError, None))

    def open_ledger() -> Ledger:
        if (error := next(tries)) is not None:
            raise error
        return Ledger(tmp_path / "ledger.db")

    writer = LedgerWriter(open_ledger)
    writer.put(SESSION)
    writer.put(SESSION)
    writer.close()
    assert Ledger(tmp_path / "ledger.db").depth() == 1
    assert writer.lost == 1
