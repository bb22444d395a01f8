"""Whatever a station sends becomes a record or a sentence, never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.hub.reading import LEAVES, Newer, Told, Unreadable, read
from station.messages import MAX_PAYLOAD, SESSION, STATUS, SessionEvent, topic
from tests.hub.parts import session_event

EVENT_TOPIC = topic("front-desk", SESSION)


def read_event(**changes: Any) -> Any:
    return read(EVENT_TOPIC, json.dumps(session_event(**changes)).encode())


def test_a_session_is_stored_under_its_topics_station() -> None:
    record = read_event()
    assert isinstance(record, Told)
    assert record.station == "front-desk"
    assert isinstance(record.message, SessionEvent)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reps": -1}, "reps"),
        ({"reps": "many"}, "reps"),
        ({"name": "Somebody"}, "name"),
        ({"id": "1"}, "id"),
        ({"source": "street"}, "source"),
        ({"hour": "2026-13-45T99:00Z"}, "hour"),
        ({"hour": "2026-11-21T14:23Z"}, "hour"),
        ({"patterns": {"hinge": 1, "limbo": 2}}, "patterns.limbo"),
        ({"faults": {"Back Rounds!": 1}}, "faults"),
        ({"v": 0}, "v"),
    ],
)
def test_a_field_out_of_its_schema_is_named_without_its_value(
    changes: dict[str, Any], field: str
) -> None:
    record = read_event(**changes)
    assert isinstance(record, Unreadable)
    assert record.reason.startswith(field)
    assert "Somebody" not in record.reason


@pytest.mark.parametrize(
    "payload", [b"\x00\xff", b"{", b"[]", b"3", b"null", b"[" * 15_000, b" " * (MAX_PAYLOAD + 1)]
)
def test_what_is_no_message_at_all_is_unreadable(payload: bytes) -> None:
    assert isinstance(read(EVENT_TOPIC, payload), Unreadable)


def test_a_made_up_field_cannot_forge_lines_in_the_log() -> None:
    record = read_event(**{"x\nERROR all is lost " + "y" * 3000: 1})
    assert isinstance(record, Unreadable)
    assert "\n" not in record.reason
    assert len(record.reason) <= 200


def test_a_newer_schema_is_kept_whole() -> None:
    event = session_event(v=2, bells=["whistles"])
    record = read(EVENT_TOPIC, json.dumps(event).encode())
    assert isinstance(record, Newer)
    assert (record.v, record.id) == (2, event["id"])
    assert json.loads(record.payload) == event


def test_the_hubs_own_status_cleared_messages_and_other_topics_are_nobodys() -> None:
    assert read("hinge/v1/hub/status", b'{"state":"online"}') is None
    assert read(topic("front-desk", STATUS), b"") is None
    assert read(topic("front-desk", "cfg/desired"), b"{}") is None
    assert read("hinge/v1/Front Desk/status", b"{}") is None


@given(st.sampled_from(list(LEAVES)), st.binary(max_size=400))
def test_no_bytes_raise(leaf: str, payload: bytes) -> None:
    read(topic("a", leaf), payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(list(LEAVES)), st.sampled_from(list(session_event())), JSON)
def test_no_json_raises(leaf: str, field: str, value: Any) -> None:
    read(topic("a", leaf), json.dumps(session_event(**{field: value})).encode())
