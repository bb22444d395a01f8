"""A gym with a hub, and a station that is to join it."""

from pathlib import Path

from station import settings
from station.cli import main
from station.hub import joining
from tests.broker.parts import GymBroker
from tests.uplink.parts import free_port


class Gym:
    """A hub with its broker, and the settings file of its machine."""

    def __init__(self, folder: Path, broker: GymBroker) -> None:
        self.broker, self.port = broker, free_port()
        self.file = folder / "hub.toml"
        self.file.write_text(
            f'[station]\ndata_dir = "{folder / "hub"}"\n'
            f'[broker]\nport = {broker.hub_port}\nusername = "hub"\n'
            f'password_file = "{broker.folder / "hub-password"}"\n'
            f'[hub]\nport = {self.port}\nbroker_dir = "{broker.folder}"\n'
            f"stations_port = {broker.port}\n"
        )
        self.settings = settings.load(self.file)
        self.url = f"http://127.0.0.1:{self.port}"

    def code(self, station: str = "rack-7") -> str:
        return joining.Joining(self.settings).invite(station)


def join(file: Path, hub: str, code: str) -> int:
    return main(["join", hub, code, "--config", str(file)])
