"""All that the programs write lies in the data folder: they run where everything else is read-only,
as on a station whose root is, and where even that folder is, as when its partition died.

/tmp and /run stay writable as they are there; what is left in /tmp is looked at as well.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from station.ledger import Ledger
from station.vision import recording
from tests.kiosk.people import FPS, bend, pose
from tests.uplink.parts import FakeHub, Mosquitto, eventually

DEADLINE_S = 60.0
ALL_READ_ONLY = """
for writable in /tmp /run /var/tmp "$@"; do mount --bind "$writable" "$writable"; done
kept=" $(printf '%s ' /tmp /run /var/tmp "$@")"
findmnt -rno TARGET | while read -r at; do
    case "$kept/proc /sys " in *" $at "*) continue ;; esac
    mount -o remount,bind,ro "$at" 2>/dev/null || true
done
if [ -n "$DEAD" ]; then mount --bind "$DEAD" "$DEAD"; mount -o remount,bind,ro "$DEAD"; fi
if touch /etc/x 2>/dev/null || touch /var/lib/x 2>/dev/null; then exit 99; fi
exec "$PYTHON" -m station "${STATION[@]}"
"""
"""In a mount namespace of its own: every mount read-only but those named."""


class Programs:
    """`station …` where only the data folder can be written, or (`dead`) not even that."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data, self.temporary = folder / "data", folder / "temporary"
        self.settings, self._log = folder / "station.toml", folder / "log"
        for made in (self.data, self.temporary):
            made.mkdir()
        self.settings.write_text(
            f'[station]\ndata_dir = "{self.data}"\n[broker]\nport = {port}\n'
            '[camera]\nsource = "/dev/video250"\n[screen]\nsummary_s = 1.0\n'
        )

    def start(self, command: str, *options: str, dead: bool = False) -> "subprocess.Popen[str]":
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
        environment = {k: v for k, v in os.environ.items() if k not in hidden}
        argv = [command, "--config", str(self.settings), *options]
        words = " ".join(f"'{word}'" for word in argv)
        return subprocess.Popen(
            [
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "bash",
                "-euc",
                f"STATION=({words})\n{ALL_READ_ONLY}",
                "bash",
                *([] if dead else [str(self.data)]),
            ],
            env={
                **environment,
                "PYTHON": sys.executable,
                "DEAD": str(self.data) if dead else "",
                "TMPDIR": str(self.temporary),
                "HOME": "/nonexistent",
            },
            stdout=subprocess.PIPE,
            stderr=self._log.open("a"),
            text=True,
        )

    def run(self, command: str, *options: str, dead: bool = False) -> tuple[int, str]:
        process = self.start(command, *options, dead=dead)
        said = process.communicate(timeout=DEADLINE_S)[0]
        return process.returncode, said

    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def programs(tmp_path: Path, broker: Mosquitto) -> Programs:
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("making a file system read-only for one program needs root")
    return Programs(tmp_path, broker.port)


@pytest.fixture
def clip(tmp_path: Path) -> str:
    """Somebody who hinges once."""
    times = np.arange(0.0, 4.5, 1 / FPS)
    recording.write(tmp_path / "clip.npz", [pose(t, bend(t, 2.4)) for t in times])
    return str(tmp_path / "clip.npz")


def a_set_by_the_kiosk(programs: Programs, clip: str, *, dead: bool = False) -> str:
    code, said = programs.run("kiosk", "--source", clip, "--exit-after", "0", dead=dead)
    assert code == 0, programs.log()
    assert "] rep 1" in said
    return said


def test_a_set_gets_from_the_screen_to_the_hub_with_all_but_the_data_folder_read_only(
    programs: Programs, clip: str, broker: Mosquitto
) -> None:
    a_set_by_the_kiosk(programs, clip)
    ledger = Ledger(programs.data / "ledger.db")
    assert ledger.depth() == 1
    hub = FakeHub(broker.port)
    hub.start()
    uplink = programs.start("uplink")
    eventually(lambda: hub.stored and ledger.depth() == 0, "handed over", DEADLINE_S)
    code, said = programs.run("doctor")
    uplink.send_signal(signal.SIGTERM)
    assert uplink.wait(DEADLINE_S) == 0
    hub.stop()
    assert f"{programs.data} can be written to" in " ".join(said.split())
    assert "It is online and takes sets." in said
    assert code == 1, "no camera, no display"
    assert [path.name for path in programs.temporary.rglob("*")] == []


def test_with_a_dead_data_partition_members_are_coached_and_staff_are_told(
    programs: Programs, clip: str
) -> None:
    a_set_by_the_kiosk(programs, clip, dead=True)
    assert "ledger.db" in programs.log()
    code, said = programs.run("doctor", dead=True)
    assert code == 1
    assert "cannot be written to by the user who runs this" in " ".join(said.split())
