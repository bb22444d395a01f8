"""systemd hears that the uplink is ready, and of progress only while there is some."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from station import notify
from station.i18n import translator
from station.uplink import Uplink, uplink
from station.uplink.link import Link
from tests.systemd import Systemd
from tests.uplink.parts import (
    QUICK,
    Mosquitto,
    Station,
    eventually,
    free_port,
    settings_for,
    uplink_process,
)


@pytest.fixture(params=["a file", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Systemd]:
    address = f"@hinge-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    made = Systemd(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    yield made
    made.close()


@contextmanager
def running(station: Station) -> Iterator[None]:
    station.start()
    try:
        yield
    finally:
        station.end()


def test_a_real_uplink_is_ready_fed_silent_when_it_hangs_and_says_it_stops(
    systemd: Systemd, broker: Mosquitto, tmp_path: Path
) -> None:
    with uplink_process(settings_for(broker.port, tmp_path), tmp_path) as process:
        eventually(systemd.hears("READY=1"), "ready")
        for _ in range(3):
            eventually(systemd.hears("WATCHDOG=1"), "fed again and again")
        process.send_signal(signal.SIGSTOP)
        systemd.heard()
        time.sleep(0.6)
        assert systemd.heard() == []
        process.send_signal(signal.SIGCONT)
        eventually(systemd.hears("WATCHDOG=1"), "goes on")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert "STOPPING=1" in systemd.heard()


def test_a_gym_without_a_broker_is_no_reason_to_start_anew(
    systemd: Systemd, tmp_path: Path
) -> None:
    with running(Station(settings_for(free_port(), tmp_path))):
        eventually(systemd.hears("READY=1"), "ready")
        for _ in range(3):
            eventually(systemd.hears("WATCHDOG=1"), "each try that fails as it may is progress")


def test_errors_of_its_own_are_no_progress(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(*_: object) -> None:
        tries.append(1)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(uplink, "Connection", broken)
    with running(Station(settings_for(free_port(), tmp_path))):
        eventually(lambda: len(tries) > 4, "it tries again")
    assert systemd.heard() == ["READY=1", "STOPPING=1"]


def test_outside_of_systemd_and_with_nobody_listening_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("", "no-path", str(tmp_path / "nobody")):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify.notify("READY=1")
    for usec, pid, expected in (("", "", None), ("9000000", "1", None), ("9000000", "", 9.0)):
        monkeypatch.setenv("WATCHDOG_USEC", usec)
        monkeypatch.setenv("WATCHDOG_PID", pid)
        assert notify.watchdog_s() == expected


def test_the_sockets_habits(broker: Mosquitto, tmp_path: Path) -> None:
    link = Link(settings_for(broker.port, tmp_path), translator("en"), "hinge/v1/station-1/x", b"")
    sock = link._client.socket()
    assert sock is not None
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
    assert link._client.keepalive == 20
    link.close()


def test_tries_come_ever_more_seldom_up_to_a_minute_and_never_in_step(tmp_path: Path) -> None:
    gym = [Uplink(settings_for(1883, tmp_path), Station(settings_for(1, tmp_path)).ledger)] * 200
    for failures in range(17):
        waits = [one._wait_s(failures) for one in gym]
        longest = min(60.0, 2.0**failures)
        assert all(1.0 <= wait <= max(1.0, longest) for wait in waits)
        if failures:
            assert max(waits) - min(waits) > 0.8 * (longest - 1.0)


def test_after_a_broker_went_away_tries_are_spread_out_in_truth(tmp_path: Path) -> None:
    came: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def turn_away() -> None:
            while len(came) < 8:
                server.accept()[0].close()
                came.append(time.monotonic())

        threading.Thread(target=turn_away, daemon=True).start()
        with running(Station(settings_for(server.getsockname()[1], tmp_path))):
            eventually(lambda: len(came) == 8, "eight tries")
    gaps = [later - sooner for sooner, later in pairwise(came)]
    assert min(gaps) >= QUICK.reconnect_min_s * 0.9
    assert len({round(gap, 2) for gap in gaps}) > 2
