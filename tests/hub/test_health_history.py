"""How each station was, by the hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

from station.hub.health_history import HealthHour
from station.hub.reading import Told
from station.hub.store import Store
from station.messages import Health

NOW = datetime(2026, 11, 19, 14, 3, tzinfo=UTC)
HOUR = datetime(2026, 11, 19, 14, tzinfo=UTC)


def said(store: Store, at: datetime = NOW, station: str = "s1", **health: Any) -> None:
    message = Health.model_validate({"outbox_depth": 0, "clock": "synced"} | health)
    with store.writing() as writer:
        writer.write([Told(station, message)], at)


def test_an_hour_has_averages_and_the_worst_of_what_was_said(store: Store) -> None:
    first = {"fps": 30, "inference_ms": 20.5, "temperature_c": 61.5, "disk_free_mb": 900}
    said(store, **first, throttled=True)
    said(store, fps=20, temperature_c=59, throttled=False, outbox_depth=7, disk_free_mb=800)
    said(store)
    assert store.health_hours(["s1"], HOUR)["s1"] == [
        HealthHour(HOUR, 25.0, 20.5, 61.5, True, 7, 800),
    ]


def test_what_was_never_said_is_not_known(store: Store) -> None:
    said(store)
    assert store.health_hours(["s1"], HOUR)["s1"] == [
        HealthHour(HOUR, None, None, None, False, 0, None)
    ]


def test_hours_come_oldest_first_from_the_one_asked_for_of_that_station_only(store: Store) -> None:
    for hours in (3, 1, 2, 0):
        said(store, NOW - timedelta(hours=hours), fps=hours)
    said(store, station="s2")
    found = store.health_hours(["s1"], NOW - timedelta(hours=2))["s1"]
    assert [(hour.hour, hour.fps) for hour in found] == [
        (HOUR - timedelta(hours=hours), float(hours)) for hours in (2, 1, 0)
    ]


def test_a_station_that_says_absurd_things_very_often_breaks_nothing(
    store: Store, monkeypatch: Any
) -> None:
    monkeypatch.setattr("station.hub.health_history.MOST_SAID", 3)
    for _ in range(5):
        said(store, fps=1e300, inference_ms=1e300, temperature_c=-1e300, outbox_depth=2**62)
    (hour,) = store.health_hours(["s1"], HOUR)["s1"]
    assert (hour.fps, hour.temperature_c, hour.outbox_depth) == (1000.0, -200.0, 2**31 - 1)


def test_after_ninety_days_it_is_forgotten(store: Store) -> None:
    said(store, NOW - timedelta(days=91))
    said(store, NOW - timedelta(days=89))
    store.purge(NOW, 30)
    assert len(store.health_hours(["s1"], NOW - timedelta(days=365))["s1"]) == 1
