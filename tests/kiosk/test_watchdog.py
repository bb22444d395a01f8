"""systemd hears that the screen is up, and of progress only while screen and camera work."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from station.kiosk.program import well
from station.vision import CameraState, recording
from tests.kiosk.people import FPS, bend, pose
from tests.systemd import Systemd

DEADLINE_S = 60.0


def test_a_kiosk_is_ready_fed_silent_when_its_screen_hangs_and_says_it_stops(
    tmp_path: Path,
) -> None:
    address = str(tmp_path / "notify")
    systemd = Systemd(address)
    recording.write(
        tmp_path / "clip.npz", [pose(t, bend(t, 2.4)) for t in np.arange(0, 2, 1 / FPS)]
    )
    (tmp_path / "station.toml").write_text(f'[station]\ndata_dir = "{tmp_path / "data"}"\n')
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "station", "kiosk"),
            *("--config", str(tmp_path / "station.toml"), "--source", str(tmp_path / "clip.npz")),
        ],
        env={name: value for name, value in os.environ.items() if name not in hidden}
        | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000"},
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "log").open("w"),
    )

    def wait_for(wanted: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while wanted not in systemd.heard():
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)

    try:
        wait_for("READY=1")
        wait_for("WATCHDOG=1")
        wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        systemd.heard()
        time.sleep(1.5)
        assert systemd.heard() == []
        process.send_signal(signal.SIGCONT)
        wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
        assert "STOPPING=1" in systemd.heard()
    finally:
        process.kill()
        systemd.close()


@pytest.mark.parametrize(
    ("kind", "progress"),
    [("live", True), ("offline", True), ("ended", True), ("starting", False), ("stalled", False)],
)
def test_a_camera_that_hangs_starves_the_watchdog_and_one_that_is_gone_does_not(
    kind: str, progress: bool
) -> None:
    assert well(CameraState(kind, "")) == progress  # type: ignore[arg-type]
