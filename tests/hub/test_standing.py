"""How stations stand: the words staff act on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from station.hub import standing
from station.hub.ingest import Link
from station.hub.store import StationRow
from station.i18n import translator
from station.messages import Health

NOW = datetime(2026, 11, 21, 14, 23, tzinfo=UTC)
GETTEXT = translator("en")


def stands(linked: bool = True, health: dict[str, Any] | None = None, **row: Any) -> Any:
    defaults: dict[str, Any] = {
        "id": "s1",
        "gym": "gym-1",
        "state": "ready",
        "since": NOW - timedelta(minutes=5),
        "heard": NOW,
        "health": Health.model_validate({"outbox_depth": 0, "clock": "synced"} | (health or {})),
        "unreadable": 0,
        "unreadable_latest": None,
        "simulated": False,
    }
    return standing.of_station(StationRow(**defaults | row), linked, NOW, GETTEXT)


def test_a_ready_station_needs_nothing() -> None:
    assert stands() == standing.Standing("green", "Ready", "Nothing to do.")


@pytest.mark.parametrize(
    ("row", "level", "word", "todo"),
    [
        ({"state": "lost"}, "red", "Lost", "power"),
        ({"state": "stopped"}, "red", "Switched off", "Switch it on"),
        ({"state": "init"}, "amber", "Starting", "restart"),
        ({"state": None, "since": None}, "amber", "Unknown", "restart"),
        ({"heard": NOW - timedelta(minutes=4)}, "amber", "Silent", "restart"),
        ({"health": {"throttled": True}}, "amber", "Slowed down", "power supply"),
        ({"health": {"temperature_c": 84.4}}, "amber", "Hot", "84 °C"),
        ({"health": {"disk_free_mb": 0}}, "amber", "Disk nearly full", "room"),
        (
            {"health": {"outbox_depth": 3, "outbox_oldest_s": 4000}},
            "amber",
            "Sending late",
            "None is lost",
        ),
        ({"unreadable_latest": NOW - timedelta(hours=1)}, "amber", "Not understood", "update"),
        ({"linked": False}, "amber", "Not known", "No news"),
    ],
)
def test_each_trouble_has_a_word_and_something_to_do(
    row: dict[str, Any], level: str, word: str, todo: str
) -> None:
    found = stands(**row)
    assert (found.level, found.word) == (level, word)
    assert todo in found.sentence


def test_a_station_lost_before_today_says_on_which_day() -> None:
    assert "2026-11-1" in stands(state="lost", since=NOW - timedelta(days=3)).sentence


@pytest.mark.parametrize(
    ("link", "level"),
    [
        (Link("connected"), "green"),
        (Link("connecting"), "red"),
        (Link("refused", "Not authorized"), "red"),
        (Link("store_failed", "disk full"), "red"),
    ],
)
def test_the_hubs_own_trouble_has_a_sentence_too(link: Link, level: str) -> None:
    found = standing.of_hub(link, GETTEXT)
    assert found.level == level
    assert found.word
    assert found.sentence.endswith(".")
