"""A real Kivy window on SDL's offscreen driver."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.kiosk import window
from station.settings import Settings
from tests.kiosk.people import PANELS, SIZES, Panel
from tests.kiosk.wall import VirtualClock, Wall


def offscreen(folder: Path, size: tuple[int, int]) -> VirtualClock:
    """Kivy, prepared as the program does it, on the offscreen driver; once in a process."""
    os.environ.pop("DISPLAY", None)
    os.environ.pop("WAYLAND_DISPLAY", None)
    window.configure(Settings.model_validate({"station": {"data_dir": str(folder)}}))
    from kivy.config import Config

    Config.set("graphics", "maxfps", 0)
    Config.set("graphics", "width", size[0])
    Config.set("graphics", "height", size[1])
    return VirtualClock()


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> VirtualClock:
    """The window's clock. The surface stays as large as it was made: every size fits into it."""
    width, height = (max(size[axis] for size in SIZES) for axis in (0, 1))
    return offscreen(tmp_path_factory.mktemp("kivy"), (width, height))


@pytest.fixture
def hang(clock: VirtualClock) -> Iterator[Callable[..., Wall]]:
    """Hangs a kiosk of a given size on the wall."""
    walls: list[Wall] = []

    def build(panel: Panel | tuple[int, int] = PANELS[0], **options: Any) -> Wall:
        walls.append(Wall(clock, panel, **options))
        return walls[-1]

    yield build
    for wall in walls:
        wall.close()
