"""`station evaluate`: small folders of labelled clips in, the accuracy card out."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from station.vision import recording
from tests.commands.parts import SMALL, run, write
from tests.people import HINGE, ROUNDED, SHALLOW, SQUAT, STANDING, Camera, Scene, pose, standing

Capture = pytest.CaptureFixture[str]


def label(folder: Path, **clip: Any) -> None:
    """Append one `[[clip]]` to the folder's labels.toml."""
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in clip.items())
    with (folder / "labels.toml").open("a") as file:
        file.write(f"[[clip]]\n{lines}\n")


def evaluated(capsys: Capture, *argv: str | Path) -> dict[str, Any]:
    code, out, _ = run(capsys, "evaluate", *argv, "--json")
    assert code == 0
    said: dict[str, Any] = json.loads(out)
    return said


def bends(path: Path, *postures: Any, silhouette: bool = False) -> None:
    scene = standing(SMALL, fps=12.0)
    for posture in postures:
        scene = scene.bend(posture)
    write(path, scene, silhouette=silhouette)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two flat hinges, two rounded bends, a photograph of each back."""
    folder = tmp_path_factory.mktemp("people")
    for name, posture in (("flat", HINGE), ("rounded", ROUNDED)):
        bends(folder / f"{name}.npz", posture, posture, silhouette=True)
        label(folder, file=f"{name}.npz", view="side", reps=2, back=name)
        photo = Scene(camera=SMALL, steps=((posture, 0.0),))
        write(folder / f"{name}_photo.npz", photo, silhouette=True)
        label(folder, file=f"{name}_photo.npz", view="side", back=name)
    return folder


def test_reps_are_counted_against_the_labels(tmp_path: Path, capsys: Capture) -> None:
    bends(tmp_path / "two.npz", HINGE, HINGE)
    write(tmp_path / "none.npz", standing(SMALL, fps=12.0))
    label(tmp_path, file="two.npz", view="side", reps=4, pattern="hinge")
    label(tmp_path, file="none.npz", view="side", reps=0)
    card = evaluated(capsys, tmp_path)["card"]
    assert card["reps"] == {
        "clips": 2,
        "mean_absolute_error": 1.0,
        "within_one": {"n": 1, "of": 2, "share": 0.5},
        "exact": {"n": 1, "of": 2, "share": 0.5},
        "clips_without_reps": 1,
        "phantom": 0,
    }
    assert card["pattern"]["moving"] == {"n": 1, "of": 1, "share": 1.0}


def test_a_rep_where_there_is_none_is_an_invented_one(tmp_path: Path, capsys: Capture) -> None:
    bends(tmp_path / "two.npz", HINGE, HINGE)
    label(tmp_path, file="two.npz", view="side", reps=0)
    assert evaluated(capsys, tmp_path)["card"]["reps"]["phantom"] == 2


@pytest.mark.parametrize(
    ("known", "error"), [({"reps": 1, "reps_max": 3}, 0.0), ({"reps": 3}, 1.0), ({}, None)]
)
def test_any_count_between_strict_and_generous_is_right(
    tmp_path: Path, capsys: Capture, known: dict[str, int], error: float | None
) -> None:
    bends(tmp_path / "two.npz", HINGE, HINGE)
    label(tmp_path, file="two.npz", view="side", **known)
    assert evaluated(capsys, tmp_path)["card"]["reps"]["mean_absolute_error"] == error


def test_a_clip_that_begins_bent_counts_what_is_complete(tmp_path: Path, capsys: Capture) -> None:
    scene = Scene(camera=SMALL, fps=12.0, steps=((HINGE, 0.0),)).hold(0.5).move(STANDING, 1.0)
    write(tmp_path / "bent.npz", scene.hold(1.5).bend(HINGE))
    label(tmp_path, file="bent.npz", view="side", reps=1, reps_max=2, pattern="hinge")
    card = evaluated(capsys, tmp_path)["card"]
    assert card["reps"]["mean_absolute_error"] == 0
    assert card["pattern"]["moving"]["share"] == 1


def test_attempts_are_compared_where_they_are_labelled(tmp_path: Path, capsys: Capture) -> None:
    bends(tmp_path / "shallow.npz", SHALLOW)
    label(tmp_path, file="shallow.npz", view="side", reps=0, attempts=1)
    card = evaluated(capsys, tmp_path)["card"]
    assert card["attempts"]["exact"] == {"n": 1, "of": 1, "share": 1.0}
    assert card["reps"]["phantom"] == 0


def test_backs_of_moving_people_and_of_photographs_are_told_apart(
    people: Path, capsys: Capture
) -> None:
    card = evaluated(capsys, people)["card"]
    for group in ("moving", "stills"):
        figures = card["rounded_back"][group]
        assert (figures["rounded_clips"], figures["other_clips"]) == (1, 1)
        assert figures["recall"]["n"] == figures["recall"]["of"]
        assert figures["false_alarms"] == {"n": 0, "of": 1, "share": 0.0}
    assert card["rounded_back"]["moving"]["recall"] == {"n": 1, "of": 1, "share": 1.0}


def test_the_stated_confidence_is_held_against_what_was_right(
    people: Path, capsys: Capture
) -> None:
    confidence = evaluated(capsys, people)["card"]["confidence"]
    inside = sum(b["verdicts"] for b in confidence["bins"])
    assert confidence["verdicts"] == inside >= 4
    assert 0 <= confidence["brier"] < 0.25
    assert confidence["expected_calibration_error"] == pytest.approx(
        sum(b["verdicts"] * abs(b["stated"] - b["right"]) for b in confidence["bins"]) / inside,
        abs=2e-4,
    )


def test_a_back_that_was_called_wrongly_shows(
    tmp_path: Path, people: Path, capsys: Capture
) -> None:
    (tmp_path / "clip.npz").write_bytes((people / "rounded.npz").read_bytes())
    label(tmp_path, file="clip.npz", view="side", back="flat", onset="start")
    card = evaluated(capsys, tmp_path)["card"]
    assert card["rounded_back"]["moving"]["false_alarms"]["share"] == 1
    assert card["confidence"]["brier"] > 0.25


def test_without_a_bend_no_back_is_missed(tmp_path: Path, capsys: Capture) -> None:
    write(tmp_path / "none.npz", standing(SMALL, fps=12.0))
    label(tmp_path, file="none.npz", view="side", reps=0, back="flat")
    figures = evaluated(capsys, tmp_path)["card"]["rounded_back"]["moving"]
    assert figures["cannot_tell"]["of"] == 0


def test_nothing_is_judged_from_far_off_side_on(tmp_path: Path, capsys: Capture) -> None:
    oblique = Camera(yaw=50, scale=110.0, size=(320, 240), ankle=(160.0, 215.0))
    write(tmp_path / "oblique.npz", standing(oblique, fps=12.0).bend(ROUNDED), silhouette=True)
    label(tmp_path, file="oblique.npz", view="oblique", back="rounded")
    card = evaluated(capsys, tmp_path)["card"]
    assert card["beyond_30_judged"] == {"n": 0, "of": 1, "share": 0.0}
    assert card["rounded_back"]["moving"]["rounded_clips"] == 0


def truth(path: Path, off: float) -> None:
    """The truth of `standing().bend(HINGE)` at 20 frames a second, `off` degrees beside it, its
    pelvis half a thigh length of 0.4 m back at the bottom."""
    frames = []
    for i in range(101):
        down = 2.0 <= i / 20 - 0.75 <= 3.0
        frames.append(
            {
                "time_s": i / 20,
                "trunk_inclination_deg": 75 + off if down else 0.0,
                "hip_flexion_deg": 95 + off if down else 0.0,
                "knee_flexion_deg": 20 - off if down else 0.0,
                "shin_angle_deg": 0.0,
                "pelvis_m": [-0.2 if down else 0.0, 0.0, 0.9],
                "joints_m": {"hip.L": [0, 0, 0.9], "knee.L": [0, 0, 0.5]},
            }
        )
    path.write_text(json.dumps({"clip": {"yaw": 15.0}, "frames": frames}))


def test_angles_and_hip_travel_are_held_against_the_truth_by_yaw(
    tmp_path: Path, capsys: Capture
) -> None:
    bends(tmp_path / "one.npz", HINGE)
    truth(tmp_path / "one.json", off=5.0)
    label(tmp_path, file="one.npz", view="side", truth="one.json")
    label(tmp_path, file="one.npz", view="side", truth="one.json", yaw_deg=-2.0)
    bottom = evaluated(capsys, tmp_path)["card"]["at_bottom"]
    for band in ("to_10", "10_to_30"):
        assert bottom[band]["trunk"]["reps"] == 1
        assert bottom[band]["trunk"]["bias"] == pytest.approx(-5, abs=1.5)
        assert bottom[band]["knee_flexion"]["mean_absolute_error"] == pytest.approx(5, abs=1.5)
        assert bottom[band]["shin"]["mean_absolute_error"] < 1.5
        travel = bottom[band]["hip_travel"]
        assert travel["bias"] == pytest.approx(0.342 - 0.5, abs=0.05)
    assert bottom["beyond_30"]["trunk"]["reps"] == 0


def test_several_folders_are_pooled_and_each_stands_alone(
    tmp_path: Path, people: Path, capsys: Capture
) -> None:
    other = tmp_path / "others"
    other.mkdir()
    bends(other / "squats.npz", SQUAT, SQUAT)
    label(other, file="squats.npz", view="side", reps=2, pattern="squat")
    said = evaluated(capsys, people, other, "--per-clip")
    assert said["card"]["clips"] == 5
    assert {name: card["clips"] for name, card in said["folders"].items()} == {
        people.name: 4,
        "others": 1,
    }
    assert said["clips"]["others/squats.npz"]["pattern"]["moving"]["share"] == 1


def test_folders_of_one_name_are_told_apart_and_one_given_twice_counts_once(
    tmp_path: Path, capsys: Capture
) -> None:
    folders = [tmp_path / "a" / "clips", tmp_path / "b" / "clips"]
    for folder in folders:
        folder.mkdir(parents=True)
        recording.write(folder / "one.npz", [pose(0.0, STANDING)])
        label(folder, file="one.npz", reps=0)
    said = evaluated(capsys, *folders, folders[0])
    assert set(said["folders"]) == {"a/clips", "b/clips"}
    assert said["card"]["clips"] == 2


def test_people_read_a_table_of_a_hundred_columns(
    tmp_path: Path, people: Path, capsys: Capture
) -> None:
    others = []
    for name in ("a_folder_with_quite_a_long_name", "b", "c", "d"):
        folder = tmp_path / name
        folder.mkdir()
        recording.write(folder / "nobody_bends.npz", [pose(0.0, STANDING)])
        label(folder, file="nobody_bends.npz", view="side", reps=0)
        others.append(folder)
    code, out, _ = run(capsys, "evaluate", people, *others, "--per-clip", "--peers")
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "100 % of 6" in out
    assert re.search(r"^rounded.npz .* rounded( start| late)? \(rounded\)$", out, re.MULTILINE)
    assert "this checker" in out
    assert "nan" not in out.lower()
    assert "None" not in out


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ('[[clip]]\nfile = "x.npz"\nview = "above"\n', "0.view"),
        ('[[clip]]\nfile = "x.npz"\nreps = -1\n', "0.reps"),
        ('[[clip]]\nfile = "x.npz"\n', "x.npz: cannot be read"),
        ('[[clip]]\nfile = "x.npz"\ntruth = "labels.toml"\n', "not a rendered clip's truth"),
        ("[[clip]\n", "not valid TOML"),
        (None, "labels.toml: cannot be read"),
    ],
)
def test_labels_that_make_no_sense_are_refused_in_one_sentence(
    tmp_path: Path, capsys: Capture, labels: str | None, sentence: str
) -> None:
    if labels is not None:
        (tmp_path / "labels.toml").write_text(labels)
    code, out, err = run(capsys, "evaluate", tmp_path)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
