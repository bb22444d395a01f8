"""The common rules say what their descriptions say."""

from collections.abc import Iterable

import numpy as np
import pytest

from station import exercises
from station.commands.peers import (
    HIP,
    KNEE,
    SHOULDER,
    Opinions,
    Peers,
    by_hip_angle,
    by_neck,
    by_shortening,
    crossings,
    hip_angle,
    trunk_length,
)
from station.hinge import Checker
from station.vision import Pose
from tests.people import HINGE, ROUNDED, STANDING, Camera, Posture, Scene, pose, standing


def asked(poses: Iterable[Pose]) -> Opinions:
    checker, peers = Checker(exercises.load("hinge")), Peers()
    for each in poses:
        peers.watch(each, checker.update(each))
    return peers.opinions(list(checker.finish().reps))


def body(posture: Posture) -> np.ndarray:
    return pose(0.0, posture).landmarks[[8, 12, 24, 26], :2]


def test_the_hip_angle_is_one_of_pixels_and_knows_no_side() -> None:
    assert hip_angle(body(STANDING)) == pytest.approx(180, abs=0.5)
    assert hip_angle(body(HINGE)) == pytest.approx(180 - 95, abs=0.5)
    mirrored = body(HINGE) * np.array([-1, 1], np.float32)
    assert hip_angle(mirrored) == pytest.approx(hip_angle(body(HINGE)))


def test_the_hip_rule_calls_a_flat_back_rounded_because_it_measures_the_hips() -> None:
    assert by_hip_angle(body(HINGE), None)
    assert not by_hip_angle(body(STANDING), None)


def test_the_shortening_rule_needs_a_standing_length() -> None:
    bent = body(ROUNDED)
    assert by_shortening(bent, None) is None
    assert by_shortening(bent, trunk_length(bent)) is False
    bent[SHOULDER] = bent[HIP] + 0.7 * (bent[SHOULDER] - bent[HIP])
    assert by_shortening(bent, trunk_length(body(STANDING))) is True


def test_the_neck_rule_follows_the_head_not_the_back() -> None:
    assert not by_neck(body(HINGE), None)
    assert not by_neck(body(ROUNDED), None)
    assert by_neck(body(Posture(trunk=75, knee=20, neck=-50)), None)
    assert KNEE == 3


@pytest.mark.parametrize(
    ("angles", "count"),
    [
        ([180, 120, 180, 120, 180], 2),
        ([180, 120, 180, 120], 1),
        ([120, 180], 0),
        ([170, 164, 166, 164, 170], 2),
        ([], 0),
    ],
)
def test_one_threshold_counts_every_time_it_is_crossed_and_back(
    angles: list[float], count: int
) -> None:
    assert crossings(angles, 165.0) == count


@pytest.mark.parametrize("facing", ["left", "right"])
def test_whole_clips_are_answered_at_the_bottom_of_their_bends(facing: str) -> None:
    said = asked(standing(Camera(facing=facing)).bend(HINGE).bend(HINGE).poses())
    assert list(said.backs.values()) == ["rounded", "flat", "flat"]
    assert list(said.counts.values()) == [2, 2]


def test_the_deep_threshold_misses_a_bend_that_stays_above_it() -> None:
    said = asked(standing().bend(Posture(trunk=60, knee=15)).bend(HINGE).poses())
    assert list(said.counts.values()) == [2, 1]


def test_a_photograph_has_no_standing_length() -> None:
    said = asked(Scene(steps=((HINGE, 0.0),)).poses())
    assert list(said.backs.values()) == ["rounded", "cannot_tell", "flat"]
    assert list(said.counts.values()) == [0, 0]


def test_frames_without_anybody_are_left_out() -> None:
    empty = pose(0.0, STANDING)
    empty.landmarks[:] = np.nan
    assert asked([empty]) == Opinions(
        backs=dict.fromkeys(asked([empty]).backs, "cannot_tell"),
        counts=dict.fromkeys(asked([empty]).counts, 0),
    )
