"""Fixtures of the hub's tests, all real parts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.hub.database import Database
from station.hub.store import Store
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, Page, free_port, hub_on, settings_for
from tests.hub.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, for all tests of this run."""
    yield from running_postgres(free_port())


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return tmp_path / "hub.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.made()


@pytest.fixture
def database(where: Path | str) -> Iterator[Database]:
    """The hub's database, on SQLite and on PostgreSQL."""
    database = Database(where)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def settings(broker: Broker, tmp_path: Path) -> Settings:
    return settings_for(broker.port, tmp_path)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Page]:
    with hub_on(settings) as page:
        yield page


@pytest.fixture
def stations(broker: Broker) -> Iterator[Callable[..., FakeStation]]:
    """Makes stations, introduced or not, and takes them away at the end."""
    made: list[FakeStation] = []

    def make(name: str = "station-1", introduced: bool = True, **rest: Any) -> FakeStation:
        station = FakeStation(broker, name, **rest)
        made.append(station)
        if introduced:
            station.introduce()
        return station

    yield make
    for station in made:
        station.close()
