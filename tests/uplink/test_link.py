"""What is wrong between station and broker is said in words."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from station.errors import StationError
from station.ledger import Ledger
from station.uplink import Uplink
from tests.uplink.parts import (
    QUICK,
    STATION,
    FakeHub,
    Mosquitto,
    Station,
    eventually,
    free_port,
    settings_for,
)

ACCESS = """
user hub
topic readwrite hinge/v1/#
user station-1
topic read hinge/v1/hub/status
topic read hinge/v1/station-1/#
topic write hinge/v1/station-1/status
"""


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with passwords and an access list that denies the station its sessions."""
    passwords, access = tmp_path / "passwords", tmp_path / "access"
    passwords.write_text("station-1:right\nhub:hubs\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    access.write_text(ACCESS)
    for file in (passwords, access):
        file.chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    running = Mosquitto(
        tmp_path, f"allow_anonymous false\npassword_file {passwords}\nacl_file {access}\n"
    )
    yield running
    running.kill()


def station_with(broker_port: int, folder: Path, password: str) -> Station:
    secret = folder / "password"
    secret.write_text(password + "\n")
    return Station(settings_for(broker_port, folder, password_file=str(secret)))


def test_a_wrong_password_is_said_and_the_right_one_then_works_without_a_restart(
    guarded: Mosquitto, tmp_path: Path
) -> None:
    station = station_with(guarded.port, tmp_path, "wrong")
    station.start()
    try:
        eventually(lambda: "refuses user station-1: wrong or missing" in station.problem(), "said")
        (tmp_path / "password").write_text("right\n")
        eventually(lambda: "password" not in station.problem(), "connected")
    finally:
        station.end()


def test_an_access_list_that_denies_sessions_is_said_and_the_sets_are_kept(
    guarded: Mosquitto, tmp_path: Path
) -> None:
    hub = FakeHub(guarded.port, username="hub", password="hubs").start()
    station = station_with(guarded.port, tmp_path, "right")
    station.finish(2)
    station.start()
    try:
        wanted = "access list does not let station-1 use hinge/v1/station-1/"
        eventually(lambda: wanted in station.problem(), "said")
        assert station.ledger.depth() == 2
    finally:
        station.end()
        hub.stop()


@pytest.mark.parametrize("content", ["", "one\ntwo\n", None])
def test_a_password_file_that_cannot_be_used_is_refused_at_the_start(
    tmp_path: Path, content: str | None
) -> None:
    secret = tmp_path / "password"
    if content is not None:
        secret.write_text(content)
    settings = settings_for(1, tmp_path, password_file=str(secret))
    with pytest.raises(StationError, match=f"Password file {secret}: ") as caught:
        Uplink(settings, Ledger(settings.ledger))
    assert "two" not in str(caught.value), "no secret in a message"


def test_a_broker_that_is_not_there_is_said_and_found_once_it_comes(
    broker: Mosquitto, station: Station, hub: FakeHub
) -> None:
    broker.kill()
    station.start()
    station.finish(1)
    wanted = f"127.0.0.1:{broker.port} cannot be reached (Connection refused)"
    eventually(lambda: wanted in station.problem(), "said")
    broker.start()
    hub.start()
    eventually(lambda: station.ledger.depth() == 0, "delivered")
    eventually(lambda: station.problem() == "", "all is well")


def test_something_that_is_no_broker_is_said(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", free_port()))) as server:
        taken: list[socket.socket] = []
        threading.Thread(target=lambda: taken.append(server.accept()[0]), daemon=True).start()
        station = Station(settings_for(server.getsockname()[1], tmp_path))
        station.start(replace(QUICK, connack_s=0.3))
        eventually(lambda: "does not answer as a broker" in station.problem(), "said")
        station.end()


def test_a_second_uplink_of_the_same_name_is_said(
    broker: Mosquitto, station: Station, tmp_path: Path
) -> None:
    twin = Station(settings_for(broker.port, tmp_path / "twin"))
    wanted = f"Another program has connected as {STATION}"
    station.start()
    twin.start()
    try:
        eventually(lambda: wanted in station.problem() or wanted in twin.problem(), "said")
    finally:
        twin.end()


def test_tls_that_fails_is_said(broker: Mosquitto, tmp_path: Path) -> None:
    missing = Station(settings_for(broker.port, tmp_path, tls_ca=str(tmp_path / "none.pem")))
    missing.start()
    eventually(lambda: "CA certificate" in missing.problem(), "said")
    missing.end()


def test_small_packets_leave_at_once(broker: Mosquitto, station: Station, hub: FakeHub) -> None:
    """With Nagle's algorithm on either side, a round trip takes some 40 to 90 ms longer."""
    hub.start()
    station.start()
    took = []
    for _ in range(20):
        began = time.monotonic()
        station.finish()
        eventually(lambda: station.ledger.depth() == 0, "acknowledged")
        took.append(time.monotonic() - began)
    assert sorted(took)[10] < 0.25
