"""A real Kivy window on SDL's offscreen driver."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from station.kiosk import window
from station.settings import Settings
from tests.kiosk.people import PANELS, SIZES, Panel
from tests.kiosk.wall import VirtualClock, Wall


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> VirtualClock:
    """Kivy, prepared as the program does it, on the offscreen driver."""
    os.environ.pop("DISPLAY", None)
    os.environ.pop("WAYLAND_DISPLAY", None)
    folder = tmp_path_factory.mktemp("kivy")
    window.configure(Settings.model_validate({"station": {"data_dir": str(folder)}}))
    from kivy.config import Config

    Config.set("graphics", "maxfps", 0)
    # The offscreen surface stays as large as it was made: every size must fit into it.
    Config.set("graphics", "width", max(width for width, _ in SIZES))
    Config.set("graphics", "height", max(height for _, height in SIZES))
    return VirtualClock()


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
