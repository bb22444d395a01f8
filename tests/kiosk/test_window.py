"""The whole kiosk in a real X window, touched by a real pointer, in German.

Somebody recorded stands in front of it: poses that no model has to find, so that the story is the
same on a machine that is busy.
"""

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.i18n import translator
from station.kiosk import palette
from station.kiosk.view import View
from station.vision import recording
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery, texts
from tests.kiosk.people import FPS, bend, pose
from tests.kiosk.wall import VirtualClock

DEADLINE_S = 60.0
PANEL = stills.PANELS[0]
LANGUAGE = "de"
_ = translator(LANGUAGE)


class Visitor:
    """Somebody in front of a station that runs in a window of its own X server."""

    def __init__(self, process: subprocess.Popen[str], display: str) -> None:
        self._environment = os.environ | {"DISPLAY": display}
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip())

    def sees(self, wanted: str) -> str:
        """The next line that begins with this pattern, once it is there."""
        seen = []
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                assert self._process.poll() is None, seen
                continue
            seen.append(line)
            if re.match(wanted, line):
                return line
        raise AssertionError(f"{wanted!r} did not come: {seen}")

    def taps(self, place: tuple[int, int]) -> None:
        """One click, after a moment: nobody taps as soon as a screen comes up."""
        time.sleep(0.8)
        x, y = (str(part) for part in place)
        self._run("xdotool", "mousemove", x, y, "click", "1")

    def photographs(self, path: Path) -> None:
        """What the X server shows."""
        self._run("import", "-window", "root", str(path))

    def _run(self, *command: str) -> None:
        subprocess.run(command, env=self._environment, check=True, timeout=DEADLINE_S)


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of our own, as large as the window."""
    read, write = os.pipe()
    width, height = PANEL.size
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        yield f":{answer.readline().strip()}"
    server.terminate()
    server.wait()


@pytest.fixture
def visitor(tmp_path: Path, display: str) -> Iterator[Visitor]:
    """Stands in front of a station that has just been switched on."""
    settings = tmp_path / "station.toml"
    settings.write_text(
        f'[station]\nlanguage = "{LANGUAGE}"\ndata_dir = "{tmp_path / "data"}"\n'
        f"[screen]\nwidth = {PANEL.size[0]}\nheight = {PANEL.size[1]}\n",
        encoding="utf-8",
    )
    clip = tmp_path / "clip.npz"
    poses = [pose(float(t), bend(float(t))) for t in np.arange(0.0, 20.0, 1 / FPS)]
    recording.write(clip, [replace(each, contour=None) for each in poses])
    hidden = ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    environment = {k: v for k, v in os.environ.items() if k not in hidden} | {"DISPLAY": display}
    command = [sys.executable, "-m", "station", "kiosk", "--config", settings, "--print"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--source", clip],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        yield Visitor(process, display)
        process.kill()
        process.wait()


def places(clock: VirtualClock, *asked: tuple[View, str]) -> list[tuple[int, int]]:
    """Where the key that says so is on each of these views, pixels from the upper left."""
    found = []
    with closing(Gallery(clock, PANEL)) as gallery:
        for view, word in asked:
            gallery.show(stills.Still(word, view))
            keys = [t for layer in texts(gallery) for t in layer if t.is_key and t.said == word]
            assert keys, (word, texts(gallery))
            left, bottom, right, top = keys[0].box
            found.append((round((left + right) / 2), round(PANEL.size[1] - (bottom + top) / 2)))
    return found


def test_a_visitor_taps_chooses_hinges_and_reads_the_summary(
    clock: VirtualClock, visitor: Visitor, tmp_path: Path
) -> None:
    live = stills.view("live", LANGUAGE, snapshot=stills.watched(1.4))
    asked = replace(live, asking="end_set", left_s=9.0)
    hinge, finish, end = places(
        clock,
        (stills.view("choose", LANGUAGE), _("Hip hinge")),
        (live, _("Finish")),
        (asked, _("End it")),
    )
    visitor.sees(r"\[attract\]")
    visitor.taps((PANEL.size[0] // 2, PANEL.size[1] // 2))
    visitor.sees(r"\[choose\]")
    visitor.taps(hinge)
    assert _("It starts by itself.") in visitor.sees(r"\[place\]")
    assert _("Hips") in visitor.sees(r"\[live\] rep 1")
    visitor.photographs(tmp_path / "live.png")
    picture = cv2.imread(str(tmp_path / "live.png"))
    assert picture.shape[1::-1] == PANEL.size
    # "Hips", and the button behind them.
    blue = [round(255 * part) for part in palette.BLUE[2::-1]]
    alike = int((abs(picture.astype(int) - blue) <= 2).all(axis=2).sum())
    assert alike > 100
    visitor.taps(finish)
    visitor.taps(end)
    assert _("Stop if it hurts; ask a coach.") in visitor.sees(r"\[summary\]")
