"""Small disks of their own, to be filled to the last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

NO_MOUNT = "a disk of its own to fill needs the right to mount a tmpfs (root)"


@dataclass(frozen=True)
class Disk:
    """A mounted tmpfs."""

    folder: Path

    def fill(self) -> None:
        """Take every byte that is left."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            for size in (65536, 4096, 512, 1):
                with suppress(OSError):
                    while True:
                        file.write(b"\xff" * size)

    def clear(self) -> None:
        """Give it back."""
        (self.folder / "filler").unlink(missing_ok=True)


@contextmanager
def mounted(folder: Path, kib: int) -> Iterator[Disk | None]:
    """A tmpfs of `kib` KiB at `folder`, made if need be; None where mounting is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Disk]:
    """The same for a test, which is skipped where mounting is not allowed."""
    with mounted(folder, kib) as disk:
        if disk is None:
            pytest.skip(NO_MOUNT)
        yield disk
