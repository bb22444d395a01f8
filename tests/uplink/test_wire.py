"""Every byte that a station says, caught at a real broker and held against the schemas that
`station schema` writes; and that those allow nothing of a person beyond counts and bands."""

import json
import random
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from station import exercises, schemas
from station.cli import main
from station.hinge import Checker
from station.kiosk import finished_session
from station.ledger import FinishedSession, Ledger
from station.messages import SCHEMA_V
from tests import people
from tests.json_schema import problems
from tests.people import HINGE, ROUNDED, SHALLOW, SQUAT, Camera, standing
from tests.uplink.parts import (
    STATION,
    FakeHub,
    Listener,
    Mosquitto,
    Station,
    eventually,
    uplink_process,
)

OWN = {f"hinge/v1/{STATION}/{leaf}" for leaf in ("status", "info", "health", "evt/session")}


class Tap(Listener):
    """Hears every topic there is, and which MQTT properties each message came with."""

    properties: set[str]

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        super()._on_message(client, data, message)
        assert message.properties is not None
        self.properties |= set(message.properties.json())  # type: ignore[no-untyped-call]


def test_every_byte_of_a_stations_life_fits_the_exported_schemas(
    broker: Mosquitto, station: Station, hub: FakeHub, tmp_path: Path
) -> None:
    """Born, killed (its will speaks), born again, sessions before and after, stopped."""
    exported = tmp_path / "schemas"
    main(["schema", "--out", str(exported)])
    written = [json.loads(file.read_text()) for file in exported.iterdir()]
    by_topic = {document["x-topic"]: document for document in written}
    tap = Tap(broker.port, "tap", "#")
    tap.properties = set()
    tap.start()
    status = f"hinge/v1/{STATION}/status"
    try:
        hub.start()
        ids = station.finish(30)
        with uplink_process(station.settings, tmp_path) as process:
            eventually(lambda: len(hub.stored) == 30, "the first sessions")
            process.send_signal(signal.SIGKILL)
            eventually(lambda: tap.of(status)[-1].json["state"] == "lost", "the will")
        ids += station.finish(30)
        with uplink_process(station.settings, tmp_path) as process:
            eventually(lambda: len(hub.stored) == 60, "all sessions")
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        eventually(lambda: tap.of(status)[-1].json["state"] == "stopped", "the last word")
    finally:
        tap.stop()
    assert {heard.topic for heard in tap.heard} >= OWN
    assert {heard.json["id"] for heard in tap.of(f"hinge/v1/{STATION}/evt/session")} == set(ids)
    for heard in tap.heard:
        pattern = schemas.pattern_of(heard.topic)
        assert pattern is not None, heard.topic
        assert problems(heard.json, by_topic[pattern], by_topic[pattern]) == []
        schemas.PAYLOADS[pattern].model_validate_json(heard.payload)
        if heard.topic in OWN:
            assert heard.json["v"] == SCHEMA_V
    assert tap.properties <= {"MessageExpiryInterval"}


MACHINE = {"seq", "cfg"}
"""Counters of the machine and of its settings: not bounded, and not of a person."""


def leaves(schema: dict[str, Any], root: dict[str, Any], at: str = "") -> dict[str, dict[str, Any]]:
    """Path of every value in the schema → its rule."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if schema.get("type") != "object":
        return {at.removeprefix("."): schema}
    found: dict[str, dict[str, Any]] = {}
    for name, rule in schema.get("properties", {}).items():
        found |= leaves(rule, root, f"{at}.{name}")
    for pattern, rule in schema.get("patternProperties", {}).items():
        assert pattern[:2] == "^["
        found |= leaves(rule, root, f"{at}.{pattern}")
    assert schema["additionalProperties"] is False
    return found


def test_a_session_can_hold_nothing_but_bounded_counts_and_words_of_a_list() -> None:
    schema = schemas.documents()["hinge/v1/+/evt/session"]
    for name, rule in leaves(schema, schema).items():
        kind = rule.get("type")
        counted = kind == "integer" and rule.get("minimum") == 0 and rule.get("maximum") == 10_000
        chosen = "enum" in rule or "const" in rule
        # No blank and no capital letter: a pattern that no free text fits.
        worded = kind == "string" and rule.get("pattern", ".")[:2] == "^["
        hour = name == "hour" and rule["pattern"].endswith(r":00Z$")
        machine = name in MACHINE and kind == "integer" and rule["minimum"] == 0
        assert counted or chosen or worded or hour or machine, (name, rule)


def session_of(scene: people.Scene) -> FinishedSession:
    checker = Checker(exercises.load("hinge"))
    for pose in scene.poses():
        checker.update(pose)
    made = finished_session(
        checker.finish(), seconds=90, source="camera", mode="set", outcome="finished", cfg=0
    )
    assert made is not None
    return made


def a_set(camera: Camera) -> people.Scene:
    return standing(camera).bend(HINGE).bend(SQUAT).bend(HINGE).bend(ROUNDED)


@pytest.mark.parametrize("size", [0.8, 1.15])
def test_the_same_set_by_another_body_elsewhere_in_the_picture_is_the_same_event(
    monkeypatch: pytest.MonkeyPatch, size: float
) -> None:
    """Tall or short, long legs or short ones, left or right: nothing of it is in the event."""
    usual = session_of(a_set(Camera()))
    assert usual.reps >= 3
    for name in ("SHANK", "THIGH"):
        monkeypatch.setattr(people, name, getattr(people, name) * (1 + (size - 1) / 3))
    other = Camera(facing="left", scale=300.0 * size, ankle=(560.0, 650.0))
    assert session_of(a_set(other)) == usual


def test_whatever_is_done_in_front_of_it_the_values_come_from_closed_lists(
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    dice = random.Random(5)
    faults = {fault.name for fault in exercises.load("hinge").faults}
    for _ in range(4):
        scene = standing(Camera(scale=dice.uniform(220, 330)))
        bends = dice.choices([HINGE, SQUAT, ROUNDED, SHALLOW], k=dice.randint(1, 5))
        for bend in bends:
            scene = scene.bend(bend)
        made = session_of(scene)
        event = ledger.store(made)
        assert event.exercise in exercises.ids()
        assert event.faults.keys() <= faults
        numbers = [
            value
            for value in (*asdict(made).values(), *made.patterns.values(), *made.faults.values())
            if isinstance(value, int | float)
        ]
        assert all(type(n) is int and 0 <= n <= len(bends) for n in numbers), numbers
