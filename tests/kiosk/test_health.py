"""The station in words: what is well, what to change, and that nothing is made up."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from station.hinge.verdict import Gate
from station.hinge.verdict import View as Sight
from station.kiosk import health, touch_test
from station.ledger import LinkState
from station.vision import CameraState, LiveStats
from tests.kiosk.wall import snapshot_of

PROBLEM = "The broker at gym.example:1883 cannot be reached (refused)."


def english(text: str) -> str:
    return text


def test_words_for_every_state_of_network_and_broker() -> None:
    good = LinkState(True, None, "wired", None, 7200.0, 3.0)

    def said(link: LinkState | None) -> list[tuple[str, str]]:
        words = (health.network_words(link, english), *health.broker_words(link, english))
        return [(word.text, word.tone) for word in words]

    assert said(good) == [
        ("Network: by cable", "right"),
        ("Broker: connected for 2 h", "right"),
    ]
    assert said(None)[1] == (
        "Broker: the uplink has not run since this machine started",
        "change",
    )
    assert said(replace(good, silent_s=400.0))[1] == (
        "Broker: the uplink has said nothing for 6 min",
        "change",
    )
    assert said(replace(good, network="none"))[0][1] == "change"
    assert said(replace(good, network="wifi", wifi_dbm=-80))[0] == (
        "Network: by Wi-Fi, -80 dBm: weak",
        "change",
    )
    assert said(replace(good, problem=PROBLEM))[2] == (PROBLEM, "change")


def test_words_for_disk_ledger_and_sound() -> None:
    words = [
        health.disk_words(health.Disk(12_300, 28_000), english),
        health.disk_words(health.Disk(300, 28_000), english),
        health.disk_words(health.Disk(10, 28_000), english),
        health.disk_words(None, english),
        health.waiting_words(0, None, english),
        health.waiting_words(12, None, english),
        health.waiting_words(None, "it is full", english),
    ]
    assert [word.tone for word in words] == [
        *("right", "change", "change", "change", "right", "fact", "change")
    ]
    assert words[0].text == "Disk: 12.3 of 28.0 GB free"
    assert [w.tone for w in health.sound_words(True, None, True, english)] == ["right", "change"]
    assert health.disk(Path("nowhere") / "at" / "all") is not None


def test_framing_is_told_from_the_pose() -> None:
    seen = snapshot_of()

    def told(**changes: Any) -> dict[str, str]:
        changed = replace(seen, update=replace(seen.update, **changes))
        return {said.text: said.tone for said in health.framing_words(changed, english)}

    assert set(told().values()) == {"right"}
    assert told(gate=Gate(reason="far")) == {"Step closer": "change"}
    turned = told(view=Sight("oblique", 35.0, "right"), gate=Gate(reason=None, advice="turn"))
    assert turned["Turned 35° away from side-on"] == "change"
    for up, word in ((300.0, "lower"), (-300.0, "higher")):
        points = seen.pose.landmarks.copy()
        points[:, 1] += up
        moved = replace(seen, pose=replace(seen.pose, landmarks=points))
        assert word in health.framing_words(moved, english)[-1].text
    small = seen.pose.landmarks * np.array([0.3, 0.3, 1, 1], dtype=np.float32)
    far = replace(seen, pose=replace(seen.pose, landmarks=small))
    assert any("closer" in said.text for said in health.framing_words(far, english))
    width, height = seen.pose.size
    upright = replace(seen, pose=replace(seen.pose, size=(height, width)))
    said = [one.text for one in health.framing_words(upright, english)]
    assert not any("closer" in one for one in said), "a camera on its side has height to spare"


def test_a_camera_too_slow_for_a_verdict_is_said() -> None:
    live = CameraState("live", "The camera is live.")
    slow = health.camera_words(live, LiveStats(8.0, 4.0), (640, 480), "0", english)
    assert slow[-1].tone == "change"
    assert "at least 8" in slow[-1].text


def test_nothing_here_needs_kivy() -> None:
    modules = "health, desk, pin, sound, speech, staff_words, touch_test"
    program = f"import sys; from station.kiosk import {modules}; print('kivy' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "False"


def test_touches_that_miss_are_told_from_a_panel_that_is_turned() -> None:
    wanted = touch_test.targets(1280, 720, 3.7)
    off = [(x + 30, y) for x, y in wanted]
    assert touch_test.judge(off, wanted, 3.7).layout == "right"
    assert not touch_test.judge(off, wanted, 3.7).good
    assert touch_test.judge(wanted[2:] + wanted[:2], wanted, 3.7).layout == "turned"
    assert touch_test.judge([wanted[0]] * 4, wanted, 3.7).layout == "unclear"
