"""The data partition as it is on the wall, ext4 of a given size: what fits, and when it is full."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station.errors import StationError
from station.ledger import Ledger
from station.ledger.file import KEPT_ASIDE
from station.ledger.ledger import MAX_BYTES
from tests.disks import Disk, ext4, loop_device, mounted_device
from tests.storage.parts import STORAGE
from tests.uplink.parts import A_SET

MIB = 1024 * 1024
OPTIONS = "noatime,nosuid,nodev,noexec,errors=remount-ro"
"""As read-only.sh mounts it; a test below holds the two together."""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Disk]:
    with (
        ext4(tmp_path / "data.img", 24) as device,
        mounted_device(device, tmp_path / "data", OPTIONS) as disk,
    ):
        yield disk


def finish_until_refused(ledger: Ledger, ids: list[str]) -> None:
    while len(ids) < 5000:
        ids.append(ledger.finish(A_SET))


def test_the_partition_is_large_enough_for_all_that_may_lie_there() -> None:
    """The ledger, as many damaged ones as are kept, their logs, the models, the journal."""
    smallest = int(re.search(r"MIN_MIB=(\d+)", (STORAGE / "read-only.sh").read_text())[1])  # type: ignore[index]
    files = (STORAGE / "files.sh").read_text()
    journal = int(re.search(r"SystemMaxUse=(\d+)M", files)[1])  # type: ignore[index]
    spared = int(re.search(r"SystemKeepFree=(\d+)M", files)[1])  # type: ignore[index]
    ledgers = (1 + KEPT_ASIDE) * MAX_BYTES // MIB
    models = 3 * 30
    logs_of_changes = 2 * 16
    assert ledgers + models + logs_of_changes + journal < 0.9 * smallest
    assert spared > MAX_BYTES // MIB, "logs give way to sets"
    assert f"/data ext4 {OPTIONS}," in files


def test_a_full_partition_loses_nothing_and_goes_on_when_there_is_room(data: Disk) -> None:
    path = data.folder / "ledger.db"
    ledger = Ledger(path)
    ids = [ledger.finish(A_SET) for _ in range(200)]
    data.fill()
    with pytest.raises(StationError, match="the disk is full, nothing was stored"):
        finish_until_refused(ledger, ids)
    assert [row.id for row in ledger.pending(9999)] == ids, "every set that was said to be stored"
    assert ledger.acknowledge(ids[:150]) == 150, "what the hub has can go, which makes room"
    ids = [*ids[150:], ledger.finish(A_SET)]
    assert [row.id for row in ledger.pending(9999)] == ids
    data.clear()
    ids.append(ledger.finish(A_SET))
    ledger.acknowledge([])
    ledger.close()
    with closing(Ledger(path)) as again:
        assert [row.id for row in again.pending(9999)] == ids


def test_a_station_that_starts_on_a_full_partition_hands_over_what_it_has(data: Disk) -> None:
    path = data.folder / "ledger.db"
    ledger = Ledger(path)
    ids = [ledger.finish(A_SET) for _ in range(50)]
    ledger.close()
    data.fill()
    with closing(Ledger(path)) as again:
        assert again.acknowledge(ids) == 50


def test_a_power_cut_leaves_all_that_was_said_to_be_stored(tmp_path: Path) -> None:
    """The image as it is on the disk at that moment, mounted anew: ext4's journal and SQLite's."""
    with (
        ext4(tmp_path / "data.img", 24) as device,
        mounted_device(device, tmp_path / "data", OPTIONS) as disk,
    ):
        ledger = Ledger(disk.folder / "ledger.db")
        ids = [ledger.finish(A_SET) for _ in range(120)]
        ledger.acknowledge(ids[:20])
        # No sync, no unmount: what has not been written yet is not in the copy.
        copy = ["cp", "--sparse=always", tmp_path / "data.img", tmp_path / "cut.img"]
        subprocess.run(copy, check=True)
        ledger.close()
    subprocess.run(["e2fsck", "-fp", tmp_path / "cut.img"], capture_output=True, check=False)
    with (
        loop_device(tmp_path / "cut.img") as device,
        mounted_device(device, tmp_path / "after", OPTIONS) as disk,
        closing(Ledger(disk.folder / "ledger.db")) as again,
    ):
        assert [row.id for row in again.pending(999)] == ids[20:]
