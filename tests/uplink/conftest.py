"""A real broker, a small hub, and an uplink that may be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.uplink.parts import FakeHub, Listener, Mosquitto, Station, settings_for


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def station(broker: Mosquitto, tmp_path: Path) -> Iterator[Station]:
    """Not yet started."""
    made = Station(settings_for(broker.port, tmp_path))
    yield made
    made.end()


@pytest.fixture
def hub(broker: Mosquitto) -> Iterator[FakeHub]:
    """Not yet started."""
    made = FakeHub(broker.port)
    yield made
    made.stop()


@pytest.fixture
def watcher(broker: Mosquitto) -> Iterator[Listener]:
    """Hears all of our topics."""
    made = Listener(broker.port, "watcher").start()
    yield made
    made.stop()
