"""Exercises are data: every shipped file is good, a new one needs no Python, a bad one is refused
with path and reason."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from station import exercises
from station.errors import StationError
from station.hinge import Checker
from station.hinge.exercise import FaultName
from station.paths import shipped
from tests.people import HINGE, SQUAT, Posture, standing

IDS = {
    "hinge",
    "wall_tap",
    "bench_front",
    "bench_behind",
    "seated",
    "rdl",
    "deadlift",
    "good_morning",
    "kickstand",
    "kickstand_lifted",
    "warrior",
    "pick_up",
}

SLED = """
name = "Sled pull"
mode = "drill"
next_rungs = ["hinge"]

[phases]
start = ["Hold the rope", "Feet shoulder-width apart"]
felt = ["Brace your belly lightly"]
down = "Sit back into the rope"
bottom = "Arms long, back straight"
up = "Stand up with the rope"

[limits]
min_depth_hip = 30
shin_forward = 30

[success]
measure = "hips_reach"
wall = 0.3
at_once = 0.2

[[faults]]
name = "wall_missed"
cue = "Lean into the rope"

[[faults]]
name = "squatting"
drill = "bench_front"
"""


def written(folder: Path, text: str, name: str = "sled") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text)
    return file


def test_every_exercise_of_the_contract_is_there_and_tells_the_member_what_to_do() -> None:
    assert set(exercises.ids()) == IDS
    for exercise_id in IDS:
        exercise = exercises.load(exercise_id)
        phases = exercise.phases
        assert exercise.faults, exercise_id
        assert len(phases.start) >= 2, exercise_id
        assert phases.down, exercise_id
        assert phases.bottom, exercise_id
        assert phases.up, exercise_id
        assert (exercise.success is not None) == (exercise.mode == "drill")


def test_the_ladder_leads_from_the_chair_to_the_deadlift_and_to_the_warrior() -> None:
    rungs = {name: exercises.load(name).next_rungs for name in IDS}
    assert rungs["seated"] == ("wall_tap",)
    assert rungs["wall_tap"] == rungs["bench_behind"] == ("hinge",)
    assert rungs["bench_front"] == ("bench_behind",)
    assert rungs["hinge"] == ("rdl", "kickstand")
    assert rungs["rdl"] == ("deadlift",)
    assert rungs["kickstand"] == ("kickstand_lifted",)
    assert rungs["kickstand_lifted"] == ("warrior",)


def test_every_fault_has_its_words_once_and_every_one_is_looked_for_somewhere() -> None:
    common = tomllib.loads((shipped("config") / "faults.toml").read_text())
    assert set(common) == set(get_args(FaultName))
    used = {fault.name for name in IDS for fault in exercises.load(name).faults}
    assert used == set(common)


def test_rounding_has_a_cause_and_a_fix_by_when_it_begins() -> None:
    for name in IDS:
        fault = exercises.load(name).fault("back_rounds")
        if fault is None:
            continue
        start, late = fault.told("start"), fault.told("late")
        assert start == fault.told(None)
        assert not {start.cue, start.cause, start.fix} & {late.cue, late.cause, late.fix}


def test_nobody_is_told_of_danger_or_injury() -> None:
    for file in shipped("config").rglob("*.toml"):
        words = file.read_text().lower()
        assert not [word for word in ("danger", "injur", "prevent") if word in words], file


def test_a_new_exercise_needs_no_python(tmp_path: Path) -> None:
    checker = Checker(exercises.read(written(tmp_path, SLED)))
    stream = standing().bend(HINGE).bend(Posture(trunk=50, knee=10)).bend(SQUAT)
    for pose in stream.poses():
        checker.update(pose)
    summary = checker.finish()
    assert summary.exercise == "sled"
    assert [rep.kind for rep in summary.reps] == ["rep"] * 3
    assert [rep.success for rep in summary.reps] == [True, False, False]
    assert [rep.faults[:1] for rep in summary.reps] == [(), ("wall_missed",), ("wall_missed",)]
    assert summary.reps[1].cue == "Lean into the rope"
    assert "squatting" in summary.reps[2].faults


def test_it_may_point_at_its_neighbours(tmp_path: Path) -> None:
    written(tmp_path, SLED, "rope")
    file = written(tmp_path, SLED.replace('["hinge"]', '["rope", "hinge"]'))
    assert exercises.read(file).next_rungs == ("rope", "hinge")


def test_an_unknown_exercise_is_named_with_the_known_ones() -> None:
    with pytest.raises(StationError, match="'plank' is unknown; known are hinge"):
        exercises.load("plank")


def test_an_exercise_may_say_a_fault_in_its_own_words(tmp_path: Path) -> None:
    file = written(
        tmp_path, 'name = "Sled"\n[[faults]]\nname = "squatting"\ncue = "Push, do not sit"\n'
    )
    (fault,) = exercises.read(file).faults
    assert fault.cue == "Push, do not sit"
    assert fault.cause.startswith("The knees")


def test_a_drill_is_not_sent_to_itself(tmp_path: Path) -> None:
    fault = exercises.load("bench_front").fault("squatting")
    assert fault is not None
    assert fault.drill == "wall_tap"
    bare = 'name = "X"\n[[faults]]\nname = "squatting"\n'
    assert exercises.read(written(tmp_path, bare, "bench_front")).faults[0].drill is None
    assert exercises.read(written(tmp_path, bare + 'drill = ""\n', "x")).faults[0].drill is None


X = 'name = "X"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "not valid TOML"),
        ("", "name: Field required"),
        (X + "limitz = 3", "limitz: Extra inputs are not permitted"),
        (X + "[limits]\nopen_trunk = 500", "limits.open_trunk"),
        (X + "[limits]\nopen_trunk = nan", "limits.open_trunk"),
        (X + "[limits]\nopen_trunkk = 20", "limits.open_trunkk: Extra inputs"),
        (X + "[limits]\nclose_trunk = 25", "close_trunk 25 must be below open_trunk 25"),
        (X + "[limits]\nclose_hip = 31", "close_hip 31 must be below open_hip 30"),
        (X + '[limits]\nposture = "lying"', "limits.posture"),
        (X + '[[faults]]\nname = "sneezing"', "faults.0.name"),
        (X + "faults = 3", "faults"),
        (X + "faults = [3]", "faults.0"),
        (X + '[[faults]]\ncue = "Up"', "faults.0.name: Field required"),
        (X + '[[faults]]\nname = "squatting"\n' * 2, "squatting stands there twice"),
        (X + '[[faults]]\nname = "squatting"\ncue = "' + "x" * 33 + '"', "faults.0.cue"),
        (X + '[[faults]]\nname = "squatting"\ndrill = "yoga"', "there is no exercise 'yoga'"),
        (X + '[[faults]]\nname = "squatting"\ndrill = "bad"', "'bad' points at itself"),
        (X + 'next_rungs = ["hinge", "yoga"]', "next_rungs.1: there is no exercise 'yoga'"),
        (X + 'next_rungs = ["rdl", "hinge", "warrior"]', "next_rungs"),
        (X + '[[faults]]\nname = "pushes_bench"', 'needs success.measure "shin_stays"'),
        (X + '[success]\nmeasure = "luck"', "success"),
        (X + '[success]\nmeasure = "hips_reach"\nat_once = 0.4', "wall: Field required"),
        (X + '[front]\nchecks = ["ears"]', "front.checks.0"),
        (X + '[front]\nchecks = ["toes", "toes"]', "toes stands there twice"),
        (X + "[front]\nstance_min = 2", "stance_min 2 must be below stance_max 1.4"),
        (X + "[phases]\nstart = [3]", "phases.start.0"),
    ],
)
def test_a_bad_file_is_refused_with_path_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = written(tmp_path, text, "bad")
    with pytest.raises(StationError) as caught:
        exercises.read(file)
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"gone\.toml: cannot be read"):
        exercises.read(tmp_path / "gone.toml")
