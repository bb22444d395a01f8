"""Exercises are data: every shipped file is good, a bad one is refused with path and reason."""

from pathlib import Path

import pytest

from station import exercises
from station.errors import StationError

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


def test_every_exercise_of_the_contract_is_there_and_points_only_at_others() -> None:
    assert set(exercises.ids()) == IDS
    for exercise_id in IDS:
        exercise = exercises.load(exercise_id)
        assert set(exercise.next_rungs) <= IDS
        assert all(fault.drill is None or fault.drill in IDS for fault in exercise.faults)
        assert exercise.faults, exercise_id


def test_an_unknown_exercise_is_named_with_the_known_ones() -> None:
    with pytest.raises(StationError, match="'plank' is unknown; known are hinge"):
        exercises.load("plank")


def test_an_exercise_may_say_a_fault_in_its_own_words(tmp_path: Path) -> None:
    file = tmp_path / "sled.toml"
    file.write_text('name = "Sled"\n[[faults]]\nname = "squatting"\ncue = "Push, do not sit"\n')
    (fault,) = exercises.read(file).faults
    assert fault.cue == "Push, do not sit"
    assert fault.cause.startswith("The knees")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "not valid TOML"),
        ('name = "X"\nlimitz = 3', "limitz: Extra inputs are not permitted"),
        ('name = "X"\n[limits]\nopen_trunk = 500', "limits.open_trunk"),
        ('name = "X"\n[[faults]]\nname = "sneezing"', "faults.0.name"),
        ('name = "X"\nfaults = 3', "faults"),
    ],
)
def test_a_bad_file_is_refused_with_path_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(StationError) as caught:
        exercises.read(file)
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)
