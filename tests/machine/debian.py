"""A Debian root from this machine's own package sources, made once and kept."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.deploy import machine

BASE = (
    # What a Raspberry Pi OS Lite has before anything of ours is on it.
    *("systemd-sysv", "udev", "dbus", "libpam-systemd", "kmod", "iproute2", "procps", "passwd"),
    *("python3", "python3-venv", "ca-certificates", "linux-image-amd64", "initramfs-tools"),
    *("zstd", "e2fsprogs", "fdisk", "sudo", "util-linux-extra"),
    # What the steps look with.
    *("v4l-utils", "strace"),
)
"""Packages of the root before the station is installed."""


class CannotRunError(Exception):
    """Something of this machine is lacking; the sentence says what."""


RELEASES = ("bookworm", "trixie")


def state_folder(release: str) -> Path:
    """Where the root, disks and logs of a release are kept: outside the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "hinge-station" / "machine" / release
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(*command: str, say: str = "", **options: object) -> str:
    """Its stdout. Raises CannotRunError with `say` and its last lines when it fails."""
    done = subprocess.run(
        command,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-15:])
        raise CannotRunError(f"{say or command[0]} failed ({done.returncode}):\n{last}")
    return str(done.stdout)


def need(*programs: str) -> None:
    """Raises CannotRunError, naming Debian's packages, for programs that are not here."""
    packages = {
        "qemu-system-x86_64": "qemu-system-x86",
        "mmdebstrap": "mmdebstrap",
        "mke2fs": "e2fsprogs",
        "sfdisk": "fdisk",
        "debugfs": "e2fsprogs",
    }
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    lacking = sorted({packages[name] for name in programs if not shutil.which(name, path=path)})
    if lacking:
        raise CannotRunError(f"missing here; an administrator: apt-get install {' '.join(lacking)}")


def base_root(release: str, rebuild: bool) -> Path:
    """A tarball of the root; takes some minutes when it is not there yet."""
    need("mmdebstrap")
    try:
        lines = machine.sources(release)
    except LookupError as reason:
        raise CannotRunError(str(reason)) from None
    folder = state_folder(release)
    key = hashlib.sha256("\n".join((lines, *BASE)).encode()).hexdigest()[:12]
    tarball = folder / f"root-{key}.tar"
    if tarball.exists() and not rebuild:
        return tarball
    list_file = folder / "sources.list"
    list_file.write_text(lines)
    part = tarball.with_name(f"part-{tarball.name}")
    run(
        "mmdebstrap",
        "--variant=minbase",
        "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
        f"--include={','.join(BASE)}",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=Acquire::Check-Date "false"',
        # The initial ramdisk holds what a virtual disk needs and no more: unpacking is slow.
        "--essential-hook=mkdir -p $1/etc/initramfs-tools/conf.d",
        "--essential-hook=printf 'MODULES=list\\nCOMPRESS=zstd\\n' "
        "> $1/etc/initramfs-tools/conf.d/machine",
        "--essential-hook=mkdir -p $1/usr/share/initramfs-tools/modules.d",
        "--essential-hook=printf 'virtio_pci\\nvirtio_blk\\next4\\n' "
        "> $1/usr/share/initramfs-tools/modules.d/machine",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        release,
        str(part),
        str(list_file),
        say="making the Debian root",
    )
    part.rename(tarball)
    return tarball
