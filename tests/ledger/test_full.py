"""A full disk and a full outbox: what is there goes on to the hub, and the oldest is kept."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.errors import StationError
from station.kiosk import writer as writing
from station.kiosk.writer import LedgerWriter
from station.ledger import FinishedSession, Ledger, OutboxFullError
from tests.disks import Disk, small_disk
from tests.uplink.parts import eventually

SetMaker = Callable[..., FinishedSession]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", 8192) as made:
        yield made


def finish_until_refused(ledger: Ledger, made: FinishedSession, ids: list[str]) -> None:
    while len(ids) < 1000:
        ids.append(ledger.finish(made))


def is_whole(path: Path) -> bool:
    database = sqlite3.connect(path)
    try:
        return database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        database.close()


def test_what_the_hub_has_can_be_deleted_though_the_disk_is_full(
    disk: Disk, a_set: SetMaker
) -> None:
    path = disk.folder / "ledger.db"
    ledger = Ledger(path)
    ids = [ledger.finish(a_set()) for _ in range(200)]
    disk.fill()
    with pytest.raises(StationError, match="the disk is full, nothing was stored"):
        finish_until_refused(ledger, a_set(), ids)
    for at in range(0, len(ids), 20):
        assert ledger.acknowledge(ids[at : at + 20]) == len(ids[at : at + 20])
    assert ledger.depth() == 0
    disk.clear()
    new = ledger.finish(a_set())
    ledger.acknowledge([new])
    assert path.with_name("ledger.db.reserve").stat().st_size > 0, "for the next time"
    assert is_whole(path)


def test_a_station_that_starts_on_a_full_disk_hands_over_what_it_has(
    disk: Disk, a_set: SetMaker
) -> None:
    path = disk.folder / "ledger.db"
    ledger = Ledger(path)
    ids = [ledger.finish(a_set()) for _ in range(50)]
    ledger.close()
    disk.fill()
    again = Ledger(path)
    assert [row.id for row in again.pending(100)] == ids
    assert again.acknowledge(ids) == 50


def test_with_its_reserve_gone_as_well_it_is_said_and_nothing_is_lost(
    disk: Disk, a_set: SetMaker
) -> None:
    path = disk.folder / "ledger.db"
    ledger = Ledger(path)
    ids = [ledger.finish(a_set()) for _ in range(50)]
    ledger.close()
    path.with_name("ledger.db.reserve").unlink()
    disk.fill()
    with pytest.raises(StationError, match=r"ledger\.db: the disk is full"):
        Ledger(path)
    disk.clear()
    assert [row.id for row in Ledger(path).pending(100)] == ids
    assert not list(disk.folder.glob("*.broken-*")), "a full disk is no damage"


def test_sets_finished_on_a_full_disk_wait_in_memory_and_are_written_once(
    disk: Disk, a_set: SetMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FIRST_RETRY_S", 0.02)
    ledger = Ledger(disk.folder / "ledger.db")
    writer = LedgerWriter(lambda: Ledger(disk.folder / "ledger.db"))
    disk.fill()
    for number in range(300):
        writer.put(a_set(attempts=number))
    eventually(lambda: "disk is full" in (writer.trouble or ""), "it is said")
    disk.clear()
    writer.put(a_set(attempts=300))
    eventually(lambda: ledger.depth() == 301, "all are written")
    writer.close()
    events = [row.event for row in ledger.pending(1000)]
    assert [f'"attempts":{number},' in event for number, event in enumerate(events)] == [True] * 301


def test_damage_while_the_kiosk_runs_costs_the_kiosk_no_set(
    tmp_path: Path, a_set: SetMaker
) -> None:
    """The writer goes on in a new file and the damaged one is kept: tests/ledger/test_file.py
    has the same for the uplink."""
    path = tmp_path / "ledger.db"
    writer = LedgerWriter(lambda: Ledger(path))
    for _ in range(30):
        writer.put(a_set())
    eventually(lambda: path.exists() and Ledger(path).depth() == 30, "written")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)
    writer.put(a_set(attempts=77))
    eventually(lambda: any('"attempts":77,' in p.event for p in Ledger(path).pending(99)), "kept")
    writer.close()
    assert writer.trouble is None
    assert path.with_name("ledger.db.broken-1").exists()


def test_a_full_outbox_keeps_the_oldest_and_says_so(
    tmp_path: Path, a_set: SetMaker, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path, max_bytes=100 * 1024)
    ids: list[str] = []
    with pytest.raises(OutboxFullError, match=r"\(100 KiB\); the oldest are kept"):
        finish_until_refused(ledger, a_set(), ids)
    assert 50 < len(ids) < 1000
    assert [row.id for row in ledger.pending(1000)] == ids
    writer = LedgerWriter(lambda: Ledger(path, max_bytes=100 * 1024))
    writer.put(a_set())
    eventually(lambda: "the oldest are kept" in (writer.trouble or ""), "it is said")
    ledger.acknowledge(ids[:40])
    writer.put(a_set(attempts=5))
    writer.close()
    assert writer.trouble is None
    kept = ledger.pending(1000)
    assert [row.id for row in kept][:-1] == ids[40:], "the refused one is not kept for later"
    assert '"attempts":5,' in kept[-1].event


def test_the_bound_holds_months_of_sets(tmp_path: Path, a_set: SetMaker) -> None:
    """A quarter of the bound, filled through SQLite alone; 300 sets a day is a busy gym."""
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    ledger.finish(a_set(faults={f"a_fault_{n}": n for n in range(6)}))
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 18000)"
        " INSERT INTO outbox SELECT boot, i, lower(hex(randomblob(16))), hour, finished_s, event"
        " FROM outbox, n"
    )
    database.close()
    ledger.close()
    used = path.stat().st_size
    assert 64 * 1024 * 1024 / (used / 18_000) > 60 * 300
