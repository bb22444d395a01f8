"""A gym's broker with two stations that have joined."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
