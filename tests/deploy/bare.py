"""Bare Debian roots: made once by mmdebstrap from this machine's own archives, then kept packed."""

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import machine

PACKAGES = ("systemd-sysv", "udev", "dbus", "ca-certificates")
"""Beside the minimum: what every Debian and Raspberry Pi OS has."""
POLICY = "usr/sbin/policy-rc.d"
"""Says that no service starts: in a root there is no init to do it."""
MAKING_S = 4 * 3600.0
"""An emulated one takes long on a busy machine."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A Debian release for one architecture."""

    name: str
    release: str
    architecture: str


KINDS = (
    Kind("bookworm", "bookworm", "amd64"),
    Kind("trixie", "trixie", "amd64"),
    Kind("arm64", "trixie", "arm64"),
    Kind("arm64-bookworm", "bookworm", "arm64"),
)


class NoRootError(Exception):
    """Why there is none, in a sentence."""


def packed(kind: Kind, state: Path, log: Path) -> Path:
    """The packed root, made when it is not in `state` yet."""
    archive = state / f"{kind.release}-{kind.architecture}.tar"
    if archive.is_file():
        return archive
    if shutil.which("mmdebstrap") is None:
        raise NoRootError("mmdebstrap is missing: apt-get install mmdebstrap")
    state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state, prefix=".making-") as folder:
        made = Path(folder) / archive.name
        code = _made(_command(kind, made, Path(folder)), log)
        if code:
            raise NoRootError(f"mmdebstrap could not make it; {log} says why.")
        made.rename(archive)
    return archive


def _made(command: list[str], log: Path) -> int:
    """mmdebstrap's exit code. It gets SIGTERM when we may not wait, and cleans up after itself."""
    with log.open("w") as words:
        process = subprocess.Popen(
            command,
            stdout=words,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(MAKING_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def _command(kind: Kind, archive: Path, folder: Path) -> list[str]:
    listed = folder / "sources.list"
    listed.write_text(machine.sources(kind.release))
    settings = folder / "apt.conf"
    settings.write_text(machine.apt_settings())
    # What mmdebstrap was told of this machine does not stay in the root.
    forget = "rm -f $1/etc/apt/sources.list $1/etc/apt/sources.list.d/* $1/etc/resolv.conf"
    policy = f"printf '#!/bin/sh\\nexit 101\\n' >$1/{POLICY}; chmod 755 $1/{POLICY}"
    return [
        *("mmdebstrap", "--mode=root", "--variant=minbase", f"--architectures={kind.architecture}"),
        *(f"--include={','.join(PACKAGES)}", f"--aptopt={settings}", "--skip=check/qemu"),
        *("--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",),
        *(f"--customize-hook={policy}", f"--customize-hook={forget}"),
        *(kind.release, str(archive), str(listed)),
    ]


def unpack(archive: Path, folder: Path) -> None:
    """A fresh copy of the root in a new `folder`."""
    folder.mkdir(parents=True)
    subprocess.run(
        ["tar", "--extract", "--numeric-owner", "--xattrs", "--file", archive, "-C", folder],
        check=True,
        env={**os.environ, "TZ": "UTC"},
    )
    (folder / "dev").mkdir(exist_ok=True)
