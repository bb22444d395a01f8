"""A Pi has no clock of its own: it starts in the past, and may jump when a network comes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from station.ledger import FinishedSession, Ledger
from station.ledger import ledger as module
from station.uplink import connection
from tests.uplink.parts import FakeHub, Mosquitto, Station, eventually, settings_for

SetMaker = Callable[..., FinishedSession]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


class Clock:
    """The machine's: seconds since boot go on, the wall clock is where it is set to."""

    def __init__(self) -> None:
        self.up = 20.0
        self.wall = EPOCH
        self.state = "unsynced"

    def passes(self, seconds: float) -> None:
        self.up += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return made.wall.astimezone(tz)

    monkeypatch.setattr(module, "datetime", Wall)
    monkeypatch.setattr(module, "seconds_since_boot", lambda: made.up)
    monkeypatch.setattr(module, "clock_state", lambda: made.state)
    return made


def events(ledger: Ledger) -> list[tuple[str, str, int]]:
    rows = [json.loads(row.event) for row in ledger.pending(100)]
    return [(row["hour"], row["clock"], row["seq"]) for row in rows]


def test_hours_before_the_clock_was_right_are_corrected_once_it_is(
    ledger: Ledger, a_set: SetMaker, clock: Clock
) -> None:
    ledger.finish(a_set())
    clock.passes(3 * 3600)
    ledger.finish(a_set())
    assert events(ledger) == [
        ("1970-01-01T00:00Z", "unsynced", 0),
        ("1970-01-01T03:00Z", "unsynced", 1),
    ]
    clock.passes(600)
    clock.wall, clock.state = NOON, "synced"
    ledger.finish(a_set())
    assert ledger.correct_hours() == 2
    corrected = [
        ("2026-11-21T09:00Z", "corrected", 0),
        ("2026-11-21T12:00Z", "corrected", 1),
        ("2026-11-21T12:00Z", "synced", 2),
    ]
    assert events(ledger) == corrected
    assert ledger.correct_hours() == 0
    assert events(ledger) == corrected


def test_of_an_earlier_boot_nobody_knows_when_it_was(
    ledger: Ledger, a_set: SetMaker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.finish(a_set())
    monkeypatch.setattr(module, "boot_id", lambda: "the-next-boot")
    clock.wall, clock.state = NOON, "synced"
    assert ledger.correct_hours() == 0
    assert events(ledger) == [("1970-01-01T00:00Z", "unsynced", 0)]


@pytest.mark.parametrize("jump_s", [-40 * 365 * 86400, -3600, 3600, 40 * 365 * 86400])
def test_a_jump_moves_neither_order_nor_waiting_time(
    ledger: Ledger, a_set: SetMaker, clock: Clock, jump_s: int
) -> None:
    clock.wall, clock.state = NOON, "synced"
    ids = [ledger.finish(a_set()) for _ in range(3)]
    clock.wall += timedelta(seconds=jump_s)
    clock.passes(60)
    ids += [ledger.finish(a_set()) for _ in range(3)]
    assert [row.id for row in ledger.pending(100)] == ids
    assert ledger.oldest_age() == pytest.approx(60.0)


def test_a_set_written_late_keeps_the_hour_it_was_finished_in(
    ledger: Ledger, a_set: SetMaker, clock: Clock
) -> None:
    clock.wall, clock.state = NOON, "synced"
    clock.passes(2 * 3600)
    ledger.store(a_set(), ago_s=2 * 3600)
    assert events(ledger) == [("2026-11-21T12:00Z", "synced", 0)]


def test_the_hub_gets_sets_while_the_clock_is_wrong_and_corrected_ones_once_it_is_right(
    clock: Clock, a_set: SetMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits for time; but what waits for the hub anyway profits from it."""
    monkeypatch.setattr(connection, "clock_state", lambda: clock.state)
    broker = Mosquitto(tmp_path)
    hub, station = FakeHub(broker.port), Station(settings_for(broker.port, tmp_path))
    try:
        hub.start()
        station.start()
        (first,) = station.finish()
        eventually(lambda: first in hub.stored, "unsynced, and there at once")
        station.end()
        (second,) = station.finish()
        clock.wall, clock.state = NOON, "synced"
        station.start()
        eventually(lambda: second in hub.stored, "the next connection brings it")
    finally:
        station.end()
        hub.stop()
        broker.kill()
    told = [(hub.stored[one]["clock"], hub.stored[one]["hour"]) for one in (first, second)]
    assert told == [("unsynced", "1970-01-01T00:00Z"), ("corrected", "2026-11-21T12:00Z")]
