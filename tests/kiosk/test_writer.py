"""Sessions reach the disk from a thread of their own, whatever the disk says."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from station.errors import StationError
from station.kiosk import writer as writing
from station.kiosk.writer import LedgerWriter
from station.ledger import FinishedSession, Ledger

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
