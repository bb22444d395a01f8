"""`station settings` and `station ask` against a whole station: broker, hub, uplink, real kiosk."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from station import broker, layers
from station import settings as settings_file
from station.hub.database import Database
from station.hub.desired import Wishes
from station.kiosk.shield import RESTART
from station.settings import Settings
from station.vision import recording
from tests.kiosk.people import FPS, bend, pose

START_S = 90.0


def clip_in(folder: Path) -> Path:
    """A recording of somebody who hinges twice."""
    times = np.arange(0.0, 6.5, 1 / FPS)
    poses = [replace(pose(t, bend(t, 2.4) if t < 6.3 else 0.0), contour=None) for t in times]
    recording.write(folder / "clip.npz", poses)
    return folder / "clip.npz"


class Running:
    """`station run` on a short clip, its lines read as they come."""

    def __init__(self, folder: Path) -> None:
        self.base = Settings.model_validate(
            {
                "station": {"data_dir": folder / "data"},
                "screen": {"summary_s": 1.0},
                "broker": {"port": broker.free_port(0)},
                "hub": {"port": 0},
            }
        )
        self.config = folder / "station.toml"
        self.config.write_text(settings_file.as_toml(self.base))
        hidden = ("DISPLAY", "WAYLAND_DISPLAY")
        command = [sys.executable, "-m", "station", "run"]
        self.process = subprocess.Popen(
            [*command, "--config", str(self.config), "--source", str(clip_in(folder))],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={name: value for name, value in os.environ.items() if name not in hidden},
        )
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def count(self, pattern: str) -> int:
        return sum(bool(re.search(pattern, line)) for line in list(self.lines))

    def wait_for(self, pattern: str, times: int = 1) -> None:
        deadline = time.monotonic() + START_S
        while self.count(pattern) < times:
            assert time.monotonic() < deadline, "".join(self.lines[-40:])
            time.sleep(0.05)

    def station(self, command: str, *argv: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "station", command, "--config", str(self.config), *argv],
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(40)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("afar"))
    try:
        made.wait_for(r"kiosk .*\[attract\]")
        made.wait_for(r"uplink.* The hub is online")
        yield made
    finally:
        made.end()


def settings_command(running: Running, *argv: str) -> tuple[int, str]:
    return running.station("settings", "--station", "station-1", "--wait", "100", *argv)


def test_a_station_identifies_and_tests_itself(running: Running) -> None:
    code, said = running.station("ask", "station-1", "identify")
    assert (code, said) == (0, "station-1: done\n")
    code, said = running.station("ask", "station-1", "self-test", "--json")
    assert code == 0, said
    facts = json.loads(said)["facts"]
    assert facts["ledger_writable"]
    assert facts["kiosk"]["camera"] in {"starting", "live", "ended"}
    code, said = running.station("ask", "nobody", "identify")
    assert (code, said) == (1, "nobody: no answer in 5 s\n")


def test_what_staff_set_from_afar_is_in_force_and_known(running: Running) -> None:
    code, said = settings_command(running, "set", "sound.volume=0.25", "screen.idle_s=45")
    assert (code, said) == (0, "station-1: version 1 applied\n")
    loaded = layers.over(running.base)
    assert (loaded.sound.volume, loaded.screen.idle_s) == (0.25, 45.0)
    code, said = settings_command(running, "set", "sound.volume=25")
    assert code == 2
    assert "sound.volume" in said
    code, said = settings_command(running, "set", "broker.host=evil.example")
    assert code == 2
    assert "may be changed from afar" in said
    code, said = running.station("settings", "--all", "show")
    assert code == 0
    assert "version 1 in force" in said
    assert "sound.volume=0.25" in said


def test_for_what_needs_it_the_kiosk_starts_again_and_says_so(running: Running) -> None:
    starts = running.count(r"kiosk .*\[attract\]")
    code, said = settings_command(running, "set", "camera.fps=25")
    assert code == 0, said
    assert said.splitlines()[0].endswith("applied")
    assert "the kiosk started again for camera.fps" in said
    running.wait_for(rf"kiosk ended with exit code {RESTART}")
    assert running.count(r"kiosk .*\[attract\]") > starts
    code, said = running.station("settings", "--station", "station-1", "history")
    assert said.splitlines()[1] == "  sound.volume=0.25, screen.idle_s=45.0, camera.fps=25"


def test_a_restart_that_is_asked_for_comes_between_members(running: Running) -> None:
    ended = running.count(rf"kiosk ended with exit code {RESTART}")
    starts = running.count("No display here")
    code, said = running.station("ask", "station-1", "restart")
    assert (code, said) == (0, "station-1: done\n")
    running.wait_for(rf"kiosk ended with exit code {RESTART}", ended + 1)
    running.wait_for("No display here", starts + 1)
    running.wait_for(r"kiosk .*\[choose\]", running.count(r"kiosk .*\[choose\]") + 1)
    assert running.process.poll() is None


def pid_of(running: Running, program: str) -> int:
    """Of one of the programs that `station run` has started."""
    tasks = Path(f"/proc/{running.process.pid}/task").glob("*/children")
    children = [int(pid) for task in tasks for pid in task.read_text().split()]
    return next(
        pid
        for pid in children
        if f"\0{program}\0".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


@pytest.mark.parametrize("program", ["uplink", "kiosk"])
def test_what_is_tried_when_a_program_is_killed_is_taken_back_and_said(
    running: Running, program: str
) -> None:
    before = layers.over(running.base)
    used = running.count("waits for a moment without a member")
    # Not by the command: the kiosk confirms within seconds, and a command may take as long to end.
    wish = Wishes(Database(running.base.store)).change(
        "station-1", {"sound.volume": 0.9}, "test", datetime.now(UTC)
    )
    running.wait_for("waits for a moment without a member", used + 1)
    os.kill(pid_of(running, program), signal.SIGKILL)
    deadline = time.monotonic() + START_S
    while f"{wish.version} rolled_back" not in (
        said := running.station("settings", "--all", "show")[1]
    ):
        assert time.monotonic() < deadline, said + "".join(running.lines[-40:])
        time.sleep(0.5)
    assert layers.over(running.base) == before
    assert ("stopped before" if program == "uplink" else "kiosk ended") in said
