"""The payloads' schemas are closed: what is not written there cannot leave a station."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from station import messages
from station.messages import MAX_PAYLOAD, SessionEvent, station_of, topic

EVENT: dict[str, Any] = {
    "v": 1,
    "id": "0" * 32,
    "seq": 3,
    "boot": "a-boot",
    "source": "camera",
    "hour": "2026-11-21T14:00Z",
    "clock": "synced",
    "exercise": "hinge",
    "mode": "set",
    "reps": 8,
    "clean": 5,
    "attempts": 1,
    "patterns": {"hinge": 7, "squat": 1},
    "faults": {"back_rounds": 2},
    "first_half_clean": 3,
    "second_half_clean": 2,
    "depth_band": "half",
    "minutes_band": "1_to_3",
    "outcome": "finished",
    "cfg": 0,
}


def test_the_designs_event_is_valid_and_reads_back_the_same() -> None:
    event = SessionEvent.model_validate(EVENT)
    assert SessionEvent.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    "change",
    [
        {"name": "somebody"},
        {"hour": "2026-11-21T14:37Z"},
        {"hour": "2026-11-21T14:00:09Z"},
        {"exercise": "Felt great today!"},
        {"faults": {"a fault in free text": 1}},
        {"faults": {f"fault_{n}": 1 for n in range(17)}},
        {"patterns": {"lunge": 1}},
        {"reps": 10_001},
        {"source": "phone"},
        {"id": "0" * 31},
        {"v": 2},
    ],
)
def test_whatever_is_not_in_the_schema_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SessionEvent.model_validate({**EVENT, **change})


def test_the_largest_event_is_far_under_the_cap() -> None:
    name = "f" * 30
    largest = SessionEvent.model_validate(
        {
            **EVENT,
            "seq": 2**63,
            "boot": "b" * 36,
            "exercise": "e" * 32,
            "reps": 10_000,
            "faults": {f"{name}{n:02}": 10_000 for n in range(16)},
        }
    )
    assert len(largest.model_dump_json()) < MAX_PAYLOAD / 8


@given(
    st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True), st.sampled_from(["status", "evt/session"])
)
def test_a_topic_names_its_station(station: str, leaf: str) -> None:
    assert station_of(topic(station, leaf)) == station


@pytest.mark.parametrize("name", ["hinge/v1//status", "hinge/v2/a/status", "hinge/v1/A/x", "x", ""])
def test_other_topics_name_none(name: str) -> None:
    assert station_of(name) is None


@pytest.mark.parametrize(
    "schema",
    [
        kind
        for kind in vars(messages).values()
        if isinstance(kind, type) and issubclass(kind, messages.Message)
    ],
)
def test_every_payload_is_closed_and_frozen(schema: type[messages.Message]) -> None:
    assert schema.model_config["extra"] == "forbid"
    assert schema.model_config["frozen"]
