"""Facing the camera: stance, toes, knees, shoulders, pelvis and head, before a set or during one.

The checker itself looks from the side and closes its gate to this view. What no camera sees, such
as glutes or a brace, is not here: it stands in the exercise's `phases.felt` and is only said.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge import landmarks as lm
from station.hinge.exercise import Exercise, Front, FrontName
from station.hinge.frame import Pose
from station.hinge.gate import INSTRUCTIONS
from station.hinge.verdict import Cue
from station.hinge.view import ViewEstimator

PointVerdict = Literal["good", "fix", "cannot_tell"]

WINDOW_S = 1.0
"""Each value is the median over so many seconds. Standing still, frames scatter by 0.1 to 0.6°
and 0.01 of a width on rendered people; a step or a turn scatters more and is over sooner."""

MIN_SHARE = 0.5
"""Share of the window's length, and of its frames, that must have shown the value."""

DWELL_S = 0.4
"""A verdict changes only after another has held for so long."""

MIN_VISIBILITY = 0.5
"""Below, the model guesses where the point is."""

FOOT_SHOULDERS = 0.51
"""Heel to toe over the width between the shoulders: 0.36 (0.25 to 0.42 on real and rendered people
seen from the side) over 0.70 torso lengths (rendered people facing the camera). The depth of the
toes cannot be used: the model puts them a whole torso in front of the heel."""

CUES: Mapping[str, str] = {
    "face": "Face the screen",
    "stance_narrow": "Feet a little wider",
    "stance_wide": "Feet a little closer",
    "toes": "Toes forward",
    "knees": "Push your knees out",
    "shoulders": "Level your shoulders",
    "pelvis": "Lift the dropping hip",
    "head": "Head straight up",
}
"""Name → what to do, English msgids."""

_Value = tuple[float, ...]
_Points = list[list[float]]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing checked. `values` is empty where it cannot be told; see `measures`."""

    name: FrontName
    verdict: PointVerdict
    values: _Value = ()


@dataclass(frozen=True, slots=True)
class FrontReport:
    """What is seen at time `t`, seconds: points in the exercise's order of priority and the one
    cue to say first. `ready`: everything that could be told is good, and something could."""

    t: float
    facing: bool
    points: tuple[Point, ...]
    cue: Cue | None
    ready: bool


class FrontCheck:
    """Feed it every pose while the member faces the camera.

    `live`: during the set, only what the exercise wants checked then.
    """

    def __init__(self, exercise: Exercise, *, live: bool = False) -> None:
        self._front = exercise.front
        self._names = exercise.front.live if live else exercise.front.checks
        self._view = ViewEstimator()
        self._window: deque[tuple[float, dict[FrontName, _Value]]] = deque()
        self._held: dict[FrontName, PointVerdict] = {}
        self._other_since: dict[FrontName, tuple[PointVerdict, float]] = {}
        self._report: FrontReport | None = None

    def update(self, pose: Pose) -> FrontReport:
        """Take in the next frame. A frame whose time does not grow is passed over."""
        if self._report is None or pose.t > self._report.t:
            self._report = self._look(pose)
        return self._report

    def _look(self, pose: Pose) -> FrontReport:
        t, landmarks = pose.t, pose.landmarks
        if not np.isfinite(landmarks[:, :3]).all():
            return self._nothing(t, Cue("nobody", INSTRUCTIONS["nobody"]))
        self._view.update(t, landmarks)
        if self._view.view.kind != "front" or not _faces(landmarks):
            return self._nothing(t, Cue("face", CUES["face"]))
        self._window.append((t, measures(pose.size, landmarks)))
        while t - self._window[0][0] > WINDOW_S:
            self._window.popleft()
        points = tuple(self._point(t, name) for name in self._names)
        cue = next((_cue(p, self._front) for p in points if p.verdict == "fix"), None)
        told = {point.verdict for point in points} - {"cannot_tell"}
        return FrontReport(t, True, points, cue, told == {"good"})

    def _nothing(self, t: float, cue: Cue) -> FrontReport:
        self._window.clear()
        self._held.clear()
        self._other_since.clear()
        points = tuple(Point(name, "cannot_tell") for name in self._names)
        return FrontReport(t, False, points, cue, False)

    def _point(self, t: float, name: FrontName) -> Point:
        seen = [(when, values[name]) for when, values in self._window if name in values]
        values: _Value = ()
        enough = seen and seen[-1][0] - seen[0][0] >= MIN_SHARE * WINDOW_S
        if enough and len(seen) >= MIN_SHARE * len(self._window):
            values = tuple(median(each) for each in zip(*(v for _, v in seen), strict=True))
        verdict: PointVerdict = "cannot_tell"
        if values:
            verdict = "good" if _LIMITS[name](values, self._front) else "fix"
        held = self._dwell(t, name, verdict)
        return Point(name, held, values if held != "cannot_tell" else ())

    def _dwell(self, t: float, name: FrontName, verdict: PointVerdict) -> PointVerdict:
        held = self._held.get(name, "cannot_tell")
        if verdict == held:
            self._other_since.pop(name, None)
            return held
        other, since = self._other_since.get(name, (verdict, t))
        if other != verdict:
            since = t
        self._other_since[name] = (verdict, since)
        if held != "cannot_tell" and t - since < DWELL_S:
            return held
        self._held[name] = verdict
        del self._other_since[name]
        return verdict


def measures(
    size: tuple[int, int], landmarks: NDArray[np.float32]
) -> dict[FrontName, tuple[float, ...]]:
    """The values of one frame of a person facing the camera; what cannot be seen is missing.

    `landmarks` [33, 4] finite, pixels, x right, y down; `size` (width, height) pixels.
    stance: distance of the ankles over that of the shoulders. toes: how far each foot, left and
    right, turns out, degrees. knees: distance of the knees over what it is with straight legs, so
    that it says the same in a narrow and in a wide stance; below 1 they cave in. shoulders, pelvis,
    head: slope of the line through shoulders, hips, ears, degrees, + with the left side lower.
    """
    seen: dict[FrontName, tuple[float, ...]] = {}
    at: _Points = landmarks.tolist()

    def shown(*points: int) -> bool:
        return all(
            0 <= at[p][0] <= size[0] and 0 <= at[p][1] <= size[1] and at[p][3] >= MIN_VISIBILITY
            for p in points
        )

    def apart(left: int, right: int) -> float:
        return at[left][0] - at[right][0]

    shoulders = apart(lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER)
    if shoulders <= 0 or not shown(lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER):
        return seen
    seen["shoulders"] = (_slope(at, lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER),)
    if shown(lm.LEFT_EAR, lm.RIGHT_EAR):
        seen["head"] = (_slope(at, lm.LEFT_EAR, lm.RIGHT_EAR),)
    if shown(lm.LEFT_HIP, lm.RIGHT_HIP):
        seen["pelvis"] = (_slope(at, lm.LEFT_HIP, lm.RIGHT_HIP),)
    if shown(lm.LEFT_ANKLE, lm.RIGHT_ANKLE):
        seen["stance"] = (apart(lm.LEFT_ANKLE, lm.RIGHT_ANKLE) / shoulders,)
        if shown(lm.LEFT_HIP, lm.RIGHT_HIP, lm.LEFT_KNEE, lm.RIGHT_KNEE):
            straight = _on_leg(at, lm.LEFT_HIP, lm.LEFT_KNEE, lm.LEFT_ANKLE) - _on_leg(
                at, lm.RIGHT_HIP, lm.RIGHT_KNEE, lm.RIGHT_ANKLE
            )
            if straight > 0:
                seen["knees"] = (apart(lm.LEFT_KNEE, lm.RIGHT_KNEE) / straight,)
    if shown(lm.LEFT_HEEL, lm.LEFT_TOE, lm.RIGHT_HEEL, lm.RIGHT_TOE):
        foot = FOOT_SHOULDERS * shoulders
        out = (apart(lm.LEFT_TOE, lm.LEFT_HEEL), apart(lm.RIGHT_HEEL, lm.RIGHT_TOE))
        seen["toes"] = tuple(math.degrees(math.asin(max(-1.0, min(1.0, o / foot)))) for o in out)
    return seen


def _faces(landmarks: NDArray[np.float32]) -> bool:
    """Facing, not turned away: the left side is on the right of the picture."""
    pairs = ((lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER), (lm.LEFT_HIP, lm.RIGHT_HIP))
    return all(landmarks[left, 0] > landmarks[right, 0] for left, right in pairs)


def _slope(at: _Points, left: int, right: int) -> float:
    across, down = at[left][0] - at[right][0], at[left][1] - at[right][1]
    return math.degrees(math.atan2(down, abs(across)))


def _on_leg(at: _Points, hip: int, knee: int, ankle: int) -> float:
    """Where the straight line from hip to ankle passes the height of the knee, x in pixels."""
    (hx, hy), (ax, ay) = at[hip][:2], at[ankle][:2]
    share = (at[knee][1] - hy) / (ay - hy) if ay != hy else 0.5
    return hx + share * (ax - hx)


_LIMITS: Mapping[FrontName, Callable[[_Value, Front], bool]] = {
    "stance": lambda v, front: front.stance_min <= v[0] <= front.stance_max,
    "toes": lambda v, front: max(map(abs, v)) <= front.toes_out,
    "knees": lambda v, front: v[0] >= front.knees_in,
    "shoulders": lambda v, front: abs(v[0]) <= front.shoulders_tilt,
    "pelvis": lambda v, front: abs(v[0]) <= front.pelvis_tilt,
    "head": lambda v, front: abs(v[0]) <= front.head_tilt,
}


def _cue(point: Point, front: Front) -> Cue:
    name: str = point.name
    if point.name == "stance":
        name = "stance_narrow" if point.values[0] < front.stance_min else "stance_wide"
    return Cue(name, CUES[name])
