"""What the hub does by itself, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from station.hub import housekeeping
from station.hub.housekeeping import Housekeeping
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.weeks import PEOPLE, SIMULATED
from station.messages import Info, SessionEvent
from station.settings import HubSettings
from tests.hub.parts import session_event

NOW = datetime(2026, 11, 19, 14, 23, tzinfo=UTC)


def take(store: Store, hour: datetime, **changes: Any) -> None:
    event = session_event(hour=f"{hour:%Y-%m-%dT%H}:00Z", **changes)
    with store.writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="west"))], NOW)
        writer.write([Told("s1", SessionEvent.model_validate(event))], NOW)


def stored(store: Store) -> int:
    with store.database.reading() as db:
        return int(db.execute(sa.text("SELECT count(*) FROM session")).scalar_one())


def test_people_s_weeks_wait_until_stations_have_been_heard_for_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a weekend without the hub, stations first send what they kept."""
    take(store, NOW - timedelta(days=7))
    keeper = Housekeeping(HubSettings(), store, lambda: NOW)
    assert not keeper.step(linked=False)
    assert not keeper.step(linked=True)
    monkeypatch.setattr(housekeeping, "CLOSING_WAITS_S", 0)
    assert not keeper.step(linked=False)
    assert store.weeks(PEOPLE, "west") == []
    assert keeper.step(linked=True)
    assert store.weeks(PEOPLE, "west")[0].totals.sessions == 1


def test_simulated_weeks_wait_for_nothing(store: Store) -> None:
    take(store, NOW, source="simulated")
    assert Housekeeping(HubSettings(), store, lambda: NOW).step(linked=False)
    assert store.weeks(SIMULATED, "west")[0].totals.sessions == 1


def test_single_sessions_go_after_the_days_that_are_set(store: Store) -> None:
    take(store, NOW - timedelta(days=6))
    Housekeeping(HubSettings(raw_days=7), store, lambda: NOW).step(linked=False)
    assert stored(store) == 1
    Housekeeping(HubSettings(raw_days=5), store, lambda: NOW).step(linked=False)
    assert stored(store) == 0
