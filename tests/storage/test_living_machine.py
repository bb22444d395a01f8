"""`read-only.sh` on the machine that it runs on: a root of its own on a partition in a file, with
this machine's programs, entered by chroot; a restart is everything unmounted and mounted again by
its fstab, as systemd does it. What systemd itself makes of the fstab is not in here."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.disks import ext4, mounted_device
from tests.storage.parts import STORAGE, a_system

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
BORROWED = ("usr", "bin", "sbin", "lib", "lib64", "dev", "etc/alternatives")


class Machine:
    """Commands run in it as in a machine of its own."""

    def __init__(self, root: str, folder: Path) -> None:
        self._root, self._folder = root, folder
        self.start()

    def start(self) -> None:
        self._mounts = ExitStack()
        self._mounts.enter_context(mounted_device(self._root, self._folder))
        for name in BORROWED:
            source, target = Path("/", name), self._folder / name
            if source.is_symlink():
                with suppress(FileExistsError):
                    target.symlink_to(source.readlink())
            elif source.is_dir():
                self._mount(["--rbind" if name == "dev" else "--bind", str(source)], target)
        self._mount(["-t", "proc", "proc"], self._folder / "proc")
        self._mount(["-t", "sysfs", "sys"], self._folder / "sys")
        self._mount(["--bind", str(STORAGE)], self._folder / "mnt")
        fstab = self._folder / "etc/fstab"
        if ">>> hinge-station" in fstab.read_text():
            self.does("mount", "-o", "remount,ro", "/")
            # Its exit code says whether all could be mounted, which is not asked of every story.
            self.runs("mount", "-a")

    def _mount(self, what: list[str], target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *what, str(target)], check=True)
        if "--rbind" in what:
            subprocess.run(["mount", "--make-rslave", str(target)], check=True)

    def stop(self) -> None:
        listed = Path("/proc/self/mounts").read_text().splitlines()
        below = [line.split()[1] for line in listed]
        for point in reversed([p for p in below if p.startswith(f"{self._folder}/")]):
            if subprocess.run(["umount", point], capture_output=True, check=False).returncode:
                subprocess.run(["umount", "--lazy", point], check=False)
        self._mounts.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def runs(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        command = ["chroot", str(self._folder), *argv]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def does(self, *argv: str) -> str:
        done = self.runs(*argv)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def may_write(self, path: str) -> bool:
        return self.runs("touch", path).returncode == 0


@pytest.fixture
def data(tmp_path: Path) -> Iterator[str]:
    with ext4(tmp_path / "data.img", 1000, "-L", "hinge-test-data") as device:
        yield device


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with ext4(tmp_path / "root.img", 200) as root:
        with mounted_device(root, tmp_path / "root") as disk:
            a_system(disk.folder)
            (disk.folder / "etc/fstab").write_text(f"{root} / ext4 defaults 0 1\n")
            for name in ("tmp", "run", "var/tmp", "var/log", "var/cache"):
                (disk.folder / name).mkdir(parents=True, exist_ok=True)
        made = Machine(root, tmp_path / "root")
        yield made
        made.stop()


def test_a_machine_is_made_read_only_updated_and_made_writable_again(
    machine: Machine, data: str
) -> None:
    said = machine.does("/mnt/read-only.sh", "on", "--data", data)
    assert "Root turns read-only when the machine next starts" in said
    ledger = "/var/lib/hinge-station/ledger.db"
    machine.does("sh", "-c", f"echo two sets >{ledger}")
    assert "wrong: / is writable now" in machine.runs("/mnt/read-only.sh", "status").stdout

    machine.restart()
    status = machine.runs("/mnt/read-only.sh", "status")
    assert (status.returncode, status.stdout.count("wrong")) == (0, 0), status.stdout
    assert "MB are free on /data" in status.stdout
    assert machine.does("cat", ledger) == "two sets\n"
    for path in ("/etc/x", "/opt-x", "/usr-x", "/var/lib/x", "/root-x"):
        assert not machine.may_write(path)
    for path in ("/tmp/x", "/var/tmp/x", "/var/log/x", "/var/log/journal/x", "/data/state/x"):
        assert machine.may_write(path)
    assert machine.may_write("/var/lib/NetworkManager/lease")

    written = machine.does(
        "/mnt/read-only.sh", "write", "sh", "-c", "echo 1 >/etc/new; echo $TMPDIR"
    )
    assert written.startswith("/var/cache/hinge-write."), "not the memory's /tmp"
    assert machine.does("cat", "/etc/new") == "1\n"
    assert not machine.may_write("/etc/x"), "read-only again"
    assert machine.does("ls", "/var/cache") == ""
    failed = machine.runs("/mnt/read-only.sh", "write", "sh", "-c", "exit 7")
    assert failed.returncode == 7
    assert not machine.may_write("/etc/x")

    machine.does("/mnt/read-only.sh", "off")
    assert machine.may_write("/etc/x")
    machine.restart()
    assert machine.does("/mnt/read-only.sh", "status").startswith("off: ")
    assert machine.does("cat", ledger) == "two sets\n"
    assert machine.does("cat", "/etc/resolv.conf") == "nameserver 192.168.1.1\n"


def test_without_its_data_partition_it_starts_and_still_has_what_coaching_needs(
    machine: Machine, data: str
) -> None:
    machine.does("/mnt/read-only.sh", "on", "--data", data)
    machine.stop()
    # By force: a mount namespace that was made meanwhile may hold it still.
    subprocess.run(["wipefs", "--quiet", "--force", "--all", data], check=True)
    machine.start()
    status = machine.runs("/mnt/read-only.sh", "status")
    assert status.returncode == 1
    assert "wrong: nothing is mounted at /data" in status.stdout
    model = "/var/lib/hinge-station/models/pose_landmarker_full.task"
    assert machine.does("cat", model) == "weights"
    assert not machine.may_write("/var/lib/hinge-station/ledger.db"), (
        "said by doctor and staff menu"
    )
