"""Two hubs on one PostgreSQL: they share what comes, and one that is killed loses nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from station.hub.database import Database
from station.hub.technique import add_up
from station.messages import SESSION, SessionEvent
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, free_port, hub_on, session_event, until
from tests.hub.postgres import Postgres

MakeStation = Callable[..., FakeStation]
SENT_AGAIN_S = 1.0


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.made()


@contextmanager
def hub_process(folder: Path, name: str, broker: Broker, url: str) -> Iterator[subprocess.Popen]:  # type: ignore[type-arg]
    """A `station hub` of its own, connected."""
    config, log = folder / f"{name}.toml", folder / f"{name}.log"
    config.write_text(
        f'[station]\ndata_dir = "{folder / name}"\n[broker]\nport = {broker.port}\n'
        f'[hub]\nport = 0\ndatabase = "{url}"\n'
    )
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "station", "hub", "--config", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        until(lambda: "Connected" in log.read_text())
        yield process
    finally:
        process.kill()
        process.wait()


def counts(database: Database) -> tuple[int, int, int]:
    """Sessions stored, sessions in the hourly sums, and in the gyms' hours."""
    with database.reading() as db:
        row = db.execute(
            sa.text(
                "SELECT (SELECT count(*) FROM session), (SELECT sum(sessions) FROM hourly),"
                " (SELECT sum(sessions) FROM gym_hour)"
            )
        ).one()
    return (int(row[0]), int(row[1] or 0), int(row[2] or 0))


def test_of_two_hubs_one_is_killed_mid_stream_and_every_session_is_there_exactly_once(
    tmp_path: Path, broker: Broker, url: str, stations: MakeStation
) -> None:
    racks = [stations(f"rack-{n}") for n in range(8)]
    outbox = {
        (rack.name, event["id"]): (rack, event)
        for rack in racks
        for event in (session_event(seq=seq, clean=seq % 11) for seq in range(250))
    }
    everything = dict(outbox)
    database = Database(url)

    def waiting() -> bool:
        for rack in racks:
            for id_ in list(rack.acked):
                outbox.pop((rack.name, id_), None)
        return bool(outbox)

    def send() -> None:
        for rack, event in list(outbox.values()):
            rack.send_off(SESSION, event)

    with (
        hub_process(tmp_path, "one", broker, url) as one,
        hub_process(tmp_path, "two", broker, url),
    ):
        send()
        until(lambda: counts(database)[0] >= 300)
        os.kill(one.pid, signal.SIGKILL)
        one.wait()
        killed_at = counts(database)[0]
        assert killed_at < len(everything), "it was not mid-stream"
        deadline = time.monotonic() + 60
        while waiting() and time.monotonic() < deadline:
            time.sleep(SENT_AGAIN_S)
            waiting()
            send()
    assert not outbox
    assert counts(database) == (len(everything),) * 3
    with database.reading() as db:
        stored = set(db.execute(sa.text("SELECT station, id FROM session")))
        sums = db.execute(
            sa.text("SELECT sum(clean_permille), sum(hinge), sum(clean_n) FROM hourly")
        ).one()
    assert {tuple(row) for row in stored} == set(everything)
    expected = add_up(SessionEvent.model_validate(event) for _rack, event in everything.values())
    assert tuple(map(int, sums)) == (
        round(expected.clean.total * 1000),
        expected.patterns["hinge"],
        expected.clean.sessions,
    )
    database.close()


def test_both_hubs_take_their_share(
    tmp_path: Path, broker: Broker, url: str, stations: MakeStation
) -> None:
    """Each says so itself: it speaks to the station of what it has stored."""
    rack = stations("rack-1")
    with (
        hub_process(tmp_path, "one", broker, url) as one,
        hub_process(tmp_path, "two", broker, url),
    ):
        # Stopped, it takes in nothing, and the broker does not know it yet.
        one.send_signal(signal.SIGSTOP)
        events = [session_event(seq=seq) for seq in range(40)]
        for event in events:
            rack.send_off(SESSION, event)
        until(lambda: len(rack.acked) >= 10)
        time.sleep(0.5)
        of_two = len(rack.acked)
        assert 10 <= of_two <= 30
        one.send_signal(signal.SIGCONT)
        until(lambda: sorted(rack.acked) == sorted(event["id"] for event in events))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_stations_are_not_told_that_the_hub_is_offline_while_another_lives(
    tmp_path: Path, broker: Broker, url: str, stations: MakeStation, end: signal.Signals
) -> None:
    rack = stations("rack-1")
    with hub_process(tmp_path, "one", broker, url) as one:
        with hub_process(tmp_path, "two", broker, url) as two:
            until(lambda: rack.hub_states[-1:] == ["online"])
            two.send_signal(end)
            until(lambda: "offline" in rack.hub_states)
            until(lambda: rack.hub_states[-1] == "online", 2)
        one.send_signal(signal.SIGTERM)
        until(lambda: rack.hub_states[-1] == "offline")


def test_a_new_hub_beside_a_running_one_knows_at_once_how_each_station_is(
    tmp_path: Path, broker: Broker, url: str, stations: MakeStation, settings: Settings
) -> None:
    stations("rack-1")
    shared = settings.hub.model_copy(update={"database": url})
    with (
        hub_process(tmp_path, "one", broker, url),
        hub_on(settings.model_copy(update={"hub": shared})) as page,
    ):
        until(lambda: page.stations().get("rack-1", {}).get("word") == "Ready")


def test_a_postgresql_that_is_killed_and_started_again_loses_nothing(
    broker: Broker, stations: MakeStation, settings: Settings
) -> None:
    server = Postgres(free_port(), options="")
    try:
        shared = settings.hub.model_copy(update={"database": server.made()})
        with hub_on(settings.model_copy(update={"hub": shared})) as page:
            rack = stations("rack-1")
            rack.finish()
            server.stop()
            event = session_event()
            rack.say(SESSION, event)
            until(lambda: page.link() == "", 10)
            time.sleep(0.5)
            assert event["id"] not in rack.acked
            server.start()
            until(page.connected)
            rack.say(SESSION, event)
            until(lambda: event["id"] in rack.acked)
            assert page.today() == 2
    finally:
        server.remove()
