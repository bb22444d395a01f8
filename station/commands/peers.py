"""What rules common in public form checkers would have said of the same poses.

Each rule is a short function written from its description, in its best reading: angles in pixels
(not in normalised coordinates), on the body side nearer to the camera, back rules asked only at the
bottom of a bend, and by majority over a fifth of a second, so that one bad frame decides nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from station.hinge import Rep
from station.vision import Pose

EAR, SHOULDER, HIP, KNEE = range(4)
SIDES = ((7, 11, 23, 25), (8, 12, 24, 26))
"""BlazePose indices of ear, shoulder, hip and knee, left and right."""

Body = NDArray[np.float32]
"""[4, 2] pixels: ear, shoulder, hip, knee of one side."""

AT_BOTTOM_S = 0.1
"""A back rule is asked in the frames so near to the bottom of a bend, seconds."""

UPRIGHT = 165.0
"""Hip angle of a person who stands, degrees, for the rule that needs a standing length."""


def angle(a: Body, at: Body, b: Body) -> float:
    """The angle a–at–b, degrees, 0 … 180."""
    u, v = np.subtract(a, at), np.subtract(b, at)
    cross, dot = float(u[0] * v[1] - u[1] * v[0]), float(u @ v)
    return float(np.degrees(np.arctan2(abs(cross), dot)))


def hip_angle(body: Body) -> float:
    """Shoulder–hip–knee, degrees: 180 standing straight."""
    return angle(body[SHOULDER], body[HIP], body[KNEE])


def trunk_length(body: Body) -> float:
    """Shoulder to hip, pixels."""
    return float(np.linalg.norm(body[SHOULDER] - body[HIP]))


def by_hip_angle(body: Body, standing: float | None) -> bool | None:
    """Rounded when shoulder–hip–knee < 160°. That is hip flexion: it ignores the spine, and every
    hinge bends the hips."""
    return hip_angle(body) < 160


def by_shortening(body: Body, standing: float | None) -> bool | None:
    """Rounded when shoulder to hip is < 0.8 of standing. It ignores that a back rounds long before
    its ends come so near, that shoulders move, and that a turn shortens too; needs a standing."""
    return None if standing is None else trunk_length(body) < 0.8 * standing


def by_neck(body: Body, standing: float | None) -> bool | None:
    """Rounded when ear–shoulder–hip < 150°. It ignores that the neck can do this by itself."""
    return angle(body[EAR], body[SHOULDER], body[HIP]) < 150


def crossings(angles: list[float], threshold: float) -> int:
    """Reps by one threshold on shoulder–hip–knee: below it and back above is one. It ignores depth
    and duration, has no hysteresis against noise, and takes walking or sitting for a rep."""
    count, below, seen_above = 0, False, False
    for value in angles:
        if value >= threshold:
            count += below and seen_above
            below, seen_above = False, True
        else:
            below = True
    return count


BACK_RULES: dict[str, Callable[[Body, float | None], bool | None]] = {
    "angle(shoulder, hip, knee) < 160°": by_hip_angle,
    "shoulder to hip < 0.8 of standing": by_shortening,
    "angle(ear, shoulder, hip) < 150°": by_neck,
}
COUNT_RULES = {
    "hip angle under 165° and back": 165.0,
    "hip angle under 90° and back": 90.0,
}


@dataclass(frozen=True)
class Opinions:
    """Rule → what it says of one clip: "rounded", "flat" or "cannot_tell"; how many reps."""

    backs: dict[str, str]
    counts: dict[str, int]


class Peers:
    """Watches a clip's poses while it is checked, then answers for every rule."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._sides: list[NDArray[np.float32]] = []
        self._nearness = 0.0

    def watch(self, pose: Pose, _: object) -> None:
        """Keep the joints of both sides of one frame; a frame without anybody is left out."""
        if not np.isfinite(pose.landmarks[:, :3]).all():
            return
        self._times.append(pose.t)
        self._sides.append(pose.landmarks[np.array(SIDES), :2])
        left, right = (float(pose.landmarks[list(side), 2].sum()) for side in SIDES)
        self._nearness += right - left

    def opinions(self, reps: list[Rep]) -> Opinions:
        """What each rule says, the back rules at the bottom of `reps` (without any: where the hips
        bend most)."""
        near = 0 if self._nearness >= 0 else 1
        bodies = [sides[near] for sides in self._sides]
        hips = [hip_angle(body) for body in bodies]
        upright = [trunk_length(b) for b, hip in zip(bodies, hips, strict=True) if hip > UPRIGHT]
        standing = median(upright) if upright else None
        moments = [rep.bottom_s for rep in reps]
        if not moments and hips:
            moments = [self._times[hips.index(min(hips))]]
        return Opinions(
            backs={
                name: _most(
                    [
                        _most([_word(rule(b, standing)) for b in self._around(bodies, moment)])
                        for moment in moments
                    ]
                )
                for name, rule in BACK_RULES.items()
            },
            counts={name: crossings(hips, limit) for name, limit in COUNT_RULES.items()},
        )

    def _around(self, bodies: list[Body], moment: float) -> list[Body]:
        return [
            body
            for t, body in zip(self._times, bodies, strict=True)
            if abs(t - moment) <= AT_BOTTOM_S
        ]


def _word(rounded: bool | None) -> str:
    return "cannot_tell" if rounded is None else "rounded" if rounded else "flat"


def _most(words: list[str]) -> str:
    told = [word for word in words if word != "cannot_tell"]
    if not told:
        return "cannot_tell"
    return "rounded" if told.count("rounded") * 2 > len(told) else "flat"
