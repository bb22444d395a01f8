"""The JSON Schema of every topic's payload, made from the models that both ends use."""

from typing import Any

from station.messages import (
    ACK,
    COMMANDS,
    DESIRED,
    HEALTH,
    HUB_STATUS,
    INFO,
    REPORTED,
    REQUEST,
    RESPONSE,
    ROOT,
    SCHEMA_V,
    SESSION,
    STATUS,
    Ack,
    CfgDesired,
    CfgReported,
    Health,
    HubStatus,
    Info,
    Message,
    Request,
    Response,
    SessionEvent,
    Status,
    topic,
)

PAYLOADS: dict[str, type[Message]] = {
    topic("+", STATUS): Status,
    topic("+", INFO): Info,
    topic("+", SESSION): SessionEvent,
    topic("+", HEALTH): Health,
    topic("+", ACK): Ack,
    topic("+", DESIRED): CfgDesired,
    topic("+", REPORTED): CfgReported,
    **{topic("+", f"{REQUEST}/{command}"): Request for command in COMMANDS},
    **{topic("+", f"{RESPONSE}/{command}"): Response for command in COMMANDS},
    HUB_STATUS: HubStatus,
}
"""Topic, "+" for the station's id → the model of what is published there."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def pattern_of(topic_name: str) -> str | None:
    """The key of PAYLOADS that a topic falls under, None for a topic that is none of ours."""
    if topic_name in PAYLOADS:
        return topic_name
    _, _, rest = topic_name.removeprefix(f"{ROOT}/").partition("/")
    pattern = topic("+", rest)
    return pattern if topic_name.startswith(f"{ROOT}/") and pattern in PAYLOADS else None


def documents() -> dict[str, dict[str, Any]]:
    """Topic pattern → its JSON Schema; `x-version` is that of the whole set."""
    return {
        pattern: {
            "$schema": DIALECT,
            "x-topic": pattern,
            "x-version": SCHEMA_V,
            **_closed(model.model_json_schema()),
        }
        for pattern, model in PAYLOADS.items()
    }


def _closed(schema: Any) -> Any:
    """`schema` with every map of named values closed to other names, as pydantic's models are.

    pydantic writes `patternProperties` alone, which lets names through that fit no pattern.
    """
    if isinstance(schema, list):
        return [_closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(inner) for key, inner in schema.items()}
    if "patternProperties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


def file_name(pattern: str) -> str:
    """`evt-session.json` for `hinge/v1/+/evt/session`, `hub-status.json` for the hub's own."""
    return pattern.removeprefix(f"{ROOT}/").removeprefix("+/").replace("/", "-") + ".json"
