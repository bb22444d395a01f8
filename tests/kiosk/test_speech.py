"""A voice says the newest cue and falls silent when the screen has moved on."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station import exercises
from station.hinge import Cue, FrontReport
from station.kiosk import speech
from station.kiosk.speech import Sentence, Speech
from station.kiosk.view import Stage, View
from station.vision import CameraState

HIPS = Cue("hips_stay", "Push your hips back")
LONG = Cue("back_rounds", "Long back")
VOICE = """
import pathlib, sys, time
said = pathlib.Path(sys.argv[1])
with said.open("a") as file:
    file.write(f"+{sys.argv[2]}:{sys.argv[3]}\\n")
time.sleep(float(sys.argv[4]))
with said.open("a") as file:
    file.write(f"-{sys.argv[2]}:{sys.argv[3]}\\n")
"""
"""Notes when it begins (+) and when it has finished (-) a sentence."""


def view(cue: Cue | None = None, stage: Stage = "live", language: str = "en") -> View:
    return View(stage, CameraState("live", ""), exercises.load("hinge"), language, cue=cue)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Room:
    """Somebody who listens."""

    def __init__(self, folder: Path) -> None:
        self.seconds = 0.0
        self._file = folder / "said"
        self._file.touch()
        self.speech = Speech(
            lambda language, text: (
                {"Long back": "Langer Rücken"}[text] if language == "de" else text
            ),
            command=lambda language, text: [
                *(sys.executable, "-S", "-c", VOICE),
                *(str(self._file), language, text, str(self.seconds)),
            ],
        )

    @property
    def heard(self) -> list[str]:
        return self._file.read_text().splitlines()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.speech.close()


def test_a_new_cue_is_spoken_once_in_the_members_language(room: Room) -> None:
    room.speech.follow(view(), view(LONG, language="de"))
    until(lambda: "-de:Langer Rücken" in room.heard)
    room.speech.follow(view(LONG, language="de"), view(LONG, language="de"))
    room.speech.follow(view(LONG), view(None))
    room.speech.follow(view(None), view(HIPS))
    until(lambda: len(room.heard) == 4)
    assert room.heard[2:] == ["+en:Push your hips back", "-en:Push your hips back"]


def test_the_start_position_is_spoken_too() -> None:
    asked = replace(view(stage="start"), front=FrontReport(1.0, True, (), LONG, False))
    assert speech.follow(view(stage="start"), asked) == Sentence("Long back", "en")
    assert speech.follow(asked, asked) is None
    assert speech.follow(asked, view(HIPS, stage="live")) == Sentence("Push your hips back", "en")


def test_the_newest_cue_cuts_the_one_before_off(room: Room) -> None:
    room.seconds = 5.0
    room.speech.follow(view(), view(HIPS))
    until(lambda: len(room.heard) == 1)
    room.seconds = 0.0
    room.speech.follow(view(HIPS), view(LONG))
    until(lambda: "-en:Long back" in room.heard)
    assert "-en:Push your hips back" not in room.heard


def test_of_many_cues_at_once_only_the_last_is_spoken_to_its_end(room: Room) -> None:
    room.seconds = 0.2
    shown = view()
    for cue in (HIPS, LONG, HIPS, LONG):
        room.speech.follow(shown, view(cue))
        shown = view(cue)
    until(lambda: "-en:Long back" in room.heard)
    assert [line for line in room.heard if line.startswith("-")] == ["-en:Long back"]


def test_it_falls_silent_when_the_set_is_over_and_finishes_a_cue_that_only_faded(
    room: Room,
) -> None:
    room.seconds = 0.3
    room.speech.follow(view(), view(HIPS))
    until(lambda: len(room.heard) == 1)
    room.speech.follow(view(HIPS), view(None))
    until(lambda: len(room.heard) == 2)
    room.seconds = 5.0
    room.speech.follow(view(None), view(LONG))
    until(lambda: len(room.heard) == 3)
    room.speech.follow(view(LONG), view(stage="summary"))
    until(lambda: room.speech._speaking is None)
    assert room.heard[3:] == []


def test_no_call_waits_for_the_voice(room: Room) -> None:
    room.seconds = 5.0
    none, steps = view(), [view(HIPS), view(LONG)] * 10
    begun = time.perf_counter()
    for step in steps:
        room.speech.follow(none, step)
    room.speech.hush()
    assert time.perf_counter() - begun < room.seconds / 2, "none was waited for"


def test_a_voice_that_hangs_is_ended(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "LONGEST_S", 0.2)
    room.seconds = 60.0
    room.speech.say(Sentence("Long back", "en"))
    until(lambda: len(room.heard) == 1)
    until(lambda: room.speech._speaking is None)
    room.seconds = 0.0
    monkeypatch.setattr(speech, "LONGEST_S", 6.0)
    room.speech.say(Sentence("Push your hips back", "en"))
    until(lambda: "-en:Push your hips back" in room.heard)


def test_a_voice_that_cannot_be_started_leaves_the_station_silent() -> None:
    silent = Speech(lambda _, text: text, command=lambda *_: ["nowhere/espeak"])
    for _ in range(3):
        silent.follow(view(), view(HIPS))
        time.sleep(0.01)
    silent.close()


def test_it_is_off_unless_wanted_and_needs_a_voice_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert speech.voice(lambda _, text: text, wanted=False) is None
    assert caplog.text == ""
    assert speech.voice(lambda _, text: text, wanted=True) is None
    assert "espeak-ng, spd-say" in caplog.text
    for name in ("spd-say", "espeak-ng"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert speech.find_program() == name
    assert speech.PROGRAMS["espeak-ng"]("de", "-x")[-2:] == ["--", "-x"]
