"""What became of a change is said in words, at each station."""

from typing import Any

import pytest

from station.hub import outcome
from station.hub.changes import OfStation, Was
from station.i18n import translator
from station.messages import CfgReported

_ = translator("en")


def report(status: str = "applied", version: int = 3, **rest: Any) -> CfgReported:
    return CfgReported.model_validate(
        {
            "desired_version": version,
            "version": version if status == "applied" else version - 1,
            "status": status,
            "config": {"sound": {"volume": 0.3}},
        }
        | rest
    )


def part(answer: CfgReported | None = None, **rest: Any) -> OfStation:
    values: dict[str, Any] = {
        "station": "rack-1",
        "version": 3,
        "keys": {"sound.volume": Was(None, 0.3)},
        "answer": answer,
        "newest": 3,
        "report": answer,
        "newer_program": False,
    }
    return OfStation(**(values | rest))


def test_applied_applied_with_a_restart_and_overruled_by_a_tap() -> None:
    assert outcome.of(part(report()), "ready", _).sentence == "In force."
    restarted = part(report(restart=["camera.fps"]), keys={"camera.fps": Was(30, 25)})
    assert outcome.of(restarted, "ready", _).sentence == (
        "In force; the kiosk started again for it."
    )
    tapped = outcome.of(part(report(config={"sound": {"volume": 0.9}})), "ready", _)
    assert tapped.state == "applied"
    assert "Volume is 0.9 there: it was tapped at the station." in tapped.sentence


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (("screen.glow", "no such setting"), "screen.glow: the station's program does not know"),
        (("sound.volume", "Input should be less"), "Volume (sound.volume): Input should be less."),
        (("", "the kiosk does not run"), "The kiosk does not run."),
    ],
)
def test_rejected_and_rolled_back_say_why_and_at_which_setting(
    problem: tuple[str, str], said: str
) -> None:
    errors = [{"path": problem[0], "msg": problem[1]}]
    for status in ("rejected", "rolled_back"):
        told = outcome.of(part(report(status, errors=errors)), "ready", _)
        assert (told.state, told.level, told.settled) == (status, "red", True)
        assert said in told.sentence


@pytest.mark.parametrize(
    ("rest", "state", "expected"),
    [
        ({}, "ready", "waiting"),
        ({"report": report(version=2)}, "ready", "waiting"),
        ({}, "lost", "offline"),
        ({}, "stopped", "offline"),
        ({}, None, "offline"),
        ({"newest": 4}, "ready", "replaced"),
        ({"newer_program": True}, "ready", "newer"),
        ({"report": report(version=4)}, "ready", "waiting"),
        ({"report": report(version=3)}, "lost", "applied"),
    ],
)
def test_without_an_answer_it_is_said_what_is_waited_for(
    rest: dict[str, Any], state: str | None, expected: str
) -> None:
    told = outcome.of(part(**rest), state, _)
    assert told.state == expected
    assert told.settled == (expected != "waiting")


def test_what_a_station_said_of_this_change_counts_whatever_came_later() -> None:
    later = part(report(), newest=7, report=report("rejected", 7))
    assert outcome.of(later, "ready", _).state == "applied"


def test_those_that_need_somebody_come_first() -> None:
    told = [
        outcome.of(part(report()), "ready", _),
        outcome.of(part(report("rejected")), "ready", _),
        outcome.of(part(report()), "ready", _),
    ]
    assert list(outcome.together(told).items()) == [("rejected", 1), ("applied", 2)]
