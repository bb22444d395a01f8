"""Stories of members in front of the checker."""

from collections.abc import Iterable

import numpy as np
import pytest

from station import exercises
from station.hinge import Checker, Summary
from station.vision import Pose
from tests.people import (
    HINGE,
    ROUNDED,
    SHALLOW,
    SQUAT,
    STANDING,
    Camera,
    Posture,
    Scene,
    nobody,
    pose,
    standing,
)

EXERCISE = exercises.load("hinge")


def check(poses: Iterable[Pose]) -> Summary:
    checker = Checker(EXERCISE)
    for each in poses:
        checker.update(each)
    return checker.finish()


def kinds(summary: Summary) -> list[str]:
    return [rep.kind for rep in summary.reps]


def verdicts(summary: Summary) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(r.kind, r.pattern, r.back.verdict, r.faults) for r in summary.reps]


def test_three_good_hinges_are_three_clean_reps() -> None:
    summary = check(standing().bend(HINGE).bend(HINGE).bend(HINGE).poses())
    assert kinds(summary) == ["rep"] * 3
    assert summary.clean == 3
    assert {rep.pattern for rep in summary.reps} == {"hinge"}
    assert summary.view.kind == "side"
    assert summary.view.facing == "right"


def test_the_bottom_is_measured_within_two_degrees() -> None:
    (rep,) = check(standing().bend(HINGE, hold=0.8).poses()).reps
    assert rep.angles.trunk == pytest.approx(75, abs=2)
    assert rep.angles.hip_flexion == pytest.approx(95, abs=2)
    assert rep.angles.knee_flexion == pytest.approx(20, abs=2)
    assert rep.angles.shin == pytest.approx(0, abs=2)
    assert rep.angles.hip_travel == pytest.approx(np.sin(np.radians(20)), abs=0.05)


def test_squatting_down_is_called_a_squat_and_told_to_send_the_hips_back() -> None:
    (rep,) = check(standing().bend(SQUAT).poses()).reps
    assert (rep.kind, rep.pattern, rep.clean) == ("rep", "squat", False)
    assert rep.faults[0] == "squatting"
    assert rep.cue == "Hips back, not down"


def test_a_rounded_back_is_the_first_thing_said() -> None:
    (rep,) = check(standing().bend(ROUNDED).poses()).reps
    assert rep.back.verdict == "rounded"
    assert rep.cue == "Reach back with your hips"


def test_rounding_only_near_the_bottom_is_told_to_stop_higher() -> None:
    halfway = Posture(trunk=50, knee=14)
    scene = standing().move(halfway, 1.0).move(ROUNDED, 0.5).hold(0.5).move(STANDING, 1.0)
    summary = check(scene.hold(0.5).poses())
    (rep,) = summary.reps
    assert (rep.back.verdict, rep.back.onset) == ("rounded", "late")
    assert summary.depth_deg == rep.back.depth_deg == pytest.approx(55, abs=5)
    assert rep.cue == "Stop a little higher"


def test_rounding_from_the_beginning_is_told_to_reach_back() -> None:
    (rep,) = check(standing().move(Posture(bulge=0.12), 0.5).bend(ROUNDED).poses()).reps
    assert (rep.back.verdict, rep.back.onset) == ("rounded", "start")
    assert rep.cue == "Reach back with your hips"


def test_the_drawn_back_turns_only_while_it_rounds() -> None:
    checker = Checker(EXERCISE)
    stream = standing().bend(HINGE).bend(ROUNDED).poses()
    rounding = [update.t for p in stream if (update := checker.update(p)).rounds]
    hinge, rounded = checker.finish().reps
    assert not [t for t in rounding if t <= hinge.end_s]
    assert any(abs(t - rounded.bottom_s) < 0.1 for t in rounding)


def test_what_counted_is_worked_on_not_what_could_not_be_trusted() -> None:
    squatting = Scene(steps=((SQUAT, 0.0),)).hold(0.5).move(STANDING, 1.0).hold(1.5)
    summary = check(squatting.bend(HINGE).poses())
    assert kinds(summary) == ["uncertain", "rep"]
    assert summary.work_on is None


def test_without_a_silhouette_the_back_cannot_be_told() -> None:
    (rep,) = check(standing(Camera(silhouette=False)).bend(ROUNDED).poses()).reps
    assert rep.back.verdict == "cannot_tell"
    assert rep.back.reason == "no_silhouette"
    assert "back_rounds" not in rep.faults


def test_a_shallow_bend_is_an_attempt_not_a_rep() -> None:
    summary = check(standing().bend(SHALLOW).poses())
    assert kinds(summary) == ["attempt"]
    assert summary.reps[0].faults == ("too_shallow",)


def test_a_stream_that_begins_bent_yields_an_uncertain_rep_and_then_counts() -> None:
    scene = Scene(steps=((HINGE, 0.0),)).hold(0.5).move(STANDING, 1.0).hold(1.0).bend(HINGE)
    summary = check(scene.poses())
    assert kinds(summary) == ["uncertain", "rep"]


def test_one_frame_of_a_bent_person_is_one_uncertain_rep() -> None:
    summary = check([pose(0.0, ROUNDED)])
    assert kinds(summary) == ["uncertain"]
    assert summary.reps[0].back.verdict == "rounded"
    assert summary.reps[0].back.onset is None


def test_a_spotter_walks_through_and_no_rep_is_counted() -> None:
    member = standing().bend(HINGE).hold(4.0)
    stream = []
    for each in member.poses():
        if 5.0 < each.t < 6.2:
            spotter = Camera(scale=380.0, ankle=(200.0 + 700 * (each.t - 5.0), 680.0))
            bent = Posture(trunk=30 + 30 * np.sin(12 * each.t), shin=20)
            stream.append(pose(each.t, bent, spotter))
        else:
            stream.append(each)
    summary = check(stream)
    assert kinds(summary) == ["rep"]
    assert summary.closed_s["another_person"] > 0.3


def test_seen_at_an_angle_reps_are_counted_not_judged_and_the_cue_says_turn() -> None:
    checker = Checker(EXERCISE)
    cues = [checker.update(p).cue for p in standing(Camera(yaw=45)).bend(HINGE).poses()]
    summary = checker.finish()
    assert kinds(summary) == ["rep"]
    (rep,) = summary.reps
    assert (rep.back.verdict, rep.back.reason) == ("cannot_tell", "oblique")
    assert (rep.faults, rep.clean) == ((), False)
    assert cues[-1] is not None
    assert cues[-1].name == "turn"
    assert summary.view.kind == "oblique"


def test_seen_from_the_front_nothing_is_counted() -> None:
    summary = check(standing(Camera(yaw=80)).bend(HINGE).bend(SQUAT).poses())
    assert not [kind for kind in kinds(summary) if kind != "uncertain"]
    assert summary.open_s == 0.0
    assert summary.view.kind == "front"


def test_cut_off_at_the_feet_the_member_is_asked_to_step_back() -> None:
    checker = Checker(EXERCISE)
    low = Camera(ankle=(640.0, 790.0))
    cues = [checker.update(p).cue for p in standing(low).poses()]
    assert cues[-1] is not None
    assert cues[-1].name == "out_of_frame"


def test_the_member_leaves_mid_bend_and_the_bend_is_uncertain() -> None:
    bent = list(standing().move(HINGE, 1.0).hold(0.5).poses())
    gone = [nobody(bent[-1].t + i / 30) for i in range(1, 120)]
    assert kinds(check([*bent, *gone])) == ["uncertain"]


@pytest.mark.parametrize(("fault", "cue"), [(SQUAT, "squatting"), (ROUNDED, "back_rounds")])
def test_a_fault_is_said_while_it_happens_not_only_afterwards(fault: Posture, cue: str) -> None:
    checker = Checker(EXERCISE)
    said = [u for p in standing().bend(fault).poses() if (u := checker.update(p)).cue is not None]
    (rep,) = checker.finish().reps
    assert {u.cue.name for u in said if u.cue is not None} == {cue}
    assert said[0].t <= rep.bottom_s


def test_a_fault_of_a_single_frame_is_not_said() -> None:
    stream = list(standing().bend(HINGE).poses())
    deep = len(stream) // 2
    stream[deep] = pose(stream[deep].t, ROUNDED)
    checker = Checker(EXERCISE)
    cues = [update.cue for p in stream if (update := checker.update(p)).cue is not None]
    assert {cue.name for cue in cues if cue is not None} == {"praise"}


def test_a_corrected_fault_is_praised() -> None:
    checker = Checker(EXERCISE)
    cues = {
        update.cue.text
        for p in standing().bend(SQUAT).bend(HINGE).poses()
        if (update := checker.update(p)).cue is not None
    }
    assert cues == {"Hips back, not down", "That is it"}
