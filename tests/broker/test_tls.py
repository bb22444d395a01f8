"""Each way in which station and broker fail to trust each other ends in a sentence of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import PASSWORDS
from tests.broker.parts import Client, GymBroker, run_script
from tests.broker.test_certificates import make_broker_certificate
from tests.uplink.parts import Station, eventually

HUB_STATUS = "hinge/v1/hub/status"


class Wall:
    """Makes stations and ends them."""

    def __init__(self, broker: GymBroker, folder: Path) -> None:
        self._broker, self._folder = broker, folder
        self.made: list[Station] = []

    def __call__(self, name: str = "rack-1", password: str | None = None, **more: Any) -> Station:
        folder = self._folder / f"{name}-{len(self.made)}"
        folder.mkdir()
        (folder / "password").write_text((password or PASSWORDS[name]) + "\n")
        station = Station(self._broker.station_settings(name, folder, **more))
        self.made.append(station)
        return station.start()


@pytest.fixture
def wall(broker: GymBroker, tmp_path: Path) -> Iterator[Wall]:
    made = Wall(broker, tmp_path)
    yield made
    for station in made.made:
        station.end()


def told(station: Station) -> str:
    """What the kiosk's staff menu and `station doctor` read."""
    link = station.ledger.link()
    return link.problem or "" if link else ""


def await_told(station: Station, sentence: str) -> None:
    eventually(lambda: sentence in told(station), f"{sentence!r} is told")
    link = station.ledger.link()
    assert link is not None
    assert not link.connected


def test_the_right_authority_name_and_password_connect(broker: GymBroker, wall: Wall) -> None:
    hub = Client(broker, "hub", broker.hub_password, stations=False).start()
    hub.subscribe("hinge/v1/+/evt/session")
    hub.publish(HUB_STATUS, b'{"state":"online"}', retain=True)
    station = wall()
    eventually(station.connected, "the kiosk is told")
    station.finish()
    eventually(lambda: hub.heard, "a session comes over TLS")
    assert hub.heard[0][0] == "hinge/v1/rack-1/evt/session"
    hub.stop()


def test_an_unknown_authority_is_said(wall: Wall, tmp_path: Path) -> None:
    run_script("certificates.sh", tmp_path / "another")
    other = tmp_path / "another" / "ca.pem"
    await_told(
        wall(tls_ca=str(other)),
        "is not the gym's: its certificate is of another authority.",
    )


@pytest.mark.parametrize(
    ("start", "end", "names", "sentence"),
    [
        ("20200101000000Z", "20210101000000Z", "IP:127.0.0.1", "has expired, or the clock here"),
        ("20980101000000Z", "20990101000000Z", "IP:127.0.0.1", "is not valid yet: the clock here"),
        ("20200101000000Z", "20990101000000Z", "DNS:a.test", "is for another name."),
    ],
)
def test_a_certificate_that_is_not_good_is_said_and_a_good_one_found_without_a_restart(
    broker: GymBroker, wall: Wall, start: str, end: str, names: str, sentence: str
) -> None:
    good = (broker.folder / "broker.pem").read_bytes()
    make_broker_certificate(broker.folder, start, end, names)
    broker.reload()
    station = wall()
    await_told(station, sentence)
    (broker.folder / "broker.pem").write_bytes(good)
    broker.reload()
    eventually(lambda: (link := station.ledger.link()) and link.connected, "connected")


def test_an_address_that_the_certificate_does_not_have_is_said(wall: Wall) -> None:
    await_told(wall(host="127.0.0.2"), "is for another name.")


def test_a_port_without_tls_is_said(broker: GymBroker, wall: Wall) -> None:
    await_told(wall(port=broker.hub_port), "speaks no TLS: is it the broker's port for TLS?")


def test_a_wrong_password_is_said(wall: Wall) -> None:
    await_told(wall(password="guess"), "refuses user rack-1: wrong or missing password")


def test_a_station_that_uses_anothers_id_is_told_what_it_may_not(wall: Wall) -> None:
    station = wall("rack-2", username="rack-1", password=PASSWORDS["rack-1"])
    wanted = "access list does not let rack-1 use hinge/v1/rack-2/"
    eventually(lambda: wanted in told(station), "said")
