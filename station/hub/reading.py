"""Turns one MQTT message into a record for the store; never raises on what a station sends."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from station.messages import (
    HEALTH,
    INFO,
    MAX_PAYLOAD,
    REPORTED,
    ROOT,
    SCHEMA_V,
    SESSION,
    STATUS,
    CfgReported,
    Health,
    Info,
    SessionEvent,
    Status,
    station_of,
)
from station.settings import first_problem

Said = SessionEvent | Status | Info | Health | CfgReported
LEAVES: dict[str, type[Said]] = {
    SESSION: SessionEvent,
    STATUS: Status,
    INFO: Info,
    HEALTH: Health,
    REPORTED: CfgReported,
}
LATEST = "latest"
"""Of health and the like only the latest is kept aside: nothing may grow with every minute."""


@dataclass(frozen=True, slots=True)
class Told:
    """A valid message; the topic's station id is the authority on who said it."""

    station: str
    message: Said


@dataclass(frozen=True, slots=True)
class Newer:
    """A payload of a newer schema, to be kept aside.

    `id` of a session is the event's own, else a digest; of what is said anew each time, LATEST.
    """

    station: str
    leaf: str
    v: int
    id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A payload that fits no schema; `reason` names the field, never the value."""

    station: str
    leaf: str
    reason: str


Record = Told | Newer | Unreadable


def read(topic: str, payload: bytes) -> Record | None:
    """The record of one message; None for what is not a station's (the hub's own status, a cleared
    retained message, a topic of another form)."""
    station = station_of(topic)
    if station is None or station == "hub" or not payload:
        return None
    leaf = topic.removeprefix(f"{ROOT}/{station}/")
    if leaf not in LEAVES:
        return None
    if len(payload) > MAX_PAYLOAD:
        return Unreadable(station, leaf, f"{len(payload)} bytes, more than {MAX_PAYLOAD}")
    try:
        text = payload.decode()
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable(station, leaf, "no JSON")
    newer = _newer(station, leaf, document, text)
    if newer is not None:
        return newer
    try:
        message = LEAVES[leaf].model_validate_json(text)
    except ValidationError as error:
        return Unreadable(station, leaf, _one_line(first_problem(error)))
    if isinstance(message, SessionEvent) and hour_of(message) is None:
        return Unreadable(station, leaf, "hour: no such hour")
    return Told(station, message)


def _newer(station: str, leaf: str, document: Any, text: str) -> Newer | None:
    v = document.get("v") if isinstance(document, dict) else None
    if type(v) is not int or not SCHEMA_V < v < 2**31:
        return None
    if leaf != SESSION:
        return Newer(station, leaf, v, LATEST, text)
    own = document.get("id")
    if not (isinstance(own, str) and re.fullmatch(r"[0-9a-f]{32}", own)):
        own = hashlib.sha256(text.encode()).hexdigest()
    return Newer(station, leaf, v, own, text)


def _one_line(reason: str) -> str:
    """A reason fit for one line of the log: it may name fields that the station made up."""
    return "".join(char if char.isprintable() else "?" for char in reason)[:200]


def hour_of(event: SessionEvent) -> datetime | None:
    """The hour the station says the session was in (aware, UTC); None when there is no such."""
    try:
        return datetime.fromisoformat(event.hour.replace("Z", "+00:00"))
    except ValueError:
        return None
