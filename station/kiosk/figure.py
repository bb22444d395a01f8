"""The stick figure: geometry only, in the landmarks that the checker measures.

What is taught looks like what is measured: the drawn figure has the same bones, the same near side
and the same back line as the overlay on a member's picture.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LANDMARKS = 33
NOSE, LEFT_EAR, RIGHT_EAR, LEFT_HIP, RIGHT_HIP = 0, 7, 8, 23, 24
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
CHAINS = (
    (7, 11, 13, 15),
    (11, 23, 25, 27, 29),
    (29, 31),
    (8, 12, 14, 16),
    (12, 24, 26, 28, 30),
    (30, 32),
)
"""The checker's bones as strokes: ear to wrist, shoulder to heel, foot; left and right."""
MOST_RUNS = 5
"""Pieces that one side's chains can fall into."""
BELIEVABLE = 0.3
"""Least visibility, 0..1, of a landmark that is drawn."""

# Segment lengths as shares of body height (Drillis and Contini 1966, rounded).
SHIN, THIGH, TRUNK, NECK, UPPER_ARM, FOREARM, FOOT = 0.246, 0.245, 0.288, 0.13, 0.17, 0.155, 0.1
ANKLE_HEIGHT = 0.039
FAR_LEG = (0.02, 0.012)
SIDE_LANDMARKS = (7, 11, 13, 15, 23, 25, 27, 29, 31)
"""The left side's landmarks, ear to toe; the right side's are one higher."""
HEAD_RADIUS = 0.062


Side = Literal["left", "right"]
"""BlazePose's sides: the person's own left and right; odd landmarks are left."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A person to draw. `points` float [33, 2], `dorsal` float [n, 2] or None; NaN = not there.

    `near` is the side that faces the viewer; None = neither more than the other.
    """

    points: NDArray[np.float64]
    dorsal: NDArray[np.float64] | None
    near: Side | None

    @property
    def far(self) -> Side | None:
        """The side away from the viewer."""
        if self.near is None:
            return None
        return "left" if self.near == "right" else "right"

    @property
    def near_hip(self) -> int:
        """Landmark of the hip to mark."""
        return RIGHT_HIP if self.near == "right" else LEFT_HIP

    def limbs(self, side: Side | None) -> list[list[int]]:
        """Landmarks to draw through, limb by limb, of `side` or, where that is None, of both.

        A joint that was not measured parts a limb in two.
        """
        seen = np.isfinite(self.points[:, 0] + self.points[:, 1])
        runs = []
        for chain in CHAINS:
            if side is not None and (chain[0] % 2 == 1) != (side == "left"):
                continue
            for there, joints in groupby(chain, key=lambda joint: bool(seen[joint])):
                run = list(joints)
                if there and len(run) > 1:
                    runs.append(run)
        return runs

    def outline(self) -> NDArray[np.float64]:
        """The points to draw bones between: necks end at the head's rim, not in its middle."""
        points = self.points.copy()
        head = self.head()
        if head is None:
            return points
        middle = np.array(head[:2])
        for ear, shoulder in ((LEFT_EAR, LEFT_SHOULDER), (RIGHT_EAR, RIGHT_SHOULDER)):
            neck = points[shoulder] - middle
            length = float(np.hypot(*neck))
            points[ear] = middle + neck * min(1.0, head[2] / max(length, 1e-9))
        return points

    def head(self) -> tuple[float, float, float] | None:
        """Centre and radius of the head, from nose and near ear; None when not measured."""
        ear = self.points[RIGHT_EAR if self.near == "right" else LEFT_EAR]
        reach = float(np.hypot(*(self.points[NOSE] - ear)))
        if np.isnan(reach):
            return None
        return float(ear[0]), float(ear[1]), reach


def measured(
    landmarks: NDArray[np.float32], dorsal: NDArray[np.float32] | None, facing: str | None
) -> Figure:
    """The figure of a pose: `landmarks` [33, 4] and `dorsal` [n, 2] pixels of the picture.

    Landmarks that the model itself does not believe in are left out, not guessed. Who faces right
    in the picture shows their right side.
    """
    points = landmarks[:, :2].astype(np.float64)
    points[landmarks[:, 3] < BELIEVABLE] = np.nan
    near: Side | None = "left" if facing == "left" else "right" if facing == "right" else None
    return Figure(points, None if dorsal is None else dorsal.astype(np.float64), near)


def hinging(depth: float) -> Figure:
    """A good hinge at `depth` 0 (standing) to 1 (bottom), facing +x, y up, body height 1.

    The near ankle stands at x = 0 and the floor is y = 0. Shins stay vertical, the knees soften,
    the hips travel back, the arms hang.
    """
    trunk = np.radians(75.0 * depth)
    thigh = np.radians(22.0 * depth)
    ankle = np.array([0.0, ANKLE_HEIGHT])
    knee = ankle + np.array([0.0, SHIN])
    hip = knee + THIGH * np.array([-np.sin(thigh), np.cos(thigh)])
    up = np.array([np.sin(trunk), np.cos(trunk)])
    front = np.array([np.cos(trunk), -np.sin(trunk)])
    shoulder = hip + TRUNK * up
    ear = shoulder + NECK * up
    elbow = shoulder + UPPER_ARM * np.array([0.14, -0.99])
    wrist = elbow + FOREARM * np.array([0.28, -0.96])
    heel = ankle + np.array([-0.035, -0.03])
    toe = ankle + np.array([FOOT, -0.03])
    points = np.full((LANDMARKS, 2), np.nan)
    points[NOSE] = ear + HEAD_RADIUS * front
    near = (ear, shoulder, elbow, wrist, hip, knee, ankle, heel, toe)
    for left, point in zip(SIDE_LANDMARKS, near, strict=True):
        points[left] = points[left + 1] = point
    # The far leg stands a little ahead, as it does in a camera's perspective.
    points[[23, 25, 27, 29, 31]] += FAR_LEG
    along = np.linspace(0.1, 0.98, 17)
    bulge = 0.052 + 0.012 * np.sin(np.pi * along)
    dorsal = hip + np.outer(along, shoulder - hip) - np.outer(bulge, front)
    return Figure(points, dorsal, "right")
