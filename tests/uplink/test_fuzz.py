"""Whatever comes on the topics that the uplink hears: no crash, and nothing half applied."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from station.messages import Ack
from tests.uplink.parts import QUICK, STATION, FakeHub, Listener, Station, eventually

ACK, STATUS = f"hinge/v1/{STATION}/ack", f"hinge/v1/{STATION}/status"
HUB = "hinge/v1/hub/status"
PAYLOADS = 250
PATIENT = replace(QUICK, ack_s=15.0, ack_max_s=15.0)
"""However slow the machine, it is no reason to connect anew."""


def anything(dice: random.Random, depth: int = 0) -> Any:
    """Some JSON value."""
    simple: list[Callable[[], Any]] = [
        lambda: None,
        lambda: dice.choice([True, False]),
        lambda: dice.choice([0, -1, 2**63, -(10**40), 1e308, 0.5]),
        lambda: "".join(chr(dice.choice([0, 9, 34, 65, 0x2028, 0xD800, 0x1F600])) for _ in "abc"),
        lambda: "f" * dice.choice([0, 31, 32, 33, 64, 5000]),
    ]
    if depth > 3 or dice.random() < 0.6:
        return dice.choice(simple)()
    if dice.random() < 0.5:
        return [anything(dice, depth + 1) for _ in range(dice.randint(0, 5))]
    names = ["ids", "state", "boot", "birth", "v", "", "x" * 300]
    return {dice.choice(names): anything(dice, depth + 1) for _ in range(dice.randint(0, 4))}


def bent(dice: random.Random, document: dict[str, Any]) -> bytes:
    """A message as it should be, with something wrong or odd about it."""
    document = dict(document)
    ways = dice.randint(0, 7)
    if ways == 0:
        document[dice.choice([*document, "more"])] = anything(dice)
    elif ways == 1:
        document.pop(dice.choice(list(document)))
    text = json.dumps(document).encode()
    if ways == 2:
        return text[: dice.randint(0, len(text))]
    if ways == 3:
        at = dice.randrange(len(text))
        return text[:at] + dice.randbytes(dice.randint(0, 3)) + text[at + 1 :]
    if ways == 4:
        return text + text
    if ways == 5:
        return b"[" * dice.choice([1, 200, 50_000]) + text
    if ways == 6:
        return dice.randbytes(dice.randint(0, 300))
    return text


def ids_for_an_ack(dice: random.Random, waiting: list[str]) -> list[Any]:
    """Some that wait, some that nobody knows, and now and then one that is no id at all."""
    ids: list[Any] = dice.sample(waiting, dice.randint(0, 3))
    ids += [dice.randbytes(16).hex() for _ in range(dice.choice([0, 1, 480, 520]))]
    if dice.random() < 0.6:
        ids.insert(dice.randint(0, len(ids)), anything(dice))
    return ids


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_ack_counts_wholly_or_not_at_all_and_nothing_ends_the_uplink(
    station: Station,
    hub: FakeHub,
    watcher: Listener,
    seed: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    dice = random.Random(seed)
    hub.silent = True
    waiting = station.finish(40)
    (marker,) = station.finish()
    hub.start()
    station.start(PATIENT)
    eventually(lambda: len(hub.stored) >= 20, "as many as may are on their way")
    expected = set(waiting) | {marker}
    for _ in range(PAYLOADS):
        topic = dice.choice([ACK, ACK, HUB, STATUS])
        if topic == ACK:
            payload = bent(dice, {"ids": ids_for_an_ack(dice, waiting)})
            with suppress(ValidationError):
                expected -= set(Ack.model_validate_json(payload).ids)
        elif topic == HUB:
            payload = bent(dice, {"state": dice.choice(["online", "offline", "away"])})
        else:
            state = dice.choice(["ready", "lost", "stopped"])
            payload = bent(dice, {"state": state, "boot": "b", "birth": dice.randbytes(4).hex()})
        watcher.client.publish(topic, payload, 1)
    assert marker in expected
    assert 0 < len(expected) < 41, "some acks were good, some were not"
    watcher.publish(ACK, {"ids": [marker]})
    eventually(lambda: marker not in remaining(station), "all before it has been read as well")
    assert remaining(station) == expected - {marker}
    said = [record.getMessage() for record in caplog.records]
    assert sum("Connected to the broker" in line for line in said) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    hub.silent = False
    hub.say("online")
    eventually(lambda: not remaining(station), "it goes on as before")
    assert station.problem() == ""


def remaining(station: Station) -> set[str]:
    return {row.id for row in station.ledger.pending(100)}
