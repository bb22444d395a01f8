"""`deploy/storage/read-only.sh` on the files of a system that does not run."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import ext4, mounted_device
from tests.storage.parts import FSTAB, STORAGE, a_system, done, refused, snapshot

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


@pytest.fixture
def system(tmp_path: Path) -> Path:
    return a_system(tmp_path / "system")


@pytest.fixture
def partition(tmp_path: Path) -> Iterator[str]:
    with ext4(tmp_path / "data.img", 1000) as device:
        yield device


@needs_root
def test_off_after_on_gives_back_the_very_same_files(system: Path, partition: str) -> None:
    before = snapshot(system)
    done("on", "--root", system, "--data", partition)
    assert snapshot(system) != before
    done("off", "--root", system)
    assert snapshot(system) == before


@needs_root
def test_both_may_be_said_again_and_a_rehearsal_changes_nothing(
    system: Path, partition: str
) -> None:
    before = snapshot(system)
    said = done("on", "--root", system, "--data", partition, "--dry-run")
    assert "+PARTUUID=5a1b-02 / ext4 ro,noatime 0 1" in said
    assert said.endswith("Nothing was changed.\n")
    assert snapshot(system) == before
    done("on", "--root", system, "--data", partition)
    on = snapshot(system)
    assert "on already" in done("on", "--root", system)
    done("off", "--root", system, "--dry-run")
    assert snapshot(system) == on
    done("off", "--root", system)
    assert "off already" in done("off", "--root", system)
    assert snapshot(system) == before


@needs_root
def test_what_an_administrator_adds_meanwhile_stays(system: Path, partition: str) -> None:
    done("on", "--root", system, "--data", partition)
    with (system / "etc/fstab").open("a") as fstab:
        fstab.write("nas:/share /mnt/share nfs nofail 0 0\n")
    done("off", "--root", system)
    assert (system / "etc/fstab").read_text() == FSTAB + "nas:/share /mnt/share nfs nofail 0 0\n"


@needs_root
def test_a_file_without_a_last_newline_comes_back_without_one(system: Path, partition: str) -> None:
    (system / "etc/fstab").write_text(FSTAB.rstrip())
    (system / "boot/firmware/cmdline.txt").write_text("root=PARTUUID=5a1b-02 rw")
    before = snapshot(system)
    done("on", "--root", system, "--data", partition)
    assert (
        (system / "boot/firmware/cmdline.txt")
        .read_text()
        .endswith("rw consoleblank=0 fsck.repair=yes cgroup_enable=memory")
    )
    done("off", "--root", system)
    assert snapshot(system) == before


@needs_root
def test_name_servers_are_looked_up_where_networkmanager_writes_them_if_there_is_one(
    system: Path, partition: str
) -> None:
    """Elsewhere the link would lead nowhere; the folder in /etc is the station's installer's."""
    kept = system / "etc/resolv.conf"
    done("on", "--root", system, "--data", partition)
    assert kept.readlink() == Path("/run/NetworkManager/resolv.conf")
    done("off", "--root", system)
    (system / "usr/sbin/NetworkManager").unlink()
    done("on", "--root", system, "--data", partition)
    assert kept.read_text() == "nameserver 192.168.1.1\n"
    assert not kept.is_symlink()


@needs_root
def test_the_data_moves_and_no_set_is_in_two_places(
    system: Path, partition: str, tmp_path: Path
) -> None:
    done("on", "--root", system, "--data", partition)
    beneath = system / "var/lib/hinge-station"
    assert not list(beneath.glob("ledger.db*")), "or it would be sent twice"
    assert (beneath / "models/pose_landmarker_full.task").exists(), "coaching needs no data"
    with mounted_device(partition, tmp_path / "look") as data:
        kept = data.folder / "hinge-station"
        assert (kept / "ledger.db").read_text() == "one set"
        assert kept.stat().st_mode & 0o7777 == 0o2770
        assert (kept / "joined/password").stat().st_mode & 0o7777 == 0o600
        (kept / "ledger.db").write_text("two sets")
    done("off", "--root", system)
    assert (beneath / "ledger.db").read_text() == "two sets", "what was finished meanwhile"
    done("on", "--root", system, "--data", partition)
    with mounted_device(partition, tmp_path / "look") as data:
        assert (data.folder / "hinge-station/ledger.db").read_text() == "two sets"


@needs_root
def test_a_dead_stations_data_partition_is_taken_over_by_the_next(
    system: Path, partition: str, tmp_path: Path
) -> None:
    done("on", "--root", system, "--data", partition)
    other = a_system(tmp_path / "other")
    (other / "var/lib/hinge-station/ledger.db").write_text("a set of its own")
    said = done("on", "--root", other, "--data", partition)
    assert "The data partition has a hinge-station already: that one is used." in said
    with mounted_device(partition, tmp_path / "look") as data:
        assert (data.folder / "hinge-station/ledger.db").read_text() == "one set"


@needs_root
def test_an_interrupted_on_is_finished_or_taken_away(system: Path, partition: str) -> None:
    """The record is written first and fstab last: between them a power cut leaves this."""
    fstab = (system / "etc/fstab").read_text()
    done("on", "--root", system, "--data", partition)
    (system / "etc/fstab").write_text(fstab)
    with (system / "etc/hinge-station/read-only.record").open("a") as record:
        record.write("copying=hinge-station\n")
    (system / "var/lib/hinge-station/ledger.db").write_text("a later set")
    done("on", "--root", system, "--data", partition)
    done("off", "--root", system)
    assert (system / "var/lib/hinge-station/ledger.db").read_text() == "a later set"


@needs_root
def test_what_is_installed_later_gets_its_place_too(system: Path, partition: str) -> None:
    before = snapshot(system)
    done("on", "--root", system, "--data", partition)
    (system / "var/lib/hinge-hub").mkdir()
    (system / "var/lib/hinge-hub/hub.db").write_text("a year")
    assert "On, with" in done("on", "--root", system)
    assert "/data/hinge-hub /var/lib/hinge-hub none bind" in (system / "etc/fstab").read_text()
    done("off", "--root", system)
    assert (system / "var/lib/hinge-hub/hub.db").read_text() == "a year"
    after = {n: what for n, what in snapshot(system).items() if "hinge-hub" not in n}
    assert after == before


@needs_root
def test_a_dead_data_partition_can_be_left_behind(tmp_path: Path, system: Path) -> None:
    with ext4(tmp_path / "dead.img", 1000) as device:
        done("on", "--root", system, "--data", device)
    (tmp_path / "dead.img").unlink()
    assert "`off --without-data` goes on without" in refused("off", "--root", system)
    done("off", "--without-data", "--root", system)
    assert (system / "etc/fstab").read_text() == FSTAB


@needs_root
def test_it_refuses_with_one_sentence_and_changes_nothing(
    system: Path, partition: str, tmp_path: Path
) -> None:
    before = snapshot(system)
    on = ("on", "--root", system, "--data")
    assert refused(*on, "/dev/nowhere") == "/dev/nowhere: there is no such partition."
    with ext4(tmp_path / "small.img", 100) as small:
        assert refused(*on, small) == (f"{small} has 100 MiB; the data needs a partition of 1 GB.")
    assert "has no line" not in refused("on", "--root", system / "nowhere")
    with mounted_device(partition, tmp_path / "busy"):
        assert f"{partition} is mounted at {tmp_path / 'busy'}" in refused(*on, partition)
    for file, text, sentence in (
        ("etc/machine-id", "uninitialized\n", "machine-id holds no id yet"),
        ("etc/fstab", "proc /proc proc defaults 0 0\n", "must have one line for /, and has 0."),
        ("etc/fstab", FSTAB + "UUID=1 /data ext4 defaults 0 2\n", "has a line for /data already"),
        (
            "etc/hinge-station/station.toml",
            '[station]\ndata_dir = "/srv/hinge"\n',
            "data_dir is /srv/hinge; only /var/lib/hinge-station is kept",
        ),
    ):
        kept = (system / file).read_text()
        (system / file).write_text(text)
        assert sentence in refused(*on, partition)
        (system / file).write_text(kept)
    assert snapshot(system) == before
    (system / "var/lib/hinge-station").rename(system / "var/lib/elsewhere")
    assert "install the station first (install-station.sh)" in refused(*on, partition)
    subprocess.run(["mkfs.vfat", partition], capture_output=True, check=False)


def test_wrong_words_are_answered_with_the_right_ones(tmp_path: Path) -> None:
    assert "say on, off, status or write" in refused()
    assert "say on, off, status or write" in refused("on", "--fast")
    assert refused("on", "--root", tmp_path / "x").endswith("there is no such folder.")
    assert refused("off", "--data", "/dev/sda1") == "--data goes with on only."


def test_the_scripts_are_clean_shell() -> None:
    from shutil import which

    if which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    scripts = [str(path) for path in Path("deploy").glob("storage/*.sh")]
    subprocess.run(["shellcheck", "-x", *scripts], check=True)


@needs_root
def test_systemd_mounts_it_all_before_programs_start_and_starts_without_it_too(
    system: Path, partition: str, tmp_path: Path
) -> None:
    """What the system's own generator makes of the fstab."""
    generator = Path("/lib/systemd/system-generators/systemd-fstab-generator")
    if not generator.exists():
        pytest.skip("systemd is not installed")
    done("on", "--root", system, "--data", partition)
    units = tmp_path / "units"
    units.mkdir()
    environment = {**os.environ, "SYSTEMD_FSTAB": str(system / "etc/fstab")}
    subprocess.run([generator, units, units, units], env=environment, check=True)
    names = {path.name for path in units.glob("*.mount")}
    ours = {r"var-lib-hinge\x2dstation.mount", "var-log-journal.mount"}
    assert ours | {"-.mount", "data.mount", "tmp.mount", "var-log.mount"} <= names
    for name in ours:
        lines = (units / name).read_text().splitlines()
        assert "Before=local-fs.target" in lines
        assert "RequiresMountsFor=/data" in lines
    wanted = {path.name for path in (units / "local-fs.target.wants").iterdir()}
    required = {path.name for path in (units / "local-fs.target.requires").iterdir()}
    assert ours | {"data.mount"} <= wanted
    assert not required & (ours | {"data.mount"}), "a dead stick is no reason for a black screen"
    (waits,) = units.glob(r"dev-disk-by\x2duuid-*.device.d/50-device-timeout.conf")
    assert "JobRunningTimeoutSec=20s" in waits.read_text(), "nor for a minute and a half of one"
    assert "Options=ro,noatime" in (units / "-.mount").read_text()
    assert "systemd-fsck@dev-disk" in (units / "data.mount").read_text()
    kiosk = (STORAGE.parent / "units/hinge-kiosk.service").read_text()
    assert "WorkingDirectory=" not in kiosk, "one on the data partition would require the mount"
