"""What Prometheus is told, by whom it may be asked, and that the board asks for nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from station.errors import StationError
from station.hub.meters import Meters
from station.messages import HEALTH, SESSION
from station.settings import Settings
from tests.hub.parts import FakeStation, Page, hub_on, until

BOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "hinge-station.json"
MakeStation = Callable[..., FakeStation]


def scraped(page: Page, **headers: str) -> httpx.Response:
    return httpx.get(page.url + "metrics", headers=headers)


def samples(page: Page) -> dict[tuple[str, str], float]:
    """(name, value of its first label) → value."""
    answer = scraped(page)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_counts_what_came_in_and_what_was_there_already(
    hub: Page, stations: MakeStation
) -> None:
    station = stations()
    event = station.finish()
    station.finish(source="simulated")
    station.say(SESSION, event)
    station.say(SESSION, {"v": 99, "id": "0" * 32})
    station.say(SESSION, {"nonsense": True})
    said = until(lambda: (s := samples(hub))[("hinge_messages_unreadable_total", "")] and s)
    assert said[("hinge_sessions_stored_total", "camera")] == 1
    assert said[("hinge_sessions_stored_total", "simulated")] == 1
    assert said[("hinge_sessions_duplicate_total", "")] == 1
    assert said[("hinge_messages_aside_total", "")] == 1
    assert said[("hinge_messages_total", "evt/session")] == 5
    assert said[("hinge_commit_seconds_count", "")] >= 3
    assert said[("hinge_broker_link", "connected")] == 1
    assert said[("hinge_broker_link", "refused")] == 0
    assert said[("process_resident_memory_bytes", "")] > 10e6


def test_it_tells_how_stations_are_and_what_waits_on_all_of_them_together(
    hub: Page, stations: MakeStation
) -> None:
    for name, depth in (("rack", 3), ("mat", 0)):
        stations(name).say(HEALTH, {"outbox_depth": depth, "clock": "synced"})
    stations("door").introduce(state="lost")
    said = until(lambda: (s := samples(hub)) and s[("hinge_stations", "red")] == 1 and s)
    assert said[("hinge_stations", "green")] == 2
    assert said[("hinge_outbox_sessions", "")] == 3
    assert said[("hinge_outbox_stations", "")] == 1


def test_no_figure_is_of_one_station_one_gym_or_how_people_move(
    hub: Page, stations: MakeStation
) -> None:
    stations("rack-secret", gym="west-secret").finish(exercise="rdl", faults={"back_rounds": 1})
    text = scraped(hub).text
    for word in ("secret", "rdl", "back_rounds", "squat", "clean"):
        assert word not in text


def test_it_is_only_for_this_machine_unless_the_settings_say_otherwise(hub: Page) -> None:
    assert scraped(hub).status_code == 200
    assert scraped(hub, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert scraped(hub, Forwarded="for=203.0.113.9").status_code == 404


def changed(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update={"hub": settings.hub.model_copy(update=changes)})


def test_with_a_token_only_who_brings_it_gets_anything(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-token-long-enough\n")
    with hub_on(changed(settings, metrics="token", metrics_token_file=file)) as page:
        assert scraped(page).status_code == 404
        assert scraped(page, Authorization="Bearer wrong").status_code == 404
        assert scraped(page, Authorization="Bearer a-token-long-enough").status_code == 200
    file.write_text("short")
    with (
        pytest.raises(StationError, match="fewer than 16 characters"),
        hub_on(changed(settings, metrics="token", metrics_token_file=file)),
    ):
        pass


def test_switched_off_there_is_nothing(settings: Settings) -> None:
    with hub_on(changed(settings, metrics="off")) as page:
        assert scraped(page).status_code == 404


def test_two_hubs_in_one_program_count_apart() -> None:
    one, other = Meters(), Meters()
    one.committed([], {"camera": 2}, 0.1)
    assert b'stored_total{source="camera"} 2.0' in one.text(lambda: ())
    assert b'stored_total{source="camera"} 0.0' in other.text(lambda: ())


def test_every_figure_of_the_board_is_one_that_a_hub_tells(hub: Page) -> None:
    told = {name for name, _ in samples(hub)}
    board = json.loads(BOARD.read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"\b(?:hinge|process)_\w+", target["expr"])
    }
    assert len(asked) >= 10
    assert asked <= told
    variables = json.dumps(board["templating"])
    assert "hinge_build_info" in variables
    assert "hinge_build_info" in told
