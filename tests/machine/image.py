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
ROOT_DEVICE, DATA_DEVICE = "/dev/vda2", "/dev/vda3"
BOOT_MIB, ROOT_MIB, DATA_MIB = 64, 6144, 1100
"""As on a card: a boot partition, here an empty one, then root, and room for the data behind it."""
MADE_FROM = ("station", "kv", "config", "deploy", "requirements.lock", "pyproject.toml")
"""What of the checkout gets into the image."""
PROCESSORS = {"bookworm": "max", "trixie": "max,-avx2"}
"""qemu 7.2 gets AVX2's gathers wrong (vpgatherdd), which Debian 13's Mesa 25 compiles to: what
draws ends at a wrong address."""
PATIENCE = "/usr/lib/systemd/system.conf.d/zz-machine.conf"
"""An emulated processor may keep systemd waiting for longer than the 14 s of the installer's
watchdog; the step that looks at that one takes this file out of the way."""

MIB = 2**20

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """What qemu boots. `disk` is never written to: each run has a copy."""

    disk: Path
    kernel: Path
    initrd: Path
    processor: str
    """For qemu's -cpu."""


def image(release: str, rebuild: bool, say: Say) -> Image:
    """The image of this checkout on a Debian `release`.

    Made when there is none yet, and anew when what it is made from has changed.
    """
    need("mke2fs", "sfdisk")
    folder = state_folder(release) / "image"
    made = Image(
        folder / "disk.img", folder / "vmlinuz", folder / "initrd.img", PROCESSORS[release]
    )
    stamp = folder / "made-from"
    root, key = _installed_root(release, rebuild, say)
    key += f" {_fingerprint(Path(__file__), GUEST)}"
    if stamp.exists() and stamp.read_text() == key:
        return made
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _prepare_guest(root)
    for name, to in (("vmlinuz", made.kernel), ("initrd.img", made.initrd)):
        shutil.copyfile(root / (root / name).readlink(), to)
    say("writing the disk")
    with made.disk.open("wb") as disk:
        disk.truncate((1 + BOOT_MIB + ROOT_MIB + DATA_MIB) * MIB)
    parts = f"label: gpt\nstart=1MiB, size={BOOT_MIB}MiB\nsize={ROOT_MIB}MiB\n"
    run("sfdisk", "--quiet", str(made.disk), input=parts, say="dividing the disk")
    run(
        *("mke2fs", "-q", "-t", "ext4", "-L", "guest", "-d", str(root)),
        *("-E", f"offset={(1 + BOOT_MIB) * MIB}", str(made.disk), f"{ROOT_MIB}M"),
        say="writing the disk",
    )
    stamp.write_text(key)
    return made


def _installed_root(release: str, rebuild: bool, say: Say) -> tuple[Path, str]:
    """A folder with the Debian root and the station installed, and what it was made from."""
    base = base_root(release, rebuild)
    state = state_folder(release)
    root, stamp = state / "root", state / "root-made-from"
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
        install_station(root, release, state / "wheels", say)
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
    (root / "etc/fstab").write_text(f"{ROOT_DEVICE} / ext4 rw,errors=remount-ro 0 1\n")
    (root / "etc/modules-load.d/machine.conf").write_text("vivid\nuinput\n")
    # One webcam, and no radio, framebuffer or teletext beside it.
    (root / "etc/modprobe.d/machine.conf").write_text(
        "options vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x00\n"
    )
    patience = root / PATIENCE.lstrip("/")
    patience.parent.mkdir(parents=True, exist_ok=True)
    patience.write_text("[Manager]\nRuntimeWatchdogSec=300\n")
    parts = root / "opt/hinge-machine"
    parts.mkdir(parents=True, exist_ok=True)
    for file in GUEST.glob("*.py"):
        shutil.copyfile(file, parts / file.name)
    # As in an image that deploy/image builds.
    for name in ("image", "storage"):
        to = root / "usr/src/hinge-station/deploy" / name
        shutil.copytree(ROOT / "deploy" / name, to, dirs_exist_ok=True)
    units = root / "etc/systemd/system"
    # Nothing that Debian does once a day gets between the steps.
    shutil.rmtree(units / "timers.target.wants", ignore_errors=True)
    shutil.copy(ROOT / "deploy/image/hinge-first-boot.service", units)
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
