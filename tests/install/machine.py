"""A machine to install on: installers and files are real, in a mount namespace of their own.

/etc and /usr/sbin are copies; /opt, /run, /usr/local and /var/lib are folders of the test. Played
are apt, npm, systemd, and what is built and installed: a "wheel" is the shell script
station/program of the checkout. Users are made for real, in the copied /etc, so it needs root.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NUMPY = hashlib.sha256(b"of the lock\n").hexdigest()
OWN = ("boot", "etc", "opt", "run", "usr/local", "var/lib")
ALSO_OWN = "usr/sbin"

SYSTEMCTL = """
echo "$*" >>"$MACHINE/systemctl"
while case ${1:-} in -*) [ "$1" != -P ] ;; *) false ;; esac; do shift; done
units=/run/systemd/played; mkdir -p $units
case $1 in
--version) echo 'systemd 252' ;;
get-default) cat $units/target 2>/dev/null || echo graphical.target ;;
set-default) echo "$2" >$units/target ;;
is-enabled) if [ -e "$units/$2.enabled" ]; then echo enabled; else echo disabled; exit 1; fi ;;
enable) touch "$units/$2.enabled" ;;
is-active) [ ! -e "$MACHINE/inactive" ] || [ -e "$units/$2.run" ] ;;
disable) rm -f "$units/$2.enabled" ;;
restart)
    echo "$(($(cat "$units/$2.run" 2>/dev/null || echo 0) + 1))" >"$units/$2.run"
    /opt/hinge-station/current/bin/station starts "$2" ;;
show)
    for unit; do :; done
    /opt/hinge-station/current/bin/station stays "$unit" || echo x >>"$units/$unit.fell"
    wc -l <"$units/$unit.fell" 2>/dev/null || echo 0; cat "$units/$unit.run" ;;
esac
"""

PYTHON = """
last() { for one; do :; done; echo "$one"; }
case "$1 ${2:-}" in
"-m venv")
    echo made >>"$MACHINE/environments"
    folder=$(last "$@"); mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
"-m hatchling")
    shift 2
    while [ "$1" != --directory ]; do shift; done
    cp station/program "$2/hinge_station-1.0-py3-none-any.whl" ;;
"-m pip")
    echo "$* no_index=${PIP_NO_INDEX:-} links=${PIP_FIND_LINKS:-}" >>"$MACHINE/pip"
    case "$*" in
    *download*)
        if [ -e "$MACHINE/no-network" ]; then echo 'ERROR: no network' >&2; exit 1; fi
        while [ "$1" != --dest ]; do shift; done
        echo of the lock >"$2/numpy.whl" ;;
    *requirements*) ls "$PIP_FIND_LINKS"/*.whl >/dev/null || exit 1 ;;
    esac
    file=$(last "$@")
    case $file in *.whl) install -m 755 "$file" "${0%/*}/station" ;; esac ;;
*) exec python3 "$@" ;;
esac
"""

PROGRAM = """#!/bin/bash
case "$1" in
--version) echo hinge-station played ;;
models) mkdir -p /var/lib/hinge-station/models; echo 'the model is there' ;;
esac
"""

PLAYED = {
    "systemctl": SYSTEMCTL,
    "python-played": PYTHON,
    "apt-get": 'echo "$*" >>"$MACHINE/apt"; [ ! -e "$MACHINE/no-network" ]',
    "npm": 'mkdir -p "$3/node_modules/echarts/dist"; cd "$3/node_modules/echarts/dist" && '
    "echo charts >echarts.common.min.js",
    "apt-cache": "exit 0",
    "dpkg": 'echo "dpkg $*" >>"$MACHINE/apt"',
    "dpkg-query": 'if [ -e "$MACHINE/lacks-packages" ]; then exit 1; fi; echo installed',
    "journalctl": "echo what the log says",
    "udevadm": "exit 0",
    "mosquitto": "exit 0",
}


class Machine:
    """One in `folder`, with a checkout beside it that tests may change."""

    def __init__(self, folder: Path, *, systemd: bool = True) -> None:
        self.folder = folder
        self.checkout = folder / "checkout"
        shutil.copytree(
            ROOT / "deploy",
            self.checkout / "deploy",
            ignore=shutil.ignore_patterns("node_modules", "pictures"),
        )
        (self.checkout / "station").mkdir()
        (self.checkout / "requirements.lock").write_text(f"numpy==2.2 --hash=sha256:{NUMPY}\n")
        (self.checkout / "pyproject.toml").write_text('[project]\nversion = "1.0"\n')
        self.program(PROGRAM)
        for name in OWN:
            self.at(name).mkdir(parents=True)
        shutil.copytree("/etc", self.at("etc"), symlinks=True, dirs_exist_ok=True)
        # Debian's way of not starting what is installed: made and removed by the installer.
        shutil.copytree("/usr/sbin", self.at("usr/sbin"), symlinks=True)
        self.at("usr/sbin/policy-rc.d").unlink(missing_ok=True)
        for left in ("hinge-station", "hinge-hub"):
            shutil.rmtree(self.at("etc") / left, ignore_errors=True)
        (self.at("etc/os-release")).unlink()
        (self.at("etc/os-release")).write_text('ID=debian\nVERSION_ID="12"\n')
        if systemd:
            self.at("run/systemd/system").mkdir(parents=True)
        programs = folder / "bin"
        programs.mkdir()
        for name, script in PLAYED.items():
            (programs / name).write_text(f"#!/bin/bash\n{script}\n")
            (programs / name).chmod(0o755)

    def at(self, path: str) -> Path:
        """Where the machine's /`path` is for the test."""
        name = next(
            (own for own in (*OWN, ALSO_OWN) if path == own or path.startswith(f"{own}/")), None
        )
        assert name is not None, path
        return self.folder / "own" / name.replace("/", "-") / path[len(name) :].lstrip("/")

    def program(self, script: str) -> None:
        """What the checkout holds from now on: another version."""
        (self.checkout / "station" / "program").write_text(script)

    def run(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of deploy/'s scripts on this machine, or a program by its whole path."""
        binds = " && ".join(f"mount --bind {self.at(name)} /{name}" for name in (*OWN, ALSO_OWN))
        return subprocess.run(
            [
                *("unshare", "--mount", "bash", "-c", f'{binds} && exec "$0" "$@"'),
                # (An absolute path goes before what it is joined to.)
                *(str(self.checkout / "deploy" / script), *arguments),
            ],
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "PYTHON": str(self.folder / "bin" / "python-played"),
                "MACHINE": str(self.folder),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def units_are_down(self) -> None:
        """systemd says so of each, until it is started (again)."""
        (self.folder / "inactive").touch()
        for run in self.at("run").glob("systemd/played/*.run"):
            run.unlink()

    def said_to(self, program: str) -> list[str]:
        """The command lines that a played program got."""
        file = self.folder / program
        return file.read_text().splitlines() if file.exists() else []

    def current(self) -> str:
        """The version that would run."""
        return os.readlink(self.at("opt/hinge-station/current")).removeprefix("versions/")

    def everything(self) -> dict[str, str]:
        """Path → what is there, of all that is the machine's own and outlasts it (so not /run)."""
        found = {}
        for name in OWN:
            if name == "run":
                continue
            top = self.at(name)
            for path in sorted(top.rglob("*")):
                info = path.lstat()
                what = os.readlink(path) if path.is_symlink() else ""
                if path.is_file() and not path.is_symlink():
                    what = path.read_bytes().hex()
                found[f"{name}/{path.relative_to(top)}"] = f"{info.st_mode} {info.st_uid} {what}"
        return found
