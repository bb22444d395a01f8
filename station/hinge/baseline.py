"""The member's own standing, taken silently: what every change is measured against."""

from collections import deque
from dataclasses import dataclass
from statistics import median, pstdev

from station.hinge.back import Shape
from station.hinge.verdict import Angles

STILL_S = 1.0
"""Length of the still stretch that makes a baseline, seconds."""

STILL_DEG = 2.5
"""Largest standard deviation of trunk and hip flexion in it, degrees."""

UPRIGHT_TRUNK = 20.0
UPRIGHT_HIP = 25.0
UPRIGHT_KNEE = 30.0
"""Beyond these absolute angles nobody is called standing (estimators are off by up to 10°)."""


ZERO = Angles(0.0, 0.0, 0.0, 0.0, None, 0.0)
"""Stands in for a standing that was never seen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Medians over a still, upright stretch; `back` None where no contour could be told."""

    angles: Angles
    back: Shape | None


class Baseline:
    """Feeds on trusted frames; `standing` is None until there was a still stretch."""

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self._window: deque[tuple[float, Angles, Shape | None]] = deque()

    def update(self, t: float, angles: Angles, back: Shape | None) -> None:
        """Take in one trusted frame of time `t`, seconds."""
        if (
            abs(angles.trunk) > UPRIGHT_TRUNK
            or abs(angles.hip_flexion) > UPRIGHT_HIP
            or abs(angles.knee_flexion) > UPRIGHT_KNEE
        ):
            self.interrupt()
            return
        self._window.append((t, angles, back))
        while t - self._window[0][0] > STILL_S * 1.2:
            self._window.popleft()
        if t - self._window[0][0] < STILL_S * 0.95 or len(self._window) < 6:
            return
        seen = [a for _, a, _ in self._window]
        if (
            pstdev(a.trunk for a in seen) > STILL_DEG
            or pstdev(a.hip_flexion for a in seen) > STILL_DEG
        ):
            return
        shapes = [s for _, _, s in self._window if s is not None]
        self.standing = Standing(median_angles(seen), _median_shape(shapes, len(self._window)))

    def interrupt(self) -> None:
        """The stretch is broken: moving, or not to be trusted."""
        self._window.clear()


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


def _median_shape(shapes: list[Shape], frames: int) -> Shape | None:
    if len(shapes) < frames / 2:
        return None
    return Shape(
        mean=median(s.mean for s in shapes),
        low=median(s.low for s in shapes),
        high=median(s.high for s in shapes),
        long=None,
        hunch=None,
        points=shapes[-1].points,
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
