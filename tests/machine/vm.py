"""One run of the emulated machine: power on, ask, look, pull the plug."""

import json
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.machine.image import ROOT_DEVICE, Image
from tests.machine.places import HEIGHT, WIDTH

MEMORY_MIB = 3072
BOOT_S = 600.0
"""Some 40 s on two idle cores; a busy machine takes many times as long."""


class GuestError(AssertionError):
    """The guest did not do what was asked; the sentence says what."""


@dataclass(frozen=True)
class Answer:
    """What a command in the guest came to; 124 = not done within its limit."""

    code: int
    said: str


class Machine:
    """A running qemu. Ends with `pull_the_plug` or `power_off`, also when a test fails."""

    def __init__(
        self, image: Image, disk: Path, logs: Path, name: str, writes: Path | None = None
    ) -> None:
        """Power on; `name` is that of the log files. Returns at once.

        `writes`: where every write to `disk` is noted (see `tests.machine.power`).
        """
        self.kept = logs / f"{name}.kept"
        self.logs, self.name = logs, name
        self.console = logs / f"{name}.console.log"
        self._agent_path, self._qmp_path = logs / "agent", logs / "qmp"
        for path in (self._agent_path, self._qmp_path):
            path.unlink(missing_ok=True)
        command = [
            *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-machine", "q35,accel=tcg"),
            *("-cpu", image.processor, "-smp", "2", "-m", str(MEMORY_MIB), "-no-reboot"),
            *("-kernel", str(image.kernel), "-initrd", str(image.initrd)),
            "-append",
            f"root={ROOT_DEVICE} ro console=ttyS0 quiet loglevel=4 systemd.show_status=false"
            " mitigations=off net.ifnames=0 consoleblank=0",
            *_drive(disk, writes),
            *("-device", f"virtio-vga,xres={WIDTH},yres={HEIGHT}", "-display", "none"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            # A hardware watchdog; it resets the machine.
            *("-device", "i6300esb"),
            *("-chardev", f"socket,id=agent,path={self._agent_path},server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=hinge.agent"),
            *("-chardev", f"file,id=kept,path={self.kept}"),
            *("-device", "virtserialport,chardev=kept,name=hinge.kept"),
            *("-chardev", f"socket,id=qmp,path={self._qmp_path},server=on,wait=off"),
            *("-mon", "chardev=qmp,mode=control"),
            *("-serial", f"file:{self.console}"),
        ]
        self.on_at = time.monotonic()
        with (logs / f"{name}.qemu.log").open("wb") as log:
            self._qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._agent: socket.socket | None = None
        self._heard = b""

    @property
    def up_s(self) -> float:
        """Seconds since the power came on, by this machine's clock."""
        return time.monotonic() - self.on_at

    # Asking

    def wait_for_agent(self, limit_s: float = BOOT_S) -> float:
        """Until commands can be run inside; returns `up_s`."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            self._check_runs()
            if self._agent is None:
                with suppress(OSError):
                    self._agent = _connect(self._agent_path)
            if self._agent is not None and self._line(1.0) is not None:
                return self.up_s
            time.sleep(0.2)
        raise GuestError(f"no agent within {limit_s:.0f} s; see {self.console}")

    def ask(self, run: str, limit_s: float = 60.0) -> Answer:
        """Run shell text as root in the guest."""
        assert self._agent is not None
        self._agent.sendall(json.dumps({"run": run, "limit": limit_s}).encode() + b"\n")
        deadline = time.monotonic() + limit_s + 30
        while time.monotonic() < deadline:
            line = self._line(1.0)
            if line is not None and "code" in line:
                return Answer(line["code"], line["said"])
            self._check_runs()
        raise GuestError(f"the guest gave no answer to: {run}")

    def get(self, run: str, limit_s: float = 60.0) -> str:
        """Its output, stripped; raises GuestError when it fails."""
        answer = self.ask(run, limit_s)
        if answer.code:
            raise GuestError(f"in the guest `{run}` ended with {answer.code}: {answer.said[-600:]}")
        return answer.said.strip()

    def until(self, run: str, limit_s: float, every_s: float = 0.5) -> float:
        """Repeat `run` until it succeeds; returns how long that took, seconds."""
        begun = time.monotonic()
        while True:
            answer = self.ask(run)
            took = time.monotonic() - begun
            if answer.code == 0:
                return took
            if took > limit_s:
                raise GuestError(f"not within {limit_s:.0f} s in the guest: {run}: {answer.said}")
            time.sleep(every_s)

    def _line(self, wait_s: float) -> dict[str, Any] | None:
        assert self._agent is not None
        self._agent.settimeout(wait_s)
        while b"\n" not in self._heard:
            try:
                chunk = self._agent.recv(65536)
            except TimeoutError:
                return None
            if not chunk:
                raise GuestError("the machine is off")
            self._heard += chunk
        line, self._heard = self._heard.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _check_runs(self) -> None:
        if self._qemu.poll() is not None:
            raise GuestError(f"qemu ended with {self._qemu.returncode}; see {self.name}.qemu.log")

    # Looking

    def picture(self, name: str) -> Path:
        """What the panel shows now, as a PNG in the log folder."""
        path = self.logs / f"{self.name}-{name}.png"
        self._qmp("screendump", filename=str(path), format="png")
        return path

    def _qmp(self, execute: str, **arguments: Any) -> None:
        with _connect(self._qmp_path) as monitor, monitor.makefile("rwb", buffering=0) as lines:
            monitor.settimeout(30)
            lines.readline()
            for request in ("qmp_capabilities", execute):
                given = arguments if request == execute else {}
                lines.write(json.dumps({"execute": request, "arguments": given}).encode() + b"\n")
                while True:
                    said = json.loads(lines.readline())
                    if "error" in said:
                        raise GuestError(f"qemu, {request}: {said['error']['desc']}")
                    if "return" in said:
                        break

    # Ending

    def pull_the_plug(self) -> None:
        """A power cut: whatever the guest had not handed to its disk is gone."""
        if self._qemu.poll() is None:
            self._qemu.send_signal(signal.SIGKILL)
        self._qemu.wait()
        if self._agent is not None:
            self._agent.close()
            self._agent = None
        self._heard = b""

    def wait_for_restart(self, limit_s: float) -> None:
        """Until it restarts by itself; the power stays off then. Raises GuestError otherwise."""
        try:
            self._qemu.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise GuestError(f"no restart within {limit_s:.0f} s") from None
        self.pull_the_plug()

    def power_off(self, limit_s: float = 60.0) -> None:
        """Shut down in order; the plug is pulled when that takes longer."""
        if self._agent is None:  # never came up, or is off already
            self.pull_the_plug()
            return
        with suppress(GuestError, OSError):
            self.ask("systemctl poweroff --no-block", 10)
        with suppress(subprocess.TimeoutExpired):
            self._qemu.wait(limit_s)
        self.pull_the_plug()


def _drive(disk: Path, writes: Path | None) -> list[str]:
    """The guest's disk, with a cache that forgets unless it is flushed."""
    file = f"driver=file,node-name=file,filename={disk}"
    device = ["-device", "virtio-blk-pci,drive=disk,write-cache=on"]
    if writes is None:
        return ["-blockdev", file, "-blockdev", "driver=raw,node-name=disk,file=file", *device]
    writes.write_bytes(b"")
    return [
        *("-blockdev", file),
        *("-blockdev", f"driver=file,node-name=writes,filename={writes}"),
        *("-blockdev", "driver=blklogwrites,node-name=disk,file=file,log=writes"),
        *device,
    ]


def _connect(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(path))
    return made
