"""What is printed where there is no display."""

from dataclasses import replace
from typing import Any

import pytest

from station import exercises
from station.hinge import (
    Angles,
    Back,
    Checker,
    Cue,
    Exercise,
    FrontReport,
    Neck,
    Rep,
    Summary,
    View,
)
from station.i18n import translator
from station.kiosk import words
from station.kiosk.sets import Snapshot
from station.kiosk.transcript import Transcript
from station.kiosk.view import Stage
from station.kiosk.view import View as Shown
from station.vision import CameraState
from tests.kiosk.people import pose

LIVE = CameraState("live", "The camera is live.")
REP = Rep(
    kind="rep",
    start_s=0,
    bottom_s=1,
    end_s=2,
    pattern="hinge",
    angles=Angles(60, 85, 20, 0, None, None),
    back=Back("flat"),
    neck=Neck("cannot_tell"),
    faults=(),
    clean=True,
    cue=None,
)
SQUAT = replace(REP, pattern="squat", clean=False, faults=("squatting",), cue="Hips back, not down")


HINGE = exercises.load("hinge")


class Speaker:
    """English, one exercise."""

    def translate(self, english: str) -> str:
        return english

    def name_of(self, exercise_id: str) -> str:
        return exercise_id

    def exercises(self) -> list[Exercise]:
        return [HINGE]


def shown(stage: Stage, **given: Any) -> Shown:
    return Shown(stage, **{"camera": LIVE, "exercise": HINGE, "language": "en"} | given)


@pytest.fixture
def lines() -> list[str]:
    return []


def show(transcript: Transcript, stage: Stage, *reps: Rep, cue: Cue | None = None) -> None:
    update = Checker(exercises.load("hinge")).update(pose(0.0))
    transcript.show(shown(stage, snapshot=Snapshot(1, None, pose(0.0), update, reps), cue=cue))


def test_one_line_for_each_change_and_none_for_the_same_again(lines: list[str]) -> None:
    transcript = Transcript(lines.append, Speaker())
    transcript.show(shown("attract"))
    show(transcript, "live")
    show(transcript, "live", REP, cue=Cue("praise", "Clean"))
    show(transcript, "live", REP, SQUAT, cue=Cue("squatting", "Hips back, not down"))
    show(transcript, "live", REP, SQUAT, cue=Cue("squatting", "Hips back, not down"))
    assert lines == [
        "[attract] Hips, knees or spine? Tap to start. No picture leaves this screen.",
        "[live] Push your hips back.",
        "[live] rep 1: hinge, Hips, Back still, clean",
        "[live] cue: Clean",
        "[live] rep 2: squat, Knees, Back still, Hips back, not down",
        "[live] cue: Hips back, not down",
    ]


def test_the_summary_is_one_line(lines: list[str]) -> None:
    transcript = Transcript(lines.append, Speaker())
    summary = Summary("hinge", 9.0, View("side"), 8.0, {}, (REP, SQUAT, SQUAT), "squatting")
    transcript.show(shown("summary", summary=summary))
    assert len(lines) == 1
    assert lines[0].startswith("[summary] 3 reps, 1 clean. You moved through your knees.")
    assert "Work on this: Hips back, not down." in lines[0]


def test_a_camera_that_goes_and_comes_is_told(lines: list[str]) -> None:
    transcript = Transcript(lines.append, Speaker())
    gone = CameraState("offline", "The camera is not connected.")
    for camera in (LIVE, gone, gone, LIVE):
        transcript.show(shown("attract", camera=camera))
    assert lines[0].startswith("[attract]")
    assert lines[1:] == ["[camera] The camera is not connected.", "[camera] The picture is back."]


def test_the_way_to_a_set_is_told_and_what_is_asked(lines: list[str]) -> None:
    transcript = Transcript(lines.append, Speaker())
    transcript.show(shown("choose"))
    transcript.show(shown("place", cue=Cue("nobody", "Step into the picture")))
    facing = FrontReport(0.0, True, (), Cue("toes", "Toes forward"), False)
    transcript.show(shown("start", front=facing))
    transcript.show(shown("start"))
    transcript.show(shown("live", asking="end_set"))
    transcript.show(shown("live", asking="end_set"))
    transcript.show(shown("privacy", sent='{"v":1}'))
    assert lines[0] == "[choose] What today? Hip hinge."
    assert lines[1] == "[place] Hip hinge. Whole body in the picture. It starts by itself."
    assert lines[2] == "[place] cue: Step into the picture"
    assert lines[3].startswith("[start] Feet about shoulder-width apart, toes forward. Knees soft")
    assert lines[4] == "[start] cue: Toes forward"
    assert lines[5] == "[start] cue: Turn to the side"
    assert lines[7] == "[live] asked: End this set? / Go on / End it"
    assert lines[8] == '[privacy] What is seen and sent: {"v":1}'
    assert len(lines) == 9


def test_it_speaks_the_sessions_language(lines: list[str]) -> None:
    german = translator("de")

    class German(Speaker):
        def translate(self, english: str) -> str:
            return german(english)

    Transcript(lines.append, German()).show(shown("place"))
    assert lines == [
        f"[place] {german(HINGE.name)}. {german(words.WHOLE_BODY)} {german(words.BY_ITSELF)}"
    ]
    assert words.BY_ITSELF not in lines[0]
