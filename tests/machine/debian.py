"""A Debian root from this machine's own package sources, made once and kept."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

BASE = (
    # What a Raspberry Pi OS Lite has before anything of ours is on it.
    *("systemd-sysv", "udev", "dbus", "libpam-systemd", "kmod", "iproute2", "procps", "passwd"),
    *("python3", "python3-venv", "ca-certificates", "linux-image-amd64", "initramfs-tools"),
    *("zstd", "e2fsprogs", "sudo", "util-linux-extra"),
    # What the steps look with.
    *("v4l-utils", "strace"),
)
"""Packages of the root before the station is installed."""


class CannotRunError(Exception):
    """Something of this machine is lacking; the sentence says what."""


def state_folder() -> Path:
    """Where roots, disks and logs are kept: outside the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "hinge-station" / "machine"
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
        "debugfs": "e2fsprogs",
    }
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    lacking = sorted({packages[name] for name in programs if not shutil.which(name, path=path)})
    if lacking:
        raise CannotRunError(f"missing here; an administrator: apt-get install {' '.join(lacking)}")


def suite() -> str:
    """The release of this machine, which its package sources are for."""
    lines = Path("/etc/os-release").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    name = values.get("VERSION_CODENAME", "").strip('"')
    if values.get("ID") != "debian" or name not in ("bookworm", "trixie"):
        raise CannotRunError("the package sources of a Debian 12 or 13 are needed for the root.")
    return name


def sources(of: str) -> str:
    """This machine's own apt sources for the release `of`, other people's left out."""
    kept = []
    for line in run(
        "apt-get", "indextargets", "--format", "$(SITE)|$(RELEASE)|$(COMPONENT)"
    ).splitlines():
        site, release, component = line.split("|")
        if release.startswith(of) and "/" not in component and "debian" in site:
            entry = f"deb {site} {release} {component}"
            if entry not in kept:
                kept.append(entry)
    if not kept:
        raise CannotRunError(f"apt knows no packages of Debian {of} here; run apt-get update.")
    return "\n".join(kept) + "\n"


def base_root(rebuild: bool) -> Path:
    """A tarball of the root; takes some minutes when it is not there yet."""
    need("mmdebstrap")
    release = suite()
    lines = sources(release)
    key = hashlib.sha256("\n".join((lines, *BASE)).encode()).hexdigest()[:12]
    tarball = state_folder() / f"root-{release}-{key}.tar"
    if tarball.exists() and not rebuild:
        return tarball
    list_file = state_folder() / "sources.list"
    list_file.write_text(lines)
    part = tarball.with_name(f"part-{tarball.name}")
    run(
        "mmdebstrap",
        "--variant=minbase",
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
