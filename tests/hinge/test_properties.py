"""What must change nothing, and what must break nothing."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    transformed,
)

EXERCISE = exercises.load("hinge")
MIXED = standing(fps=20.0).bend(HINGE).bend(SQUAT).bend(ROUNDED).bend(SHALLOW)
STREAM = list(MIXED.poses())
BLIND = [replace(p, contour=None) for p in STREAM]
"""Without its silhouettes, which take most of the time: for what the back has no part in."""
Verdict = tuple[str, str, str, str, tuple[str, ...], bool, str | None]

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=5)


def check(poses: Iterable[Pose]) -> Summary:
    checker = Checker(EXERCISE)
    for each in poses:
        checker.update(each)
    return checker.finish()


def verdicts(summary: Summary) -> list[Verdict]:
    return [
        (r.kind, r.pattern, r.back.verdict, r.neck.verdict, r.faults, r.clean, r.cue)
        for r in summary.reps
    ]


AS_IT_IS = verdicts(check(STREAM))


def test_the_story_has_something_of_everything() -> None:
    assert [v[0] for v in AS_IT_IS] == ["rep", "rep", "rep", "attempt"]
    assert [v[1] for v in AS_IT_IS][:3] == ["hinge", "squat", "stoop"]
    assert [v[5] for v in AS_IT_IS] == [True, False, False, False]


def test_the_same_stream_gives_the_same_verdict_twice() -> None:
    assert check(STREAM) == check(STREAM)


# What changes nothing.


def test_mirrored_input_gives_the_mirrored_verdict() -> None:
    straight, mirrored = check(STREAM), check(transformed(STREAM, mirror=True))
    assert verdicts(mirrored) == AS_IT_IS
    assert (straight.view.facing, mirrored.view.facing) == ("right", "left")
    for there, here in zip(mirrored.reps, straight.reps, strict=True):
        assert there.angles.trunk == pytest.approx(here.angles.trunk, abs=0.1)
        assert there.balance == pytest.approx(here.balance, abs=0.01)
        assert there.angles.hip_travel == pytest.approx(here.angles.hip_travel, abs=0.01)


@quick
@given(st.floats(0.25, 3.0))
def test_the_size_of_the_picture_changes_nothing(scale: float) -> None:
    assert verdicts(check(transformed(STREAM, scale=scale))) == AS_IT_IS


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (1000, 1000), (1920, 720)])
def test_the_shape_of_the_picture_changes_nothing(size: tuple[int, int]) -> None:
    camera = Camera(size=size, ankle=(size[0] / 2, size[1] - 60.0))
    assert verdicts(check(replace(MIXED, camera=camera).poses())) == AS_IT_IS


@pytest.mark.parametrize("fps", [8.0, 10.0, 15.0, 24.0, 60.0])
def test_the_frame_rate_changes_nothing(fps: float) -> None:
    assert verdicts(check(replace(MIXED, fps=fps).poses())) == AS_IT_IS


@quick
@given(st.sets(st.integers(0, len(STREAM) - 1), max_size=len(STREAM) // 4))
def test_dropped_frames_change_nothing(dropped: set[int]) -> None:
    kept = [p for i, p in enumerate(STREAM) if i not in dropped or i - 1 in dropped]
    assert verdicts(check(kept)) == AS_IT_IS


@quick
@given(st.integers(0, 2**32 - 1))
def test_jittering_timestamps_change_nothing(seed: int) -> None:
    jitter = np.random.default_rng(seed).uniform(-0.01, 0.01, len(STREAM))
    late = [replace(p, t=p.t + float(dt)) for p, dt in zip(STREAM, jitter, strict=True)]
    assert verdicts(check(late)) == AS_IT_IS


@pytest.mark.parametrize("start", [-5.0, 0.5, 86_400.0, 1.7e9])
def test_the_time_the_stream_starts_changes_nothing(start: float) -> None:
    late = check(replace(MIXED, start=start).poses())
    assert verdicts(late) == AS_IT_IS


@quick
@given(st.integers(0, 2**32 - 1))
def test_landmarks_that_tremble_change_no_count(seed: int) -> None:
    """3 pixels of a body of 450: what the landmarker does to people who hold still."""
    rng = np.random.default_rng(seed)
    noisy = []
    for p in BLIND:
        landmarks = p.landmarks.copy()
        landmarks[:, :2] += rng.normal(0, 1.5, (33, 2)).astype(np.float32)
        noisy.append(replace(p, landmarks=landmarks))
    assert [v[:2] for v in verdicts(check(noisy))] == [v[:2] for v in verdicts(check(BLIND))]


# What breaks nothing.


@quick
@given(st.integers(0, len(STREAM)))
def test_every_prefix_of_a_stream_is_safe(length: int) -> None:
    full, part = check(BLIND), check(BLIND[:length])
    done = [rep for rep in part.reps if rep.kind != "uncertain"]
    assert done == [rep for rep in full.reps if rep.kind != "uncertain"][: len(done)]
    assert len(part.reps) <= len(done) + 1


@quick
@given(st.integers(0, len(STREAM) - 1))
def test_every_suffix_of_a_stream_invents_nothing(start: int) -> None:
    part = check(BLIND[start:])
    assert part.count("rep") <= 3
    assert part.count("rep") + part.count("attempt") + part.count("uncertain") <= 4


def _nan(p: Pose, draw: st.DataObject) -> Pose:
    landmarks = p.landmarks.copy()
    landmarks[draw.draw(st.integers(0, 32))] = np.nan
    return replace(p, landmarks=landmarks)


def _fly(p: Pose, draw: st.DataObject) -> Pose:
    landmarks = p.landmarks.copy()
    where = draw.draw(st.sampled_from([-1e6, -200.0, 0.0, 300.0, 900.0, 1e6, 3e38]))
    landmarks[draw.draw(st.integers(0, 32)), :2] = where
    return replace(p, landmarks=landmarks)


def _zero(p: Pose, draw: st.DataObject) -> Pose:
    return replace(p, landmarks=np.zeros_like(p.landmarks))


def _contour(p: Pose, draw: st.DataObject) -> Pose:
    contour = p.contour
    if contour is None:
        return p
    edge = np.full_like(contour.left, draw.draw(st.sampled_from([np.nan, 0.0, 1e9, -50.0])))
    return replace(p, contour=replace(contour, left=edge, right=edge))


def _mask(p: Pose, draw: st.DataObject) -> Pose:
    return replace(p, contour=None)


def _back_in_time(p: Pose, draw: st.DataObject) -> Pose:
    return replace(p, t=p.t - draw.draw(st.sampled_from([0.0, 0.04, 1.0, 1e6])))


def _nobody(p: Pose, draw: st.DataObject) -> Pose:
    return nobody(p.t)


def _other(p: Pose, draw: st.DataObject) -> Pose:
    bent = Posture(trunk=draw.draw(st.sampled_from([0.0, 40.0, 80.0])), knee=20)
    return pose(p.t, bent, Camera(scale=420.0, ankle=(900.0, 690.0)))


HARMS: list[Callable[[Pose, st.DataObject], Pose]] = [
    _nan, _fly, _zero, _contour, _mask, _back_in_time, _nobody, _other,
]  # fmt: skip


def harmed(poses: Iterable[Pose], data: st.DataObject, share: int) -> list[Pose]:
    """About one frame in `share` comes to harm, in stretches of up to ten."""
    stream, left, harm = [], 0, HARMS[0]
    for p in poses:
        if left == 0 and data.draw(st.integers(0, share)) == 0:
            harm, left = data.draw(st.sampled_from(HARMS)), data.draw(st.integers(1, 10))
        stream.append(harm(p, data) if left else p)
        left = max(0, left - 1)
    return stream


STILL = replace(standing(), fps=20.0).hold(3.0)


@quick
@given(st.data())
def test_harm_to_somebody_who_stands_invents_no_bend(data: st.DataObject) -> None:
    summary = check(harmed(STILL.poses(), data, 12))
    assert summary.count("rep") + summary.count("attempt") == 0


@quick
@given(st.data())
def test_harm_to_a_set_never_raises_and_never_adds_a_rep(data: st.DataObject) -> None:
    assert check(harmed(STREAM, data, 30)).count("rep") <= 3


@pytest.mark.parametrize("fps", [1.0, 2.0, 4.0])
def test_a_few_frames_a_second_are_refused(fps: float) -> None:
    assert check(replace(MIXED, fps=fps).poses()).count("rep") == 0


@pytest.mark.parametrize("seed", [*range(4), 28, 46, 51, 57, 63, 156])
def test_a_machine_that_sees_few_frames_and_unevenly_breaks_nothing(seed: int) -> None:
    """A bend may end in a frame that is deeper than its bottom."""
    dice = random.Random(seed)
    scene = Scene().hold(1.0)
    for _ in range(3):
        bend = dice.choice((HINGE, SQUAT, ROUNDED, SHALLOW))
        scene = scene.bend(bend).hold(dice.uniform(0.1, 0.6))
    poses, rate = list(scene.poses()), dice.uniform(1.5, 5.0)
    seen, at = [], 0
    while at < len(poses):
        seen.append(poses[at])
        at += max(1, round(dice.uniform(0.5, 1.6) * 30 / rate))
    assert check(seen).count("rep") <= 3


@pytest.mark.parametrize("harm", HARMS[:-1], ids=lambda h: h.__name__.strip("_"))
@quick
@given(data=st.data())
def test_nothing_but_harm_is_nothing(
    harm: Callable[[Pose, st.DataObject], Pose], data: st.DataObject
) -> None:
    stream = [harm(p, data) for p in replace(STILL, fps=10.0).poses()]
    assert check(stream).count("rep") == 0


def test_no_frame_at_all_is_an_empty_set() -> None:
    summary = check([])
    assert (summary.reps, summary.duration_s, summary.view.kind) == ((), 0.0, "unknown")


def test_a_frame_of_any_posture_is_no_rep() -> None:
    for posture in (STANDING, HINGE, SQUAT, ROUNDED, SHALLOW):
        assert check([pose(0.0, posture)]).count("rep") == 0
    assert check(Scene().hold(0.0).poses()).count("rep") == 0
