"""A gym's broker with two stations that have joined; a gym with a hub and none yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.hub import running
from tests.broker.gym import Gym
from tests.broker.parts import Client, GymBroker, gym_broker

PASSWORDS = {"rack-1": "the first one's", "rack-2": "the second one's"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[GymBroker]:
    with gym_broker(tmp_path / "broker", "broker.gym.test") as running:
        for station, password in PASSWORDS.items():
            running.let_in(station, password)
        yield running


class Clients:
    """Makes clients and ends them."""

    def __init__(self, broker: GymBroker) -> None:
        self._broker = broker
        self._made: list[Client] = []

    def __call__(self, user: str, **more: str) -> Client:
        hub = user == "hub"
        password = self._broker.hub_password if hub else PASSWORDS[user]
        client = Client(self._broker, user, password, stations=not hub, **more)
        self._made.append(client)
        return client.start()

    def end(self) -> None:
        for client in self._made:
            client.stop()


@pytest.fixture
def connect(broker: GymBroker) -> Iterator[Clients]:
    made = Clients(broker)
    yield made
    made.end()


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    with gym_broker(tmp_path / "broker", "broker.gym.test") as broker:
        made = Gym(tmp_path, broker)
        with running(made.settings):
            yield made


@pytest.fixture
def station_file(tmp_path: Path) -> Path:
    """Settings of a station that says nothing of a broker."""
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\ndata_dir = "{tmp_path / "station"}"\n')
    return file
