"""A data partition that comes from another machine, where the users have other numbers."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import ext4, mounted_device
from tests.storage.parts import READ_ONLY, a_system, done

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount and give files away")

Numbers = dict[str, int]
DEAD: Numbers = {"hinge-kiosk": 997, "hinge-uplink": 996, "hinge": 995, "systemd-journal": 994}
SPARE: Numbers = {"hinge-kiosk": 996, "hinge-uplink": 997, "hinge": 994, "systemd-journal": 995}
"""The same names; each two have changed places."""
USERS = ("hinge-kiosk", "hinge-uplink", "hinge-hub")
OF_THE_STATION = {
    ".": ("hinge-kiosk", "hinge", 0o2770),
    "ledger.db": ("hinge-uplink", "hinge", 0o660),
    "pin": ("hinge-kiosk", "hinge", 0o600),
    "joined.toml": ("hinge-uplink", "hinge", 0o640),
    "joined": ("hinge-uplink", "hinge", 0o2700),
    "joined/password": ("hinge-uplink", "hinge", 0o600),
    "models": ("root", "hinge", 0o2755),
    "models/pose_landmarker_full.task": ("root", "hinge", 0o644),
}
"""As installer and programs leave them."""


def a_machine(root: Path, numbers: Numbers) -> Path:
    """A station whose users have these numbers."""
    a_system(root)
    numbers = {"root": 0, **numbers}
    station = root / "var/lib/hinge-station"
    for name in ("pin", "joined.toml"):
        (station / name).write_text(name)
    for name, (user, group, mode) in OF_THE_STATION.items():
        os.chown(station / name, numbers[user], numbers[group])
        (station / name).chmod(mode)
    for file in ("passwd", "group"):
        names = [n for n in numbers if (n in ("root", *USERS)) == (file == "passwd")]
        if file == "group" and "hinge-hub" in numbers:
            names.append("hinge-hub")
        lines = (f"{name}:x:{numbers[name]}:{numbers[name]}::/:/bin/sh\n" for name in names)
        (root / "etc" / file).write_text("".join(lines))
    return root


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    return a_machine(tmp_path / "dead", DEAD)


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    return a_machine(tmp_path / "spare", SPARE)


@pytest.fixture
def stick(tmp_path: Path, dead: Path) -> Iterator[str]:
    """What is left of the dead station, with a log that its journald has begun."""
    with ext4(tmp_path / "stick.img", 1000) as device:
        done("on", "--root", dead, "--data", device)
        with mounted_device(device, tmp_path / "look") as disk:
            os.chown(disk.folder / "journal", 0, DEAD["systemd-journal"])
            (disk.folder / "journal").chmod(0o2755)
        yield device


def owned(folder: Path, numbers: Numbers) -> dict[str, tuple[str, str, int]]:
    """Whose the station's files are for a machine with these numbers, and their modes."""
    users = {numbers[name]: name for name in USERS if name in numbers} | {0: "root"}
    groups = {number: name for name, number in numbers.items() if name not in USERS}
    found = {}
    for name in OF_THE_STATION:
        is_ = (folder / name).stat()
        owner = users.get(is_.st_uid, str(is_.st_uid)), groups.get(is_.st_gid, str(is_.st_gid))
        found[name] = (*owner, is_.st_mode & 0o7777)
    return found


def test_what_is_found_belongs_to_the_same_programs_on_the_spare_station(
    stick: str, spare: Path, tmp_path: Path
) -> None:
    said = done("on", "--root", spare, "--data", stick)
    assert "that one is used." in said
    assert "It belongs to" not in said
    with mounted_device(stick, tmp_path / "look") as disk:
        assert owned(disk.folder / "hinge-station", SPARE) == OF_THE_STATION
        log = (disk.folder / "journal").stat()
        assert (log.st_gid, log.st_mode & 0o7777) == (SPARE["systemd-journal"], 0o2755)
        assert (disk.folder / "lost+found").stat().st_uid == 0
    done("off", "--root", spare)
    assert owned(spare / "var/lib/hinge-station", SPARE) == OF_THE_STATION


def test_the_plug_may_be_pulled_at_each_moment_of_it(
    stick: str, spare: Path, tmp_path: Path
) -> None:
    """At the first look for files, when it is said again at the second, and so on."""
    plug, count = tmp_path / "plug", tmp_path / "count"
    plug.mkdir()
    (plug / "find").write_text(
        '#!/bin/sh\nPATH=${PATH#*:}\ncase "$*" in *" -xdev "*) ;; *) exec find "$@" ;; esac\n'
        f"left=$(($(cat {count}) - 1))\necho $left >{count}\n"
        '[ $left = 0 ] || exec find "$@"\nkill -KILL $PPID\n'
    )
    (plug / "find").chmod(0o755)
    environment = {**os.environ, "PATH": f"{plug}:{os.environ['PATH']}", "TMPDIR": str(plug)}
    cuts = 0
    while True:
        count.write_text(f"{cuts + 1}\n")
        command = [str(READ_ONLY), "on", "--root", str(spare), "--data", stick]
        again = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        if again.returncode == 0:
            break
        assert again.returncode == -signal.SIGKILL, again.stderr
        cuts += 1
        for left in plug.glob("tmp.*"):
            subprocess.run(["umount", left], check=True)
            left.rmdir()
    assert cuts > len(SPARE)
    with mounted_device(stick, tmp_path / "look") as disk:
        assert owned(disk.folder / "hinge-station", SPARE) == OF_THE_STATION


def test_what_is_the_gyms_servers_waits_for_a_machine_that_has_one(tmp_path: Path) -> None:
    """Also when one on the way knows somebody else by its number."""
    both = a_machine(tmp_path / "both", {**DEAD, "hinge-hub": 993})
    (both / "var/lib/hinge-hub").mkdir(mode=0o700)
    os.chown(both / "var/lib/hinge-hub", 993, 993)
    without = a_machine(tmp_path / "without", {**SPARE, "hinge-uplink": 993})
    other = a_machine(tmp_path / "other", {**SPARE, "hinge-hub": 901})
    with ext4(tmp_path / "stick.img", 1000) as device:
        for machine in (both, without, other):
            done("on", "--root", machine, "--data", device)
        with mounted_device(device, tmp_path / "look") as disk:
            of_the_hub = (disk.folder / "hinge-hub").stat()
            assert (of_the_hub.st_uid, of_the_hub.st_gid) == (901, 901)
            assert owned(disk.folder / "hinge-station", SPARE) == OF_THE_STATION


def test_where_nobody_wrote_down_whose_they_are_it_says_what_to_do(
    stick: str, spare: Path, dead: Path, tmp_path: Path
) -> None:
    def forgotten() -> None:
        with mounted_device(stick, tmp_path / "look") as disk:
            (disk.folder / ".owners").unlink()

    done("off", "--root", dead, "--without-data")
    forgotten()
    said = done("on", "--root", dead, "--data", stick)
    assert "that one is used." in said
    assert "It belongs to" not in said, "the numbers are this machine's own"
    forgotten()
    said = done("on", "--root", spare, "--data", stick)
    assert "It belongs to user 997, and hinge-kiosk is 996 here: its programs cannot use it" in said
    assert "`chown -R hinge-kiosk:hinge /data/hinge-station` and then `chown" in said
    with mounted_device(stick, tmp_path / "look") as disk:
        assert owned(disk.folder / "hinge-station", DEAD) == OF_THE_STATION, "left alone"
