"""A real Kivy window on SDL's offscreen driver."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kiosk.people import PANELS, SIZES, Panel
from tests.kiosk.wall import VirtualClock, Wall, offscreen


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
