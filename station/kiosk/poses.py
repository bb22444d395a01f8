"""What the drawn figure can do besides a good hinge: pictures for choosing and for explaining.

Geometry only, in the same bones as `figure`: facing +x, y up, body height 1, floor y = 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.kiosk.figure import (
    ANKLE_HEIGHT,
    FAR_LEG,
    FOOT,
    FOREARM,
    HEAD_RADIUS,
    LANDMARKS,
    NECK,
    NOSE,
    SHIN,
    SIDE_LANDMARKS,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Figure,
    hinging,
)

Point = NDArray[np.float64]
Lines = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Posture:
    """Angles in degrees against the vertical, + = the upper end leans forward.

    `arm` is upper arm and forearm, + = the hand goes forward. `curve` is how far the back stands
    out in its middle, body heights. `free` is the other leg's thigh and shin, + = backward, None =
    it stands beside the near one.
    """

    shin: float = 0.0
    thigh: float = -22.0
    trunk: float = 75.0
    neck: float = 75.0
    arm: tuple[float, float] = (8.0, 16.0)
    curve: float = 0.012
    free: tuple[float, float] | None = None

    def figure(self) -> Figure:
        """The figure in this posture, seen from its right."""
        ankle = np.array([0.0, ANKLE_HEIGHT])
        knee = ankle + SHIN * _up(self.shin)
        hip = knee + THIGH * _up(self.thigh)
        # A bent back is as long as a straight one, so that its ends come closer.
        shoulder = hip + (TRUNK - 0.7 * max(self.curve, 0.0)) * _up(self.trunk)
        ear = shoulder + NECK * _up(self.neck)
        elbow = shoulder - UPPER_ARM * _up(-self.arm[0])
        wrist = elbow - FOREARM * _up(-self.arm[1])
        points = np.full((LANDMARKS, 2), np.nan)
        points[NOSE] = ear + HEAD_RADIUS * _front(self.neck)
        near = (ear, shoulder, elbow, wrist, hip, knee, ankle, *_foot(ankle, 0.0))
        for left, point in zip(SIDE_LANDMARKS, near, strict=True):
            points[left] = points[left + 1] = point
        if self.free is None:
            points[[23, 25, 27, 29, 31]] += FAR_LEG
        else:
            free_knee = hip - THIGH * _up(self.free[0])
            free_ankle = free_knee - SHIN * _up(self.free[1])
            points[[25, 27, 29, 31]] = (
                free_knee,
                free_ankle,
                *_foot(free_ankle, self.free[1] * 0.8),
            )
        along = np.linspace(0.02 if self.curve > 0.03 else 0.1, 0.98, 17)
        bulge = 0.052 + self.curve * np.sin(np.pi * along)
        dorsal = hip + np.outer(along, shoulder - hip) - np.outer(bulge, _front(self.trunk))
        return Figure(points, dorsal, "right")


@dataclass(frozen=True, slots=True)
class Scene:
    """A figure and the things around it, as lines."""

    figure: Figure
    things: Lines = ()


def _up(lean: float) -> Point:
    turn = np.radians(lean)
    return np.array([np.sin(turn), np.cos(turn)])


def _front(lean: float) -> Point:
    turn = np.radians(lean)
    return np.array([np.cos(turn), -np.sin(turn)])


def _foot(ankle: Point, lift: float) -> tuple[Point, Point]:
    """Heel and toe; `lift` tips the toe down."""
    turn = np.radians(lift)
    along = np.array([np.cos(turn), -np.sin(turn)])
    down = np.array([-np.sin(turn), -np.cos(turn)])
    return ankle - 0.035 * along + 0.03 * down, ankle + FOOT * along + 0.03 * down


def _ring(x: float, y: float, radius: float) -> tuple[tuple[float, float], ...]:
    turns = np.linspace(0, 2 * np.pi, 25)
    return tuple((float(x + radius * np.cos(a)), float(y + radius * np.sin(a))) for a in turns)


def _held(posture: Posture, radius: float) -> Scene:
    """A bar in the hands, seen from its end."""
    figure = posture.figure()
    x, y = (float(part) for part in figure.points[16])
    return Scene(figure, (_ring(x, y, radius),))


STANDING = Posture(thigh=0.0, trunk=0.0, neck=0.0)
SQUAT = Posture(shin=32, thigh=-78, trunk=30, neck=22, arm=(40, 60))
STOOP = Posture(shin=-4, thigh=-3, trunk=84, neck=128, arm=(4, 8), curve=0.07)

WALL: Lines = (((-0.34, 0.0), (-0.34, 0.9)),)
BENCH_FRONT: Lines = (
    ((0.04, 0.27), (0.38, 0.27)),
    ((0.09, 0.27), (0.09, 0.0)),
    ((0.33, 0.27), (0.33, 0.0)),
)
BENCH_BEHIND: Lines = (
    ((-0.05, 0.22), (-0.4, 0.22)),
    ((-0.1, 0.22), (-0.1, 0.0)),
    ((-0.35, 0.22), (-0.35, 0.0)),
)
CHAIR: Lines = (
    ((-0.08, 0.25), (-0.4, 0.25)),
    ((-0.12, 0.25), (-0.12, 0.0)),
    ((-0.38, 0.0), (-0.38, 0.25), (-0.42, 0.56)),
)
BOX: Lines = (((0.24, 0.0), (0.24, 0.1), (0.38, 0.1), (0.38, 0.0)),)

SCENES: dict[str, Scene] = {
    "hinge": Scene(hinging(1.0)),
    "wall_tap": Scene(hinging(1.0), WALL),
    "bench_front": Scene(hinging(1.0), BENCH_FRONT),
    "bench_behind": Scene(Posture(shin=-8, thigh=-16).figure(), BENCH_BEHIND),
    "seated": Scene(Posture(shin=0, thigh=-88, trunk=38, neck=38, arm=(10, 60)).figure(), CHAIR),
    "rdl": _held(Posture(thigh=-20, trunk=66, neck=66, arm=(-4, 4)), 0.025),
    "deadlift": _held(Posture(shin=14, thigh=-52, trunk=62, neck=56, arm=(0, 2)), 0.085),
    "good_morning": _held(Posture(trunk=68, neck=68, arm=(40, 170)), 0.025),
    "kickstand": Scene(Posture(trunk=68, neck=68, free=(12, 48)).figure()),
    "kickstand_lifted": Scene(Posture(trunk=74, neck=74, free=(22, 78)).figure()),
    "warrior": Scene(
        Posture(shin=6, thigh=-22, trunk=84, neck=84, arm=(96, 92), free=(84, 84)).figure()
    ),
    "pick_up": Scene(Posture(shin=12, thigh=-46, trunk=74, neck=70, arm=(14, 20)).figure(), BOX),
}


def scene(exercise_id: str) -> Scene:
    """The picture of an exercise; one that nobody drew is a hinge like the others."""
    return SCENES.get(exercise_id, SCENES["hinge"])


def extent(drawn: Scene) -> tuple[Point, Point]:
    """Lower left and upper right of a scene, body heights, with room for the strokes."""
    dorsal = drawn.figure.dorsal
    points = [drawn.figure.points, *(np.array(line) for line in drawn.things)]
    if dorsal is not None:
        points.append(dorsal)
    every = np.vstack(points)
    rim = 0.08
    low: Point = np.nanmin(every, axis=0) - rim
    high: Point = np.nanmax(every, axis=0) + rim
    return low, high
