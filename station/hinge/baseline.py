"""The member's own standing, taken silently: what every change is measured against."""

import math
from collections import deque
from dataclasses import dataclass, replace
from statistics import median, pstdev

from station.hinge.back import Shape
from station.hinge.verdict import Angles

STILL_S = 1.0
"""Length of the still stretch that makes a baseline, seconds."""

STILL_DEG = 2.5
"""Largest standard deviation of trunk and hip flexion in it, degrees."""

STILL_PLACE = 0.05
"""Largest standard deviation of the hips' place in it, thigh lengths: who sways by 4 cm, steps or
walks does not stand."""

STILL_BACK = 0.012
"""Largest standard deviation of the back's mean deviation, torso lengths: beyond, arms move before
the back and its standing shape is unknown (still people: 0.002 to 0.006)."""

GLIMPSE_S = 0.3
GLIMPSE_FRAMES = 4
GLIMPSE_DEG = 1.5
"""A shorter stretch, calmer than a full one, makes a provisional baseline."""

MOVED_DEG = 8.0
MOVED_S = 3.0
"""A standing so different from the one before must be held longer to be believed: it may be a rest
on the way up."""

UPRIGHT_TRUNK = 20.0
UPRIGHT_HIP = 25.0
UPRIGHT_KNEE = 30.0
"""Beyond these absolute angles nobody is called standing (estimators are off by up to 10°)."""

RETAKE_S = 0.2
"""Medians are taken again at most so often."""

ZERO = Angles(0.0, 0.0, 0.0, 0.0, None, 0.0)
"""Stands in for a standing that was never seen."""

NOMINAL: dict[str, Angles] = {
    "standing": ZERO,
    "seated": Angles(0.0, 85.0, 85.0, 0.0, None, 0.0),
}
"""The same by posture: sitting on the front half of a chair, knees over ankles."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Medians over a still, upright stretch; `back` None where no contour could be told.

    `provisional`: the stretch was shorter than STILL_S, so that the offsets it gives are good to
    count and to compare by, while single slow sways are not averaged out.
    """

    angles: Angles
    back: Shape | None
    provisional: bool = False
    head: float | None = None
    """How far the head is tilted back against the trunk, degrees."""


@dataclass(frozen=True, slots=True)
class _Seen:
    t: float
    angles: Angles
    back: Shape | None
    place: float
    head: float | None


class Baseline:
    """Feeds on trusted frames; `standing` is None until there was a still stretch."""

    def __init__(self, posture: str = "standing") -> None:
        self.standing: Standing | None = None
        self._posture = posture
        self._window: deque[_Seen] = deque()
        self._trunk, self._hip, self._place = _Spread(), _Spread(), _Spread()
        self._still_since: float | None = None
        self._taken_t: float | None = None

    def update(
        self,
        t: float,
        angles: Angles,
        back: Shape | None,
        place: float = 0.0,
        thigh: float = 1.0,
        head: float | None = None,
    ) -> None:
        """Take in one trusted frame of time `t`, seconds; `place` is the hips' x and `thigh` the
        thigh's length, pixels."""
        if not self._upright(angles):
            self.interrupt()
            return
        self._push(_Seen(t, angles, back, place, head))
        if self._place.deviation > STILL_PLACE * max(thigh, 1.0):
            self._still_since = None
            return
        span = t - self._window[0].t
        least = GLIMPSE_DEG if span < STILL_S * 0.95 else STILL_DEG
        if max(self._trunk.deviation, self._hip.deviation) > least:
            self._still_since = None
            return
        if self._still_since is None:
            self._still_since = self._window[0].t
        full = span >= STILL_S * 0.95 and len(self._window) >= 6
        glimpse = span >= GLIMPSE_S * 0.95 and len(self._window) >= GLIMPSE_FRAMES
        settled = self.standing is not None and not self.standing.provisional
        recent = self._taken_t is not None and 0 <= t - self._taken_t < RETAKE_S
        if full and not (settled and recent):
            self._take(t, provisional=False)
        elif glimpse and not settled and not recent:
            self._take(t, provisional=True)

    def interrupt(self) -> None:
        """The stretch is broken: moving, or not to be trusted."""
        if self._window:
            self._window.clear()
            self._trunk, self._hip, self._place = _Spread(), _Spread(), _Spread()
        self._still_since = None

    def _upright(self, angles: Angles) -> bool:
        nominal = NOMINAL[self._posture]
        return (
            abs(angles.trunk) <= UPRIGHT_TRUNK
            and abs(angles.hip_flexion - nominal.hip_flexion) <= UPRIGHT_HIP
            and abs(angles.knee_flexion - nominal.knee_flexion) <= UPRIGHT_KNEE
        )

    def _push(self, seen: _Seen) -> None:
        self._window.append(seen)
        self._trunk.add(seen.angles.trunk)
        self._hip.add(seen.angles.hip_flexion)
        self._place.add(seen.place)
        while seen.t - self._window[0].t > STILL_S * 1.2:
            old = self._window.popleft()
            self._trunk.drop(old.angles.trunk)
            self._hip.drop(old.angles.hip_flexion)
            self._place.drop(old.place)

    def _take(self, t: float, *, provisional: bool) -> None:
        found = median_angles([seen.angles for seen in self._window])
        before = self.standing
        if before is not None and not before.provisional and self._still_since is not None:
            gap = max(
                abs(found.trunk - before.angles.trunk),
                abs(found.hip_flexion - before.angles.hip_flexion),
            )
            if gap > MOVED_DEG and t - self._still_since < MOVED_S:
                return
        self._taken_t = t
        back = _median_shape([seen.back for seen in self._window])
        if back is None and before is not None and not before.provisional:
            back = before.back
        heads = [seen.head for seen in self._window if seen.head is not None]
        head = median(heads) if 2 * len(heads) >= len(self._window) else None
        self.standing = Standing(found, back, provisional, head)


class _Spread:
    """Standard deviation of a sliding window, kept up at a constant cost."""

    def __init__(self) -> None:
        self._n = 0
        self._sum = 0.0
        self._squares = 0.0

    def add(self, value: float) -> None:
        self._n += 1
        self._sum += value
        self._squares += value * value

    def drop(self, value: float) -> None:
        self._n -= 1
        self._sum -= value
        self._squares -= value * value

    @property
    def deviation(self) -> float:
        mean = self._sum / self._n
        return math.sqrt(max(0.0, self._squares / self._n - mean * mean))


def median_angles(seen: list[Angles]) -> Angles:
    """Angle by angle; neck and hip travel over the frames that have them."""
    necks = [a.neck for a in seen if a.neck is not None]
    travels = [a.hip_travel for a in seen if a.hip_travel is not None]
    return Angles(
        trunk=median(a.trunk for a in seen),
        hip_flexion=median(a.hip_flexion for a in seen),
        knee_flexion=median(a.knee_flexion for a in seen),
        shin=median(a.shin for a in seen),
        neck=median(necks) if necks else None,
        hip_travel=median(travels) if travels else None,
    )


def _median_shape(seen: list[Shape | None]) -> Shape | None:
    shapes = [shape for shape in seen if shape is not None]
    if len(shapes) < max(1, len(seen) / 2) or pstdev(s.mean for s in shapes) > STILL_BACK:
        return None
    return replace(
        shapes[-1],
        mean=median(s.mean for s in shapes),
        low=median(s.low for s in shapes),
        high=median(s.high for s in shapes),
    )


def against(angles: Angles, base: Angles) -> Angles:
    """`angles` as a change from `base`; hip travel already is one."""
    neck = None
    if angles.neck is not None and base.neck is not None:
        neck = angles.neck - base.neck
    return Angles(
        trunk=angles.trunk - base.trunk,
        hip_flexion=angles.hip_flexion - base.hip_flexion,
        knee_flexion=angles.knee_flexion - base.knee_flexion,
        shin=angles.shin - base.shin,
        neck=neck,
        hip_travel=angles.hip_travel,
    )
