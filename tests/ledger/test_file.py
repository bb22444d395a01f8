"""A file that is damaged, locked, full, foreign or newer is met with a sentence."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.errors import StationError
from station.ledger import FinishedSession, Ledger
from station.ledger.file import LedgerFile

SetMaker = Callable[..., FinishedSession]


def fill(path: Path, a_set: SetMaker, sets: int = 40) -> list[str]:
    """A closed ledger of some pages, everything in the main file."""
    ledger = Ledger(path)
    ids = [ledger.finish(a_set()) for _ in range(sets)]
    ledger.close()
    return ids


def damage(path: Path, kind: str) -> None:
    size = path.stat().st_size
    if kind == "zeros":
        path.write_bytes(bytes(size))
    elif kind == "text":
        path.write_text("this was never a database\n" * 200)
    elif kind == "cut":
        os.truncate(path, size - 4096)
    else:
        with path.open("r+b") as file:
            file.seek(4096 * 2)
            file.write(os.urandom(4096 * 3))


@pytest.mark.parametrize("kind", ["zeros", "text", "cut", "garbage"])
def test_a_damaged_file_is_kept_aside_said_once_and_replaced(
    path: Path, a_set: SetMaker, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = fill(path, a_set)
    damage(path, kind)
    broken = path.read_bytes()

    ledger = Ledger(path)
    rescued = ledger.depth()
    new = ledger.finish(a_set())

    assert [row.id for row in ledger.pending(100)][-1] == new
    assert {row.id for row in ledger.pending(100)} <= {*before, new}
    kept = path.with_name("ledger.db.broken-1")
    assert kept.read_bytes() == broken
    (record,) = caplog.records
    assert str(kept) in record.getMessage()
    assert f"the {rescued} sessions" in record.getMessage()
    assert record.levelname == "ERROR"


def test_damage_found_at_work_loses_neither_the_set_nor_the_old_file(
    path: Path, a_set: SetMaker
) -> None:
    kiosk, uplink = Ledger(path), Ledger(path)
    for _ in range(40):
        kiosk.finish(a_set())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    damage(path, "garbage")

    uplink.acknowledge(row.id for row in uplink.pending(100))
    new = kiosk.finish(a_set())

    assert [row.id for row in uplink.pending(100)] == [new], "both must use the new file"
    assert path.with_name("ledger.db.broken-1").exists()
    assert not path.with_name("ledger.db.broken-2").exists()


def test_a_second_damaged_file_does_not_overwrite_the_first(path: Path, a_set: SetMaker) -> None:
    for _ in range(2):
        fill(path, a_set)
        damage(path, "text")
        Ledger(path).close()
    assert path.with_name("ledger.db.broken-1").exists()
    assert path.with_name("ledger.db.broken-2").exists()


def test_a_card_that_is_dying_is_not_filled_with_damaged_files(path: Path, a_set: SetMaker) -> None:
    for _ in range(12):
        fill(path, a_set, sets=1)
        damage(path, "text")
        Ledger(path).close()
    kept = {file.name for file in path.parent.glob("*.broken-*")}
    assert kept == {f"ledger.db.broken-{number}" for number in (8, 9, 10, 11, 12)}


def test_a_file_deleted_under_a_running_program_is_begun_anew(path: Path, a_set: SetMaker) -> None:
    ledger = Ledger(path)
    ledger.finish(a_set())
    for file in path.parent.glob("ledger.db*"):
        file.unlink()
    ledger.finish(a_set())
    assert Ledger(path).depth() == 1


def test_a_locked_file_is_named_after_a_bounded_wait(path: Path, a_set: SetMaker) -> None:
    ledger = Ledger(path, busy_s=0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StationError, match=r"ledger\.db: another program has held it locked"):
        ledger.finish(a_set())
    assert ledger.depth() == 0, "reading goes on meanwhile"
    other.execute("ROLLBACK")
    other.close()
    ledger.finish(a_set())
    assert ledger.depth() == 1


@dataclass(frozen=True)
class SmallDisk:
    """A folder with room for some 100 kB, and how to give it more."""

    folder: Path
    grow: Callable[[], object]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A tmpfs of its own where mounting is allowed, else a page limit in SQLite."""
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(options: str) -> int:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    if mount("size=160k") == 0:
        yield SmallDisk(folder, lambda: mount("remount,size=4m"))
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        return
    real = LedgerFile._open

    def limited(self: LedgerFile) -> sqlite3.Connection:
        database = real(self)
        database.execute("PRAGMA max_page_count = 25")
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LedgerFile, "_open", limited)
        yield SmallDisk(folder, patch.undo)


def finish_until_refused(ledger: Ledger, a_set: SetMaker, stored: list[str]) -> None:
    while len(stored) < 1000:
        stored.append(ledger.finish(a_set()))


def test_a_full_disk_keeps_what_was_stored_and_goes_on_once_there_is_room(
    small_disk: SmallDisk, a_set: SetMaker
) -> None:
    ledger = Ledger(small_disk.folder / "ledger.db")
    stored: list[str] = []
    with pytest.raises(StationError, match="the disk is full, nothing was stored"):
        finish_until_refused(ledger, a_set, stored)
    assert stored
    assert [row.id for row in ledger.pending(1000)] == stored
    small_disk.grow()
    ledger.finish(a_set())
    assert ledger.depth() == len(stored) + 1
    assert not list(small_disk.folder.glob("*.broken-*"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StationError, match=r"Ledger .*data/ledger\.db: "):
        Ledger(tmp_path / "data" / "ledger.db")


def test_a_newer_files_data_is_left_alone(path: Path, a_set: SetMaker) -> None:
    fill(path, a_set, sets=1)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1003")
    database.close()
    with pytest.raises(StationError, match="written by a newer version"):
        Ledger(path)
    assert not list(path.parent.glob("*.broken-*"))
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    database.close()


def test_a_station_that_went_back_to_the_version_before_goes_on_storing(
    path: Path, a_set: SetMaker
) -> None:
    """The newer one had added a table and a column, and took sets."""
    fill(path, a_set, sets=2)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE weather (rain INTEGER) STRICT")
        database.execute("ALTER TABLE outbox ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'")
        database.execute("PRAGMA user_version = 3")
    database.close()
    ledger = Ledger(path)
    ledger.finish(a_set())
    assert len(ledger.pending(limit=9)) == 3
    ledger.close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (3,)
        assert database.execute("SELECT mood FROM outbox").fetchall() == [("fine",)] * 3
    database.close()


def test_two_users_of_one_group_can_both_write(path: Path, a_set: SetMaker) -> None:
    """Under the units' umask: whichever of kiosk and uplink begins it, the other goes on."""
    before = os.umask(0o007)
    try:
        ledger = Ledger(path)
        ledger.finish(a_set())
        made = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob("ledger.db*")}
    finally:
        os.umask(before)
    assert {"ledger.db", "ledger.db-wal", "ledger.db-shm"} <= made.keys()
    assert set(made.values()) == {0o660}
