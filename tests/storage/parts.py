"""A station's system in a folder, with what read-only.sh looks at, and a way to run the script."""

import os
import stat
import subprocess
from pathlib import Path

STORAGE = Path(__file__).resolve().parents[2] / "deploy" / "storage"
READ_ONLY = STORAGE / "read-only.sh"
FSTAB = """proc            /proc           proc    defaults          0       0
PARTUUID=5a1b-01  /boot/firmware  vfat    defaults          0       2
PARTUUID=5a1b-02  /               ext4    defaults,noatime,commit=30  0       1
/var/swap none swap sw 0 0
# a swapfile is not a swap partition, no line here
"""
CMDLINE = "console=tty1 root=PARTUUID=5a1b-02 rootfstype=ext4 fsck.repair=yes rootwait quiet\n"
MACHINE_ID = "0123456789abcdef0123456789abcdef\n"

Snapshot = dict[str, tuple[int, str]]


def a_system(root: Path) -> Path:
    """A Raspberry Pi's files with a station installed that has one set to hand over."""
    files = {
        "etc/fstab": FSTAB,
        "etc/machine-id": MACHINE_ID,
        "etc/resolv.conf": "nameserver 192.168.1.1\n",
        "etc/NetworkManager/conf.d/50-hinge.conf": "[connection]\n",
        "usr/sbin/NetworkManager": "",
        "etc/cloud/cloud.cfg": "",
        "etc/rpi/swap.conf": "",
        "etc/hinge-station/station.toml": '[station]\ndata_dir = "/var/lib/hinge-station"\n',
        "boot/firmware/cmdline.txt": CMDLINE,
        "usr/lib/systemd/system/apt-daily.service": "",
        "usr/lib/systemd/system/systemd-timesyncd.service": "",
        "var/lib/NetworkManager/timestamps": "[timestamps]\n",
        "var/lib/systemd/random-seed": "seed",
        "var/lib/hinge-station/ledger.db": "one set",
        "var/lib/hinge-station/ledger.db-wal": "and its log",
        "var/lib/hinge-station/models/pose_landmarker_full.task": "weights",
        "var/lib/hinge-station/joined/password": "secret",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "usr/sbin/NetworkManager").chmod(0o755)
    (root / "var/lib/hinge-station/joined/password").chmod(0o600)
    (root / "var/lib/hinge-station").chmod(0o2770)
    return root


def snapshot(folder: Path) -> Snapshot:
    """Every path below → its mode and its content, or where it points to."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            content = str(path.readlink())
        else:
            content = path.read_text() if path.is_file() else ""
        seen[str(path.relative_to(folder))] = (mode, content)
    return seen


def read_only(*argv: object) -> "subprocess.CompletedProcess[str]":
    """The script as an administrator runs it."""
    return subprocess.run(
        [READ_ONLY, *map(str, argv)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def done(*argv: object) -> str:
    """What it said, having done it."""
    result = read_only(*argv)
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(*argv: object) -> str:
    """The one sentence that it said instead of doing it."""
    result = read_only(*argv)
    assert result.returncode == 2, result.stdout
    assert result.stdout == ""
    (sentence,) = result.stderr.splitlines()
    return sentence.removeprefix("read-only.sh: ")
