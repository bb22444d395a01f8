"""Stories of members facing the camera."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from station import exercises
from station.hinge.front import DWELL_S, WINDOW_S, FrontCheck, FrontReport, Point
from station.vision import Pose
from tests.people import SIDE, STANDING, Camera, Posture, nobody, pose, transformed

HINGE = exercises.load("hinge")
WARRIOR = exercises.load("warrior")
FACING = Camera(yaw=90)
L_SHOULDER, L_HIP, L_KNEE, L_ANKLE, L_HEEL, L_TOE, L_EAR = 11, 23, 25, 27, 29, 31, 7
Change = Callable[[np.ndarray], None]


def set_up(landmarks: np.ndarray) -> None:
    """Feet as far apart as the shoulders, knees over the line from hip to ankle."""
    middle = SIDE.ankle[0]
    shoulder = landmarks[L_SHOULDER, 0] - middle
    for side, sign in ((0, 1), (1, -1)):
        landmarks[[L_ANKLE + side, L_HEEL + side, L_TOE + side], 0] = middle + sign * shoulder
    straighten(landmarks)


def straighten(landmarks: np.ndarray) -> None:
    """Knees onto the lines from hip to ankle."""
    for side in (0, 1):
        hip, ankle = landmarks[L_HIP + side], landmarks[L_ANKLE + side]
        share = (landmarks[L_KNEE + side, 1] - hip[1]) / (ankle[1] - hip[1])
        landmarks[L_KNEE + side, 0] = hip[0] + share * (ankle[0] - hip[0])


def apart(part: int, share: float) -> Change:
    """Move left and right of `part` to `share` of their distance."""

    def change(landmarks: np.ndarray) -> None:
        middle = landmarks[[part, part + 1], 0].mean()
        for index in (part, part + 1):
            landmarks[index, 0] = middle + share * (landmarks[index, 0] - middle)

    return change


def feet(share: float) -> Change:
    def change(landmarks: np.ndarray) -> None:
        for part in (L_ANKLE, L_HEEL, L_TOE):
            apart(part, share)(landmarks)
        straighten(landmarks)

    return change


def turned_out(left: float, right: float) -> Change:
    """Feet turned out by degrees; a foot is half as long as the shoulders are wide."""

    def change(landmarks: np.ndarray) -> None:
        foot = 0.51 * (landmarks[L_SHOULDER, 0] - landmarks[L_SHOULDER + 1, 0])
        landmarks[L_TOE, 0] = landmarks[L_HEEL, 0] + foot * np.sin(np.radians(left))
        landmarks[L_TOE + 1, 0] = landmarks[L_HEEL + 1, 0] - foot * np.sin(np.radians(right))

    return change


def lower_left(part: int, degrees: float) -> Change:
    def change(landmarks: np.ndarray) -> None:
        across = landmarks[part, 0] - landmarks[part + 1, 0]
        landmarks[part, 1] += across * np.tan(np.radians(degrees))

    return change


def still(
    *changes: Change, seconds: float = 2.0, start: float = 0.0, camera: Camera = FACING
) -> Iterator[Pose]:
    """Somebody well set up, but for `changes`."""
    for i in range(round(seconds * 30) + 1):
        seen = pose(start + i / 30, STANDING, camera)
        landmarks = seen.landmarks.copy()
        for change in (set_up, *changes):
            change(landmarks)
        yield replace(seen, landmarks=landmarks)


def watch(check: FrontCheck, poses: Iterator[Pose]) -> list[FrontReport]:
    return [check.update(p) for p in poses]


def last(*changes: Change) -> FrontReport:
    return watch(FrontCheck(HINGE), still(*changes))[-1]


def point(report: FrontReport, name: str) -> Point:
    return next(p for p in report.points if p.name == name)


def test_well_set_up_everything_is_good_and_nothing_is_said() -> None:
    report = last()
    assert {p.verdict for p in report.points} == {"good"}
    assert (report.ready, report.cue) == (True, None)
    assert point(report, "stance").values == pytest.approx([1.0], abs=0.02)
    assert point(report, "knees").values == pytest.approx([1.0], abs=0.02)


@pytest.mark.parametrize(
    ("change", "name", "text"),
    [
        (feet(0.55), "stance", "Feet a little wider"),
        (feet(1.6), "stance", "Feet a little closer"),
        (turned_out(40, 5), "toes", "Toes forward"),
        (turned_out(-35, -35), "toes", "Toes forward"),
        (apart(L_KNEE, 0.65), "knees", "Push your knees out"),
        (lower_left(L_SHOULDER, 12), "shoulders", "Level your shoulders"),
        (lower_left(L_EAR, -15), "head", "Head straight up"),
    ],
)
def test_what_is_amiss_is_told_in_one_cue(change: Change, name: str, text: str) -> None:
    report = last(change)
    assert {p.name for p in report.points if p.verdict == "fix"} == {name}
    assert report.cue is not None
    assert report.cue.text == text
    assert not report.ready


@pytest.mark.parametrize(
    "change",
    [feet(0.8), feet(1.3), turned_out(15, 18), apart(L_KNEE, 0.9), lower_left(L_SHOULDER, -4)],
)
def test_bodies_differ_and_are_left_alone(change: Change) -> None:
    assert last(change).ready


def test_each_foot_is_measured_for_itself() -> None:
    assert point(last(turned_out(10, 20)), "toes").values == pytest.approx([10, 20], abs=1)


def test_of_two_things_amiss_the_more_important_one_is_said() -> None:
    report = last(lower_left(L_SHOULDER, 12), feet(0.5))
    assert [p.name for p in report.points if p.verdict == "fix"] == ["stance", "shoulders"]
    assert report.cue is not None
    assert report.cue.name == "stance_narrow"


def test_knees_mean_the_same_in_a_narrow_stance() -> None:
    assert point(last(feet(0.75)), "knees").verdict == "good"
    assert point(last(feet(0.75), apart(L_KNEE, 0.65)), "knees").verdict == "fix"


def test_nothing_is_told_before_half_a_second_was_seen() -> None:
    reports = watch(FrontCheck(HINGE), still(feet(0.5), seconds=1.0))
    first = next(r for r in reports if r.points[0].verdict != "cannot_tell")
    assert first.t == pytest.approx(WINDOW_S / 2, abs=0.05)
    assert not reports[0].ready


def test_a_moment_changes_nothing_and_a_correction_is_seen_within_the_window() -> None:
    check = FrontCheck(HINGE)
    watch(check, still(seconds=2.0))
    stumble = watch(check, still(feet(0.5), seconds=0.4, start=2.1))
    assert all(r.ready for r in stumble)
    watch(check, still(feet(0.5), seconds=2.0, start=2.6))
    better = watch(check, still(seconds=2.0, start=4.7))
    assert not better[0].ready
    ready = next(r for r in better if r.ready)
    assert ready.t - 4.7 <= WINDOW_S / 2 + DWELL_S + 0.1


def test_side_on_or_turned_away_the_member_is_asked_to_face_the_screen() -> None:
    side = watch(FrontCheck(HINGE), still(camera=Camera(yaw=0)))[-1]
    away = watch(FrontCheck(HINGE), still(camera=Camera(yaw=-90)))[-1]
    for report in (side, away):
        assert not report.facing
        assert report.cue is not None
        assert report.cue.text == "Face the screen"
        assert {p.verdict for p in report.points} == {"cannot_tell"}


def test_feet_out_of_the_picture_cannot_be_told_and_the_rest_still_is() -> None:
    def cut_off(landmarks: np.ndarray) -> None:
        landmarks[[L_HEEL, L_HEEL + 1, L_TOE, L_TOE + 1], 1] = SIDE.size[1] + 20

    report = last(cut_off)
    assert point(report, "toes") == Point("toes", "cannot_tell")
    assert point(report, "stance").verdict == "good"


def test_what_the_model_guesses_cannot_be_told() -> None:
    def hidden(landmarks: np.ndarray) -> None:
        landmarks[[L_KNEE, L_KNEE + 1], 3] = 0.2

    assert point(last(hidden), "knees").verdict == "cannot_tell"


def test_nobody_and_broken_frames_are_safe() -> None:
    check = FrontCheck(HINGE)
    reports = watch(check, still(feet(0.5)))
    again = check.update(next(still()))
    assert again == reports[-1]
    gone = check.update(nobody(3.0))
    assert (gone.facing, gone.ready) == (False, False)
    assert gone.cue is not None
    assert gone.cue.name == "nobody"
    zero = replace(next(still(start=4.0)), landmarks=np.zeros((33, 4), np.float32))
    assert not check.update(zero).ready


def test_mirrored_the_verdicts_are_the_same_and_left_is_right() -> None:
    story = (turned_out(12, 3), lower_left(L_SHOULDER, 12))
    straight = last(*story)
    mirrored = watch(FrontCheck(HINGE), transformed(still(*story), mirror=True))[-1]
    assert [p.verdict for p in mirrored.points] == [p.verdict for p in straight.points]
    left, right = point(straight, "toes").values
    assert point(mirrored, "toes").values == pytest.approx([right, left], abs=0.1)
    (slope,) = point(straight, "shoulders").values
    assert point(mirrored, "shoulders").values == pytest.approx([-slope], abs=0.1)


def test_the_kickstand_has_its_feet_together_and_is_not_told_to_part_them() -> None:
    report = watch(FrontCheck(exercises.load("kickstand")), still(feet(0.3)))[-1]
    assert [p.name for p in report.points] == ["shoulders", "pelvis", "head"]
    assert report.ready


@pytest.mark.parametrize("degrees", [14, -14])
def test_a_pelvis_that_drops_in_the_warrior_hinge_is_a_cue_during_the_set(degrees: float) -> None:
    def tipped() -> Iterator[Pose]:
        for i in range(90):
            seen = pose(i / 30, Posture(trunk=min(75.0, i * 1.5), knee=25), FACING)
            landmarks = seen.landmarks.copy()
            if i > 45:
                lower_left(L_HIP, degrees)(landmarks)
            yield replace(seen, landmarks=landmarks)

    reports = watch(FrontCheck(WARRIOR, live=True), tipped())
    assert [p.name for p in reports[-1].points] == ["pelvis"]
    assert reports[40].ready
    assert reports[-1].cue is not None
    assert reports[-1].cue.text == "Lift the dropping hip"
    said = next(r.t for r in reports if r.cue is not None and r.cue.name == "pelvis")
    assert said - 46 / 30 <= WINDOW_S / 2 + DWELL_S + 0.1
