"""A fleet at a real broker and a real hub."""

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from station.errors import StationError
from station.settings import Settings, as_toml
from station.simulate import Outcome, Plan, days, made, run
from tests.hub.parts import Broker, FakeStation, Page, hub_on, settings_for, until

NOON = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


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


def played(plan: Plan, settings: Settings, stop: threading.Event | None = None) -> Outcome:
    return run(plan, settings.broker, stop or threading.Event(), lambda line: None, lambda: NOON)


def stored(settings: Settings) -> dict[str, int]:
    """Sessions in the hub's sums, by source: single ones of so long ago are purged by and by."""
    with sqlite3.connect(settings.store) as db:
        counts = dict(db.execute("SELECT source, sum(sessions) FROM hourly GROUP BY source"))
    db.close()
    return counts


def test_a_fortnight_of_twenty_stations_is_in_the_hub_once_and_again_adds_nothing(
    settings: Settings, hub: Page
) -> None:
    plan = Plan(made(20, 3, 7), 14)
    outcome = played(plan, settings)
    until_hour = NOON.replace(minute=0)
    expected = sum(
        1
        for station in plan.fleet.stations
        for _ in takewhile(
            lambda done: done.at < until_hour,
            days.history(plan.fleet, station, datetime(2026, 3, 5).date(), NOON.date()),
        )
    )
    assert outcome.whole
    assert (outcome.sessions, outcome.acknowledged) == (expected, expected)
    assert expected > 3000
    assert stored(settings) == {"simulated": expected}
    again = played(plan, settings)
    assert again.acknowledged == expected
    assert stored(settings) == {"simulated": expected}
    print(outcome.sentence())


def test_the_stations_say_that_they_are_simulated_and_at_the_end_that_they_are_off(
    settings: Settings, hub: Page
) -> None:
    played(Plan(made(7, 1, 1), 1), settings)
    stations = until(lambda: len(s := hub.stations()) == 7 and s)
    assert all(name.startswith("sim-1-") for name in stations)
    assert {row["gym"] for row in stations.values()} == {"sim-gym-1"}
    until(lambda: {row["word"] for row in hub.stations().values()} == {"Switched off"})


def test_live_keeps_stations_ready_and_sets_coming_until_it_is_stopped(
    settings: Settings, hub: Page
) -> None:
    stop = threading.Event()
    answers: list[Outcome] = []
    plan = Plan(made(3, 1, 2), 0, live=True, speed=3600)
    thread = threading.Thread(target=lambda: answers.append(played(plan, settings, stop)))
    thread.start()
    until(lambda: sum(stored(settings).values()) > 20)
    words = {row["word"] for row in hub.stations().values()}
    stop.set()
    thread.join(timeout=20)
    assert words == {"Ready"}
    assert answers[0].whole
    until(lambda: {row["word"] for row in hub.stations().values()} == {"Switched off"})


def test_no_real_station_is_ever_replaced(settings: Settings, hub: Page, broker: Broker) -> None:
    fleet = made(3, 1, 1)
    real = FakeStation(broker, fleet.stations[1].id)
    real.introduce()
    try:
        with pytest.raises(StationError, match="is a real station of this hub"):
            played(Plan(fleet, 1), settings)
    finally:
        real.close()
    assert stored(settings) == {}


def test_without_a_hub_or_a_broker_it_says_so_in_one_sentence(
    settings: Settings, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.simulate.scout.HUB_WAIT_S", 1.0)
    with pytest.raises(StationError, match="no hub is online there"):
        played(Plan(made(1, 1, 1), 1), settings)
    broker.kill()
    with pytest.raises(StationError, match=r"^No broker at 127\.0\.0\.1:"):
        played(Plan(made(1, 1, 1), 1), settings)


def test_a_hub_that_restarts_in_the_middle_loses_and_doubles_nothing(
    settings: Settings, broker: Broker
) -> None:
    plan = Plan(made(12, 2, 4), 21)
    answers: list[Outcome] = []
    with hub_on(settings):
        thread = threading.Thread(target=lambda: answers.append(played(plan, settings)))
        thread.start()
        until(lambda: stored(settings))
    with hub_on(settings):
        thread.join(timeout=60)
    assert answers[0].whole
    assert stored(settings) == {"simulated": answers[0].sessions}


def test_the_command_prints_what_it_did(settings: Settings, hub: Page, tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    config.write_text(as_toml(settings))
    command = [sys.executable, "-m", "station", "simulate", "--config", str(config)]

    def said(*options: str) -> Any:
        return subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, timeout=60
        )

    good = said("--stations", "3", "--days", "2")
    assert good.returncode == 0, good.stderr
    assert re.fullmatch(
        r"3 stations in 1 gyms: (\d+) sessions, \1 acknowledged by the hub, 0 sent again, "
        r"in \S+ s \(\d+ a second\)\.",
        good.stdout.strip(),
    )
    bad = said("--stations", "0")
    assert bad.returncode == 2
    assert bad.stderr.strip() == "station simulate: --stations 0: must be from 1 to 5000."
