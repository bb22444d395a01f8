"""What the gym wants of its stations' settings is kept, with who and when, and published."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from station.errors import StationError
from station.hub.database import Database
from station.hub.reading import Told
from station.hub.store import Store
from station.messages import CfgReported, topic
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, hub_on, store_of, until
from tests.uplink.parts import Listener

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def retained(broker: Broker, name: str) -> Any:
    """What a newcomer hears on a topic at once; None = nothing."""
    listener = Listener(broker.port, "newcomer", name).start()
    time.sleep(0.1)
    listener.stop()
    return listener.heard[0].json if listener.heard and listener.heard[0].retained else None


def said(store: Store, desired: int, version: int, config: Any) -> None:
    report = CfgReported.model_validate(
        {"desired_version": desired, "version": version, "status": "applied", "config": config}
    )
    with store.writing() as writer:
        writer.write([Told("rack-2", report)], NOW)


def test_each_change_is_a_whole_document_of_the_next_version(store: Store) -> None:
    wishes = store.wishes
    wishes.change("rack-2", {"sound.volume": 0.3}, "desk", NOW)
    wishes.change("rack-3", {"sound.volume": 0.9}, "desk", NOW)
    second = wishes.change("rack-2", {"screen.idle_s": 45}, "desk", NOW)
    assert (second.version, second.config) == (
        2,
        {"sound": {"volume": 0.3}, "screen": {"idle_s": 45.0}},
    )
    third = wishes.change("rack-2", {"sound.volume": None}, "office", NOW)
    assert json.loads(third.payload()) == {"version": 3, "config": {"screen": {"idle_s": 45.0}}}
    assert [(w.version, w.who, w.at) for w in wishes.history("rack-2")] == [
        (3, "office", NOW),
        (2, "desk", NOW),
        (1, "desk", NOW),
    ]
    assert {w.station: w.version for w in wishes.newest()} == {"rack-2": 3, "rack-3": 1}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sound.volume", 2),
        ("sound.volumen", 1),
        ("broker.host", "evil.example"),
        ("sound.quiet_from", "22:00"),
        ("station", "x"),
    ],
)
def test_what_no_station_would_take_is_not_kept(store: Store, key: str, value: Any) -> None:
    with pytest.raises(StationError, match=key.split(".", maxsplit=1)[0]):
        store.wishes.change("rack-2", {key: value}, "desk", NOW)
    assert store.wishes.newest() == []


def test_a_hub_whose_store_was_lost_goes_on_from_what_the_station_says(store: Store) -> None:
    said(store, 9, 8, {"sound": {"volume": 0.2}})
    wish = store.wishes.change("rack-2", {"screen.idle_s": 45}, "desk", NOW)
    assert wish.version == 10
    assert wish.config == {"sound": {"volume": 0.2}, "screen": {"idle_s": 45.0}}


def test_a_database_that_fails_is_one_sentence(store: Store, database: Database) -> None:
    with database.writing() as db:
        db.exec_driver_sql("DROP TABLE desired")
    with pytest.raises(StationError, match=r"^Store .*desired.*\.$") as said:
        store.wishes.newest()
    assert "\n" not in str(said.value)


def test_what_is_wanted_is_published_retained_and_again_to_a_broker_that_lost_it(
    broker: Broker, settings: Settings, stations: Callable[..., FakeStation]
) -> None:
    desired = topic("rack-2", "cfg/desired")
    store = store_of(settings)
    store.wishes.change("rack-2", {"sound.volume": 0.3}, "desk", NOW)
    with hub_on(settings):
        until(lambda: retained(broker, desired))
        store.wishes.change("rack-2", {"sound.volume": 0.4}, "desk", NOW)
        wanted = {"version": 2, "config": {"sound": {"volume": 0.4}}}
        until(lambda: retained(broker, desired) == wanted)
        broker.kill()
        broker.start()
        until(lambda: retained(broker, desired) == wanted)
        station = stations("rack-2")
        report = {"desired_version": 2, "version": 2, "status": "applied", "config": {}}
        station.say("cfg/reported", report, retain=True)
        until(lambda: store.wishes.report("rack-2"))
