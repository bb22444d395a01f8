"""`station check` as a stranger uses it."""

import json
from pathlib import Path

import pytest

from tests.commands.parts import run, write
from tests.people import HINGE, SQUAT, standing

REP_KEYS = {
    "kind",
    "start_s",
    "bottom_s",
    "end_s",
    "pattern",
    "trunk_deg",
    "hip_flexion_deg",
    "knee_flexion_deg",
    "shin_deg",
    "hip_travel",
    "back",
    "neck",
    "faults",
    "clean",
    "cue",
    "tempo",
    "balance",
    "success",
}


@pytest.fixture
def hinges(tmp_path: Path) -> Path:
    return write(tmp_path / "hinges.npz", standing().bend(HINGE).bend(SQUAT))


def test_the_json_is_the_contract(hinges: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", hinges, "--json")
    said = json.loads(out)
    assert code == 0
    assert set(said) == {
        "input",
        "frames",
        "fps",
        "duration_s",
        "exercise",
        "view",
        "gate",
        "reps",
        "counts",
    }
    assert said["counts"] == {"rep": 2, "attempt": 0, "uncertain": 0, "clean": 1}
    assert [rep["pattern"] for rep in said["reps"]] == ["hinge", "squat"]
    assert all(set(rep) == REP_KEYS for rep in said["reps"])
    assert said["reps"][0]["back"]["verdict"] == "cannot_tell"
    assert said["view"]["facing"] == "right"
    assert said["fps"] == pytest.approx(30, abs=0.1)


def test_trace_adds_every_frame(hinges: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "check", hinges, "--json", "--trace")
    said = json.loads(out)
    assert len(said["frames_out"]) == said["frames"]
    assert {frame["gate"] for frame in said["frames_out"]} == {"open"}


def test_people_read_a_table(hinges: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", hinges)
    assert code == 0
    assert "2 reps, 1 clean" in out
    assert "can't tell" in out
    assert "Hips back, not down" in out


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["check", "gone.npz"], "gone.npz: cannot be read"),
        (["check", "FILE", "--exercise", "plank"], "'plank' is unknown"),
        (["check", "FILE", "--config", "gone.toml"], "gone.toml: cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(
    hinges: Path, capsys: pytest.CaptureFixture[str], argv: list[str], sentence: str
) -> None:
    code, out, err = run(capsys, *[str(hinges) if arg == "FILE" else arg for arg in argv])
    assert code == 2
    assert out == ""
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
