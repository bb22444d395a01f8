"""What a power cut leaves on a disk, by the log of its writes."""

from pathlib import Path

import pytest

from tests.machine.power import ENTRY, FLUSH, HEAD, MAGIC, SECTOR, replay


def entry(sector: int, content: bytes = b"", flags: int = 0) -> bytes:
    """One entry of a log, as qemu writes it."""
    head = ENTRY.pack(sector, len(content) // SECTOR, flags, 0)
    return head.ljust(SECTOR, b"\0") + content


def log_of(*entries: bytes) -> bytes:
    """A whole log."""
    return HEAD.pack(MAGIC, 1, len(entries), SECTOR).ljust(SECTOR, b"\0") + b"".join(entries)


def test_what_was_flushed_is_on_the_disk_and_what_came_after_is_not(tmp_path: Path) -> None:
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.write_bytes(b"." * 4 * SECTOR)
    log.write_bytes(
        log_of(
            entry(1, b"a" * SECTOR),
            entry(3, b"b" * SECTOR),
            entry(0, flags=FLUSH),
            entry(1, b"c" * SECTOR),
            entry(0, b"d" * 2 * SECTOR),
        )
    )
    replayed = replay(log, disk)
    assert (replayed.kept, replayed.lost) == (3, 2)
    assert disk.read_bytes() == b"".join(each * SECTOR for each in (b".", b"a", b".", b"b"))


def test_a_run_that_flushed_nothing_leaves_the_disk_as_it_was(tmp_path: Path) -> None:
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.write_bytes(b"." * SECTOR)
    log.write_bytes(log_of(entry(0, b"x" * SECTOR)))
    assert replay(log, disk).kept == 0
    assert disk.read_bytes() == b"." * SECTOR


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"no log of writes".ljust(SECTOR))
    with pytest.raises(ValueError, match="no log of writes"):
        replay(tmp_path / "log", tmp_path / "disk")
