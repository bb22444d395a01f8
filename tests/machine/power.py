"""What a disk holds after the power failed: nothing that was not flushed.

qemu's blklogwrites driver notes every write and every flush of the guest. Killing qemu alone loses
only what the guest kept in memory; here all writes after the last flush are left out as well, as
if the disk had had them in its cache and forgotten them.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SECTOR = 512
MAGIC = 0x6A736677736872
HEAD = struct.Struct("<QQQI")
"""magic, version, entries, bytes of a sector"""
ENTRY = struct.Struct("<QQQQ")
"""first sector, sectors, flags, bytes of data"""
FLUSH, DISCARD = 1, 4


@dataclass(frozen=True)
class Replayed:
    """What became of the writes of a run."""

    kept: int
    lost: int

    @property
    def entries(self) -> int:
        return self.kept + self.lost


@dataclass(frozen=True)
class _Entry:
    sector: int
    sectors: int
    flags: int
    data_at: int


def replay(log: Path, disk: Path) -> Replayed:
    """Write to `disk`, as it was before the run, all that `log` has up to its last flush.

    Raises ValueError for a log that is none.
    """
    with log.open("rb") as noted:
        entries = _entries(noted)
        flushed = max(
            (number for number, entry in enumerate(entries) if entry.flags & FLUSH), default=-1
        )
        with disk.open("r+b") as target:
            for entry in entries[: flushed + 1]:
                if entry.sectors and not entry.flags & DISCARD:
                    noted.seek(entry.data_at)
                    target.seek(entry.sector * SECTOR)
                    target.write(noted.read(entry.sectors * SECTOR))
    return Replayed(flushed + 1, len(entries) - flushed - 1)


def _entries(noted: BinaryIO) -> list[_Entry]:
    """All of the log, also what came after its head was last brought up to date."""
    size = noted.seek(0, 2)
    noted.seek(0)
    magic, version, _, sector = HEAD.unpack(noted.read(HEAD.size))
    if (magic, version, sector) != (MAGIC, 1, SECTOR):
        raise ValueError(f"no log of writes: {magic:#x}, version {version}, {sector} bytes")
    found, at = [], SECTOR
    while at + ENTRY.size <= size:
        noted.seek(at)
        first, sectors, flags, _ = ENTRY.unpack(noted.read(ENTRY.size))
        if not (sectors or flags):
            break
        at += SECTOR
        found.append(_Entry(first, sectors, flags, at))
        at += 0 if flags & DISCARD else sectors * SECTOR
    return found
