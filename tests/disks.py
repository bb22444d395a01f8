"""Small disks of their own, to be filled to the last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

NO_MOUNT = "a disk of its own to fill needs the right to mount a tmpfs (root)"
NO_LOOP = "a partition of its own needs the right to attach and mount a loop device (root)"


@dataclass(frozen=True)
class Disk:
    """A mounted tmpfs, or another small file system."""

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


@contextmanager
def loop_device(image: Path) -> Iterator[str]:
    """`image` as a block device, its partitions too; skips where that is not allowed."""
    command = ["losetup", "--find", "--show", "--partscan", str(image)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if os.geteuid() != 0 or made.returncode:
        pytest.skip(NO_LOOP)
    device = made.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


@contextmanager
def ext4(image: Path, mib: int, *options: str) -> Iterator[str]:
    """A block device with an empty ext4 of `mib` MiB, kept in a sparse file."""
    with image.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", *options, str(image)], check=True)
    with loop_device(image) as device:
        yield device


@contextmanager
def mounted_device(device: str, folder: Path, options: str = "noatime") -> Iterator[Disk]:
    """`device` at `folder`, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-o", options, device, str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
