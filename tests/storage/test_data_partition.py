"""`deploy/storage/data-partition.sh` on a card that is a file: root behind boot, and room."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import Disk, loop_device, mounted_device
from tests.storage.parts import STORAGE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change partitions")

GIB = 1024**3
AS_FLASHED = "label: dos\n8192,1048576,c\n1056768,4194304,L\n"
"""512 MiB of boot and 2 GiB of root, as flashing leaves them."""


def shell(*argv: str, words: str | None = None) -> str:
    done = subprocess.run(argv, input=words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def card(tmp_path: Path) -> Iterator[str]:
    image = tmp_path / "card.img"
    with image.open("wb") as file:
        file.truncate(8 * GIB)
    shell("sfdisk", "--quiet", str(image), words=AS_FLASHED)
    with loop_device(image) as device:
        # Not every kernel reads partition tables of loop devices by itself.
        subprocess.run(["partx", "--add", device], capture_output=True, check=False)
        if not Path(f"{device}p2").exists():
            pytest.skip("partitions of a loop device need a kernel that has them")
        for part in ("p1", "p2"):
            shell("mkfs.ext4", "-q", device + part)
        with mounted_device(device + "p1", tmp_path / "boot") as boot:
            (boot.folder / "cmdline.txt").write_text("root=PARTUUID=1-02 rootwait resize\n")
        with mounted_device(device + "p2", tmp_path / "root") as root:
            (root.folder / "kept").write_text("the system")
        yield device
        subprocess.run(["partx", "--delete", device], capture_output=True, check=False)


def made(*argv: str) -> str:
    return shell(str(STORAGE / "data-partition.sh"), *argv)


def refused(*argv: str) -> str:
    done = subprocess.run(
        [STORAGE / "data-partition.sh", *argv], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    (sentence,) = done.stderr.splitlines()
    return sentence.removeprefix("data-partition.sh: ")


def unplugged_at(program: str, card: str, folder: Path, *argv: str) -> None:
    """Said once; the power goes at the moment when it would run `program`."""
    folder.mkdir()
    plug = folder / program
    plug.write_text("#!/bin/sh\nkill -KILL $PPID\n")
    plug.chmod(0o755)
    done = subprocess.run(
        [STORAGE / "data-partition.sh", card, *argv],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def exchanged(part: str, at: int, content: bytes) -> bytes:
    """What stood there before."""
    with Path(part).open("r+b") as device:
        device.seek(at)
        before = device.read(len(content))
        device.seek(at)
        device.write(content)
        device.flush()
        os.fsync(device.fileno())
    return before


def take_out_of_the_table(card: str, number: str) -> None:
    shell("sfdisk", "--quiet", "--no-reread", "--force", "--delete", card, number)
    shell("partx", "--update", card)


def label(part: str) -> str:
    asked = ["blkid", "-p", "-s", "LABEL", "-o", "value", part]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def free_mib(disk: Disk) -> float:
    room = os.statvfs(disk.folder)
    return room.f_blocks * room.f_frsize / 1024**2


def test_a_flashed_card_gets_a_larger_root_and_the_rest_for_data(card: str, tmp_path: Path) -> None:
    table = shell("sfdisk", "-d", card)
    assert "grows from 2048 to 5120 MiB" in made(card, "--root-gib", "5", "--dry-run")
    assert shell("sfdisk", "-d", card) == table
    said = made(card, "--root-gib", "5")
    assert f"data: {card}p3 is made, 2555 MiB" in said
    assert "'resize' taken out of cmdline.txt" in said
    with mounted_device(card + "p2", tmp_path / "root") as root:
        assert (root.folder / "kept").read_text() == "the system"
        assert free_mib(root) > 4800
    with mounted_device(card + "p1", tmp_path / "boot") as boot:
        assert (boot.folder / "cmdline.txt").read_text() == "root=PARTUUID=1-02 rootwait\n"
    assert label(card + "p3") == "hinge-data"


def test_said_again_it_keeps_what_is_there_and_grows_to_a_larger_cards_end(
    card: str, tmp_path: Path
) -> None:
    made(card)
    with mounted_device(card + "p3", tmp_path / "data") as data:
        (data.folder / "ledger.db").write_text("a set")
    assert "is there, 5627 MiB" in made(card)
    with (tmp_path / "card.img").open("r+b") as file:
        file.truncate(9 * GIB)
    shell("losetup", "--set-capacity", card)
    assert "grows to 6651 MiB" in made(card)
    with mounted_device(card + "p3", tmp_path / "data") as data:
        assert (data.folder / "ledger.db").read_text() == "a set"
        assert free_mib(data) > 6300
    assert "the data partition lies behind it" in refused(card, "--root-gib", "5")


def test_a_card_that_root_has_all_of_is_refused_with_what_to_do(card: str) -> None:
    shell("sfdisk", "--quiet", "--no-reread", "--force", "-N", "2", card, words=",15000000\n")
    shell("partx", "--update", card)
    assert "root has been given the whole card. Use a USB stick" in refused(card)
    assert "too small for 8 GiB of root" in refused(card, "--root-gib", "8")
    assert refused(card + "p1") == f"{card}p1 is a partition; name the whole disk."
    assert refused("/dev/nowhere") == "/dev/nowhere: there is no such disk."
    assert refused(card, "--root-gib", "much") == "--root-gib much: a whole number of GiB."


def test_a_power_cut_before_the_data_has_its_file_system_is_made_good_by_saying_it_again(
    card: str, tmp_path: Path
) -> None:
    # In an earlier life of the card, its data was in this very place.
    made(card)
    with mounted_device(card + "p3", tmp_path / "earlier") as data:
        (data.folder / "ledger.db").write_text("somebody else's")
    take_out_of_the_table(card, "3")
    with mounted_device(card + "p1", tmp_path / "boot") as boot:
        (boot.folder / "cmdline.txt").write_text("root=PARTUUID=1-02 rootwait resize\n")

    unplugged_at("mkfs.ext4", card, tmp_path / "cut", "--root-gib", "3")
    assert label(card + "p3") == "", "what is gone is not taken for data"
    with mounted_device(card + "p1", tmp_path / "boot") as boot:
        assert "resize" not in (boot.folder / "cmdline.txt").read_text()

    assert f"data: {card}p3 is made" in made(card, "--root-gib", "3")
    assert label(card + "p3") == "hinge-data"
    with mounted_device(card + "p3", tmp_path / "data") as data:
        assert [path.name for path in data.folder.iterdir()] == ["lost+found"]
        assert free_mib(data) > 4400
    assert f"data: {card}p3 is there" in made(card, "--root-gib", "3")


def test_only_a_partition_that_was_just_made_is_ever_formatted(card: str, tmp_path: Path) -> None:
    made(card)
    part = card + "p3"
    with mounted_device(part, tmp_path / "data") as data:
        (data.folder / "ledger.db").write_text("a set")
    # Its first superblock is damaged: nothing is found in it, and `e2fsck -b 32768` has it all.
    kept = exchanged(part, 1024, bytes(1024))
    assert refused(card) == f"{part} is no ext4 root."
    exchanged(part, 1024, kept)
    with mounted_device(part, tmp_path / "data") as data:
        assert (data.folder / "ledger.db").read_text() == "a set"

    # Somebody else made use of what an interruption had left.
    take_out_of_the_table(card, "3")
    unplugged_at("mkfs.ext4", card, tmp_path / "cut")
    mark = exchanged(part, 0, bytes(64))
    shell("mkswap", "--quiet", "--label", "swap", part)
    exchanged(part, 0, mark)
    assert refused(card) == f"{part} is no ext4 root."
    assert label(part) == "swap"


def test_root_gets_all_of_its_partition_also_when_the_plug_was_pulled_between(
    card: str, tmp_path: Path
) -> None:
    unplugged_at("e2fsck", card, tmp_path / "cut", "--root-gib", "5")
    assert not Path(card + "p3").exists()
    table = shell("sfdisk", "-d", card)
    said = made(card, "--root-gib", "5", "--dry-run")
    assert f"root: the file system of {card}p2 grows to 5120 MiB" in said
    assert shell("sfdisk", "-d", card) == table
    made(card, "--root-gib", "5")
    with mounted_device(card + "p2", tmp_path / "root") as root:
        assert (root.folder / "kept").read_text() == "the system"
        assert free_mib(root) > 4800
    assert "root" not in made(card, "--root-gib", "5"), "there is nothing left to do"
