"""The guest's disk: a Debian root, the station installed into it, and what the steps need."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.machine.debian import base_root, need, run, state_folder
from tests.machine.station_root import install_station

ROOT = Path(__file__).resolve().parents[2]
GUEST = Path(__file__).resolve().parent / "guest"
DISK_GIB = 6
MADE_FROM = ("station", "kv", "config", "deploy", "requirements.lock", "pyproject.toml")
"""What of the checkout gets into the image."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """What qemu boots. `disk` is never written to: each run has a copy."""

    disk: Path
    kernel: Path
    initrd: Path


def image(rebuild: bool, say: Say) -> Image:
    """The image of this checkout; made when what it is made from has changed since the last."""
    need("mke2fs")
    folder = state_folder() / "image"
    made = Image(folder / "disk.img", folder / "vmlinuz", folder / "initrd.img")
    stamp = folder / "made-from"
    root, key = _installed_root(rebuild, say)
    key += f" {_fingerprint(Path(__file__), GUEST)}"
    if stamp.exists() and stamp.read_text() == key:
        return made
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _prepare_guest(root)
    for name, to in (("vmlinuz", made.kernel), ("initrd.img", made.initrd)):
        shutil.copyfile(root / (root / name).readlink(), to)
    say("writing the disk")
    run(
        *("mke2fs", "-q", "-t", "ext4", "-L", "guest", "-d", str(root)),
        *(str(made.disk), f"{DISK_GIB}G"),
        say="writing the disk",
    )
    stamp.write_text(key)
    return made


def _installed_root(rebuild: bool, say: Say) -> tuple[Path, str]:
    """A folder with the Debian root and the station installed, and what it was made from."""
    base = base_root(rebuild)
    root, stamp = state_folder() / "root", state_folder() / "root-made-from"
    sources = [ROOT / name for name in MADE_FROM] + [Path(__file__).with_name("station_root.py")]
    key = f"{base.name} {_fingerprint(*sources)}"
    if not rebuild and stamp.exists() and stamp.read_text() == key:
        return root, key
    stamp.unlink(missing_ok=True)
    _unmount(root)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    say("unpacking the Debian root")
    run("tar", "--extract", "--file", str(base), "--directory", str(root))
    with _chroot(root):
        install_station(root, say)
    stamp.write_text(key)
    return root, key


def copy_of(disk: Path, to: Path) -> Path:
    """A copy to boot from, sparse where the original is."""
    run("cp", "--sparse=always", "--reflink=auto", str(disk), str(to))
    return to


def _fingerprint(*tops: Path) -> str:
    """Of every file in and below these."""
    digest = hashlib.sha256()
    for top in tops:
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if file.is_file() and not {"__pycache__", "node_modules"} & set(file.parts):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _chroot(root: Path) -> Iterator[None]:
    """`root` ready to run programs in: /proc, names looked up as here, no service started."""
    policy, resolv = root / "usr/sbin/policy-rc.d", root / "etc/resolv.conf"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    resolv.unlink(missing_ok=True)
    shutil.copyfile("/etc/resolv.conf", resolv)
    run("mount", "-t", "proc", "proc", str(root / "proc"))
    try:
        yield
    finally:
        _unmount(root)
        policy.unlink()
        resolv.write_text("")


def _unmount(root: Path) -> None:
    """Also what a run that was killed left mounted."""
    if (root / "proc/self").exists():
        run("umount", "--lazy", str(root / "proc"))


def _prepare_guest(root: Path) -> None:
    """The virtual camera, the agent, and what makes a machine of a root."""
    (root / "etc/hostname").write_text("wall\n")
    (root / "etc/fstab").write_text("/dev/vda / ext4 rw,errors=remount-ro 0 1\n")
    (root / "etc/modules-load.d/machine.conf").write_text("vivid\nuinput\n")
    # One webcam, and no radio, framebuffer or teletext beside it.
    (root / "etc/modprobe.d/machine.conf").write_text(
        "options vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x00\n"
    )
    parts = root / "opt/hinge-machine"
    parts.mkdir(parents=True, exist_ok=True)
    for file in GUEST.glob("*.py"):
        shutil.copyfile(file, parts / file.name)
    units = root / "etc/systemd/system"
    for file in GUEST.glob("*.service"):
        shutil.copyfile(file, units / file.name)
        wants = units / "multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / file.name).unlink(missing_ok=True)
        (wants / file.name).symlink_to(f"/etc/systemd/system/{file.name}")
    for file in GUEST.glob("*.conf"):  # UNIT--NAME.conf: a drop-in
        unit, _, name = file.name.partition("--")
        folder = units / f"{unit}.service.d"
        folder.mkdir(exist_ok=True)
        shutil.copyfile(file, folder / name)
