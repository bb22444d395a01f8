"""What the trust gate lets through, and what it asks for."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import exercises
from station.hinge import INSTRUCTIONS, Checker, Gate
from station.hinge.angles import RIGHT_SIDE, joints
from station.hinge.gate import JUDGED_YAW, SIDE_YAW, TURN_BACK, TrustGate
from station.hinge.view import view_of
from station.vision import Pose
from tests.people import HINGE, STANDING, Camera, Posture, nobody, pose, standing

EXERCISE = exercises.load("hinge")


def gates(poses: Iterable[Pose]) -> list[Gate]:
    checker = Checker(EXERCISE)
    return [checker.update(each).gate for each in poses]


def asked(camera: Camera) -> str | None:
    """What somebody standing there is told in the end."""
    last = gates(standing(camera).poses())[-1]
    said = last.reason or last.advice
    return INSTRUCTIONS[said] if said is not None else None


def test_side_on_and_whole_nothing_is_asked() -> None:
    assert asked(Camera()) is None


@pytest.mark.parametrize(
    ("yaw", "said"),
    [
        (0, None),
        (12, None),
        (25, "Turn a little more to the side"),
        (45, "Turn to the side"),
        (85, "Turn to the side"),
    ],
)
def test_the_further_from_side_on_the_more_is_asked(yaw: float, said: str | None) -> None:
    assert asked(Camera(yaw=yaw)) == said
    assert asked(Camera(yaw=-yaw, facing="left")) == said


@pytest.mark.parametrize(
    ("yaw", "is_open", "is_judged"),
    [(10, True, True), (25, True, True), (45, True, False), (85, False, False)],
)
def test_first_form_is_not_judged_then_nothing_is_counted(
    yaw: float, is_open: bool, is_judged: bool
) -> None:
    last = gates(standing(Camera(yaw=yaw)).bend(HINGE).poses())[-1]
    assert (last.open, last.judged) == (is_open, is_judged)


@pytest.mark.parametrize("limit", [SIDE_YAW, JUDGED_YAW])
def test_on_the_edge_of_a_step_the_advice_does_not_flicker(limit: float) -> None:
    gate = TrustGate()
    said = [_asked_at(gate, i / 30, limit + (0.3 if i % 2 == 0 else -0.3)) for i in range(60)]
    assert len(set(said)) == 1
    assert _asked_at(gate, 2.0, limit - TURN_BACK - 0.1) != said[0]


def _asked_at(gate: TrustGate, t: float, yaw: float) -> str | None:
    figure = pose(t, STANDING)
    body = joints(figure.landmarks, RIGHT_SIDE, 1)
    return gate.update(t, figure.size, figure.landmarks, body, view_of(yaw, 1)).advice


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        (Camera(ankle=(640, 790)), "Step back"),  # feet cut off
        (Camera(ankle=(640, 440)), "Step back"),  # head cut off
        (Camera(scale=600, ankle=(640, 900)), "Step back"),  # both
        (Camera(ankle=(-60, 640)), "Move to the middle"),
        (Camera(ankle=(1340, 640)), "Move to the middle"),
        (Camera(scale=720, size=(400, 1280), ankle=(430, 1240)), "Step back"),  # fills the picture
        (Camera(scale=40, ankle=(640, 500)), "Step closer"),
    ],
)
def test_what_is_asked_brings_the_whole_body_into_the_picture(camera: Camera, said: str) -> None:
    assert asked(camera) == said


def test_nobody_there_is_asked_in() -> None:
    last = gates(nobody(i / 30) for i in range(30))[-1]
    assert last.reason is not None
    assert INSTRUCTIONS[last.reason] == "Step into the picture"


def test_walking_in_the_gate_opens_only_when_one_stands_still() -> None:
    stream = [pose(i / 30, Posture(x=min(0.0, i / 30 - 2.0))) for i in range(120)]
    seen = gates(stream)
    on_foot = [gate.reason for p, gate in zip(stream, seen, strict=True) if 0.5 < p.t < 1.9]
    assert set(on_foot) == {"moving"}
    assert seen[-1].open


@pytest.mark.parametrize("fps", [8.0, 12.0, 60.0])
def test_eight_frames_a_second_are_enough(fps: float) -> None:
    seen = gates(replace(standing().bend(HINGE), fps=fps).poses())
    assert all(gate.open for gate in seen)


def test_two_lost_frames_in_a_row_at_eight_a_second_are_enough() -> None:
    stream = list(replace(standing().bend(HINGE), fps=8.0).poses())
    assert all(gate.open for gate in gates(p for i, p in enumerate(stream) if i % 7 not in (3, 4)))


@pytest.mark.parametrize("fps", [1.0, 2.0, 5.0])
def test_a_slow_camera_is_refused_from_its_second_frames_on(fps: float) -> None:
    seen = gates(replace(standing().bend(HINGE), fps=fps).poses())
    assert {gate.reason for gate in seen[4:]} == {"slow"}


def test_a_stall_closes_the_gate_for_the_frame_after_it() -> None:
    stream = list(standing().bend(HINGE).poses())
    seen = gates([*stream[:75], *stream[100:]])
    assert [gate.reason for gate in seen if not gate.open] == ["slow"]


@pytest.mark.parametrize("joint", [12, 24, 26])
def test_a_landmark_that_flies_off_closes_the_gate_only_while_it_is_away(joint: int) -> None:
    stream = list(standing().poses())
    landmarks = stream[30].landmarks.copy()
    landmarks[joint, :2] += 260
    stream[30] = replace(stream[30], landmarks=landmarks)
    seen = gates(stream)
    assert [i for i, gate in enumerate(seen) if not gate.open] == [30]
    assert seen[30].reason in {"implausible", "another_person"}


def test_seen_at_an_angle_a_bent_trunk_is_short_and_still_plausible() -> None:
    seen = gates(standing(Camera(yaw=55)).bend(HINGE).bend(HINGE).poses())
    assert all(gate.open for gate in seen)


HARMS = ["none", "nan", "fly", "back", "zero", "nobody", "other", "stall", "tiny", "huge"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(HARMS), min_size=20, max_size=60), st.floats(-1e6, 1e6))
def test_every_frame_gets_a_gate_and_every_closed_one_an_instruction(
    harms: list[str], where: float
) -> None:
    checker, t = Checker(EXERCISE), 0.0
    for i, harm in enumerate(harms):
        t += 2.0 if harm == "stall" else -1.0 if harm == "back" else 1 / 30
        figure = pose(t, Posture(trunk=i % 80), Camera(yaw=i % 95, scale=200 + i % 200))
        landmarks = figure.landmarks.copy()
        if harm == "nan":
            landmarks[i % 33] = np.nan
        elif harm == "fly":
            landmarks[i % 33, :3] = where
        elif harm == "zero":
            landmarks[:] = 0
        elif harm == "other":
            landmarks[:, 0] += 300
        elif harm in ("tiny", "huge"):
            landmarks[:, :3] *= 1e-9 if harm == "tiny" else 1e9
        gone = harm == "nobody"
        gate = checker.update(nobody(t) if gone else replace(figure, landmarks=landmarks)).gate
        assert gate.reason is None or INSTRUCTIONS[gate.reason]
        assert gate.advice is None or INSTRUCTIONS[gate.advice]
        assert not (gate.reason and gate.advice)
