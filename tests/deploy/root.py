"""A root that lives: namespaces of its own in which programs run as on that machine.

Its mounts exist only in a mount namespace, its programs only in a PID namespace, both held open by
one shell that waits for us. When that ends, because it was told to or because we died, the kernel
ends every program and forgets every mount: nothing is left behind, and the folder is only files.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.deploy import machine
from tests.deploy.bare import Kind

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {
    **{"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"},
    **{"DEBIAN_FRONTEND": "noninteractive", "PYTHONDONTWRITEBYTECODE": "1"},
}
START_S, END_S = 60.0, 10.0

# $1 the root; then pairs: place in the root, what of this machine stands there.
_SHARE = r"""
set -euo pipefail
root=$1
shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -m 1777 "$root/run/lock"
while [ $# -gt 0 ]; do
    if [ -d "$2" ]; then
        mkdir -p "$root$1"
    else
        mkdir -p "$(dirname "$root$1")"
        [ -e "$root$1" ] || touch "$root$1"
    fi
    mount --bind "$2" "$root$1"
    case $2 in */caches/*) ;; *) mount -o remount,bind,ro "$root$1" ;; esac
    shift 2
done
cd "$root"
# A chroot would not do: from within one no user namespace can be made, and the kiosk makes one.
pivot_root . .
umount --lazy .
exec /usr/bin/env -i PATH="$PATH" /bin/bash -c 'cd /; echo ready; read -r _'
"""


class RootError(Exception):
    """What went wrong with a root itself, in a sentence."""


@dataclass(frozen=True, slots=True)
class Done:
    """A program that has ended: its exit code, what it printed, and how long it ran."""

    code: int
    output: str
    seconds: float


@dataclass
class Network:
    """A network of loopback alone, that programs of several roots share."""

    holder: "subprocess.Popen[str] | None" = None

    def open(self) -> None:
        script = "ip link set lo up && echo ready && read -r _"
        self.holder = _hold(["unshare", "--net", "--", "bash", "-c", script])

    @property
    def joined(self) -> list[str]:
        """Options of nsenter."""
        if self.holder is None:
            return []
        return [f"--net=/proc/{self.holder.pid}/ns/net"]

    def close(self) -> None:
        if self.holder is not None:
            _let_go(self.holder)
            self.holder = None


@dataclass
class Root:
    """`folder` is what was unpacked, `logs` where each step's words go, `caches` outlive a run."""

    kind: Kind
    folder: Path
    logs: Path
    caches: Path
    given: machine.Given = field(default_factory=machine.Given)
    holder: "subprocess.Popen[str] | None" = None
    inside: int = 0
    """The process whose namespaces are the root's, as seen from outside."""
    logged: list[str] = field(default_factory=list)
    """Names of logs, in their order; one that is asked for again is written anew."""

    def open(self) -> None:
        """Share this machine's packages with it, and hold its namespaces open."""
        self._settle_apt()
        binds: dict[Path, Path] = {**self.given.binds}
        for name in ("resolv.conf", "hosts"):
            target = self.folder / "etc" / name
            target.unlink(missing_ok=True)
            binds[Path("/etc") / name] = (Path("/etc") / name).resolve()
        for place, name in (
            ("/var/cache/apt/archives", f"apt-{self.kind.release}-{self.kind.architecture}"),
            ("/var/cache/pip", "pip"),
        ):
            kept = self.caches / name
            (kept / "partial").mkdir(parents=True, exist_ok=True)
            binds[Path(place)] = kept
        pairs = [str(part) for place, own in binds.items() for part in (place, own)]
        self.holder = _hold(
            [
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts"),
                *("--propagation=private", "--", "bash", "-c", _SHARE, "root"),
                *(str(self.folder), *pairs),
            ]
        )
        self.inside = _child(self.holder.pid)

    def _settle_apt(self) -> None:
        lists = self.folder / "etc/apt/sources.list.d"
        lists.mkdir(parents=True, exist_ok=True)
        (lists / "machine.list").write_text(machine.sources(self.kind.release))
        (self.folder / "etc/apt/apt.conf.d/99machine").write_text(machine.apt_settings())

    def command(
        self,
        command: Sequence[str],
        *,
        user: str = "root",
        environment: Mapping[str, str] | None = None,
        network: Network | None = None,
    ) -> list[str]:
        """What runs `command` in the root, as a `user` of it with all that user's groups.

        `user:group`: that group is the first of them.
        """
        given = {**ENVIRONMENT, **self.given.environment, "PIP_CACHE_DIR": "/var/cache/pip"}
        if user != "root":
            given = {**ENVIRONMENT, "HOME": self._account(user)[5]}
        given |= {**self.given.processor, **(environment or {})}
        words = [f"{name}={value}" for name, value in given.items()]
        become: list[str] = []
        if user != "root":
            name, _, group = user.partition(":")
            become = ["setpriv", f"--reuid={name}", f"--regid={group or self._account(user)[3]}"]
            become += ["--init-groups", "--bounding-set=-all", "--no-new-privs", "--"]
        return [
            *("nsenter", f"--target={self.inside}", "--mount", "--pid", "--uts"),
            *(network.joined if network else []),
            *("--", "/usr/bin/env", "-i", *words, *become, *command),
        ]

    def log_of(self, name: str) -> Path:
        """The log of that name."""
        if name not in self.logged:
            self.logged.append(name)
        return self.logs / f"{self.logged.index(name) + 1:02d}-{name}.log"

    def _account(self, user: str) -> list[str]:
        """The user's line in /etc/passwd, in its parts."""
        name = user.partition(":")[0]
        for line in (self.folder / "etc/passwd").read_text().splitlines():
            fields = line.split(":")
            if fields[0] == name:
                return fields
        raise RootError(f"There is no user {name} in {self.folder}/etc/passwd.")

    def run(
        self,
        name: str,
        command: Sequence[str],
        *,
        timeout: float,
        user: str = "root",
        environment: Mapping[str, str] | None = None,
        network: Network | None = None,
        stdin: str = "",
    ) -> Done:
        """Run it to its end; its words go to a log of that `name` as well."""
        path = self.log_of(name)
        began = time.monotonic()
        full = self.command(command, user=user, environment=environment, network=network)
        with path.open("w+") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            begun = log.tell()
            process = subprocess.Popen(
                full, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, text=True
            )
            try:
                process.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired:
                log.write(f"\n(ended after {timeout:.0f} s)\n")
            finally:
                _end(process)
            log.seek(begun)
            output = log.read()
        return Done(process.returncode, output, time.monotonic() - began)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        user: str,
        environment: Mapping[str, str] | None = None,
        network: Network | None = None,
    ) -> "Program":
        """Start it and leave it running; its words go to a log of that `name`."""
        path = self.log_of(name)
        full = self.command(command, user=user, environment=environment, network=network)
        log = path.open("w")
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        process = subprocess.Popen(
            full, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        return Program(name, process, path, log)

    def close(self) -> None:
        """End every program in it; its mounts are gone when this returns."""
        if self.holder is not None:
            _let_go(self.holder)
            self.holder = None

    def remove(self) -> None:
        """Delete the folder. Raises RootError while anything is mounted below it."""
        self.close()
        below = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        top = str(self.folder.resolve())
        if live := [place for place in below if place == top or place.startswith(top + "/")]:
            raise RootError(f"{live[0]} is still mounted, so {top} is left as it is.")
        if self.folder.exists():
            shutil.rmtree(self.folder)


@dataclass
class Program:
    """One that runs on."""

    name: str
    process: "subprocess.Popen[bytes]"
    path: Path
    log: IO[str]

    def wait_for(self, probe: Callable[[], bool], seconds: float, what: str) -> float:
        """Seconds until `probe()`. Raises RootError when it ends first or time is up."""
        began = time.monotonic()
        while not probe():
            if self.process.poll() is not None:
                raise RootError(f"{self.name} ended ({self.process.returncode}); see {self.path}.")
            if time.monotonic() - began > seconds:
                raise RootError(f"{what}: not within {seconds:.0f} s; see {self.path}.")
            time.sleep(0.1)
        return time.monotonic() - began

    @property
    def said(self) -> str:
        return self.path.read_text(errors="replace")

    def end(self) -> int:
        """Ask it to end; its exit code."""
        _end(self.process)
        self.log.close()
        return self.process.returncode


def _hold(command: list[str]) -> "subprocess.Popen[str]":
    """A shell that says "ready" and ends when we do: its end of the pipe is then closed."""
    holder = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Ctrl-C is for us, who end it in order.
        start_new_session=True,
    )
    assert holder.stdout is not None
    assert holder.stderr is not None
    if holder.stdout.readline().strip() != "ready":
        holder.kill()
        lines = holder.stderr.read().strip().splitlines()
        raise RootError(f"A root could not be opened: {lines[-1] if lines else 'no word why'}")
    return holder


def _let_go(holder: "subprocess.Popen[str]") -> None:
    assert holder.stdin is not None
    with contextlib.suppress(OSError):
        holder.stdin.close()
    try:
        holder.wait(END_S)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.wait()


def _child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _end(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End what nsenter started: its only child, which a signal to nsenter would not reach."""
    told, until = False, time.monotonic() + END_S
    while process.poll() is None and time.monotonic() < until:
        # It may not have come to start it yet.
        told = told or _signal(process.pid, signal.SIGTERM)
        time.sleep(0.05)
    if process.poll() is None:
        _signal(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(_child(pid), number)
    except (OSError, IndexError, ValueError):
        return False
    return True
