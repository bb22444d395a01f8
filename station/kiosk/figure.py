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
GIRDLES = ((11, 12), (23, 24))
"""Shoulders and pelvis: drawn only of somebody who faces the viewer."""
LIMBS = {"neck": (7, 11), "thighs": (23, 25), "shins": (25, 27), "feet": (27, 29, 31)}
"""The left side's landmarks of the parts that can be coloured; the right side's are one higher."""
FRONTAL_DEG = 50.0
"""Turned further off side-on than this, somebody is drawn as facing the viewer."""
BELIEVABLE = 0.3
"""Least visibility, 0..1, of a landmark that is drawn."""

# Segment lengths as shares of body height (Drillis and Contini 1966, rounded).
SHIN, THIGH, TRUNK, NECK, UPPER_ARM, FOREARM, FOOT = 0.246, 0.245, 0.288, 0.13, 0.17, 0.155, 0.1
ANKLE_HEIGHT = 0.039
FAR_LEG = (0.02, 0.012)
SIDE_LANDMARKS = (7, 11, 13, 15, 23, 25, 27, 29, 31)
"""The left side's landmarks, ear to toe; the right side's are one higher."""
HEAD_RADIUS = 0.062
HEAD_OVER_EARS = 1.35
"""A head's height over its breadth between the ears."""
HALF_SHOULDERS, HALF_HIPS, HALF_STANCE, HALF_EARS = 0.115, 0.06, 0.1, 0.046
"""Breadths facing the viewer, halved, body heights: a stance as wide as the shoulders."""


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

    def part(self, name: str) -> list[list[int]]:
        """Landmarks to draw through so that the part of LIMBS is coloured, of the near side, or of
        both where neither is nearer."""
        sides = (0, 1) if self.near is None else (0,) if self.near == "left" else (1,)
        runs = [[joint + right for joint in LIMBS[name]] for right in sides]
        return [run for run in runs if np.isfinite(self.points[run]).all()]

    def girdles(self) -> list[list[int]]:
        """Shoulder line and pelvis of somebody who faces the viewer; nothing otherwise."""
        if self.near is not None:
            return []
        return [list(pair) for pair in GIRDLES if np.isfinite(self.points[list(pair)]).all()]

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
        """Centre and radius of the head, from nose and near ear, or from both ears of somebody who
        faces the viewer; None when not measured."""
        if self.near is None:
            ears = self.points[[LEFT_EAR, RIGHT_EAR]]
            middle, half = ears.mean(axis=0), float(np.hypot(*(ears[0] - ears[1]))) / 2
            if np.isnan(half):
                return None
            nose = float(np.hypot(*(self.points[NOSE] - middle)))
            return float(middle[0]), float(middle[1]), max(HEAD_OVER_EARS * half, nose)
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


def turning(yaw_deg: float) -> Figure:
    """Somebody standing, facing the viewer at 90°, with the right side towards them at 0°; y up,
    the floor y = 0, body height 1, the body's axis x = 0."""
    yaw = np.radians(yaw_deg)
    side = hinging(0.0)
    forward = side.points[:, 0] - side.points[24, 0]
    left = np.zeros(LANDMARKS)
    for breadth, joints in (
        (HALF_EARS, (7,)),
        (HALF_SHOULDERS, (11, 13, 15)),
        (HALF_HIPS, (23,)),
        (0.5 * (HALF_HIPS + HALF_STANCE), (25,)),
        (HALF_STANCE, (27, 29, 31)),
    ):
        for joint in joints:
            left[joint], left[joint + 1] = breadth, -breadth
    points = np.column_stack((forward * np.cos(yaw) + left * np.sin(yaw), side.points[:, 1]))
    # Both feet stand on the floor whatever the turn.
    points[[23, 25, 27, 29, 31], 1] = side.points[[24, 26, 28, 30, 32], 1]
    turned = yaw_deg < FRONTAL_DEG
    return Figure(points, None, "right" if turned else None)


def stepping(phase: float) -> Figure:
    """Somebody walking to the right, `phase` 0..1 of two steps; y up, the floor y = 0, body height
    1, the hips at x = 0."""
    swing = 2 * np.pi * phase
    points = np.full((LANDMARKS, 2), np.nan)
    hip = np.array([0.0, ANKLE_HEIGHT + SHIN + THIGH - 0.012])
    shoulder = hip + TRUNK * np.array([0.03, 1.0])
    ear = shoulder + NECK * np.array([0.05, 1.0])
    points[NOSE] = ear + np.array([HEAD_RADIUS, 0.0])
    for right, turn in ((1, swing), (0, swing + np.pi)):
        thigh = np.radians(24.0) * np.sin(turn)
        # The knee bends while its leg swings forward.
        shin = thigh - np.radians(38.0) * max(0.0, np.cos(turn)) - np.radians(4.0)
        knee = hip + THIGH * np.array([np.sin(thigh), -np.cos(thigh)])
        ankle = knee + SHIN * np.array([np.sin(shin), -np.cos(shin)])
        arm = np.radians(-18.0) * np.sin(turn)
        elbow = shoulder + UPPER_ARM * np.array([np.sin(arm), -np.cos(arm)])
        wrist = elbow + FOREARM * np.array([np.sin(arm + 0.25), -np.cos(arm + 0.25)])
        heel = ankle + np.array([-0.035, -0.03])
        toe = ankle + np.array([FOOT, -0.03])
        chain = (ear, shoulder, elbow, wrist, hip, knee, ankle, heel, toe)
        for joint, point in zip(SIDE_LANDMARKS, chain, strict=True):
            points[joint + right] = point
    return Figure(points, None, "right")


SILHOUETTE = (
    (0.0, 1.0),
    (0.05, 0.985),
    (0.068, 0.93),
    (0.058, 0.875),
    (0.05, 0.845),
    (0.11, 0.82),
    (0.155, 0.78),
    (0.172, 0.68),
    (0.176, 0.52),
    (0.165, 0.44),
    (0.145, 0.36),
    (0.135, 0.2),
    (0.125, 0.06),
    (0.135, 0.0),
    (0.06, 0.0),
    (0.0, 0.0),
)
"""Right half of the outline of somebody who faces the viewer, arms at their sides, from crown to
floor: x in body heights off the middle, y up."""


def silhouette() -> NDArray[np.float64]:
    """The closed outline [n, 2] of somebody standing, smooth; y up, floor y = 0, body height 1."""
    half = np.array(SILHOUETTE)
    corners = np.vstack((half, half[-2:0:-1] * [-1.0, 1.0]))
    return _smooth(corners)


def _smooth(corners: NDArray[np.float64], steps: int = 6) -> NDArray[np.float64]:
    """A closed curve through all `corners` (Catmull-Rom), its first point again at its end."""
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    beyond = np.roll(corners, -2, axis=0)
    pieces = []
    for u in np.linspace(0.0, 1.0, steps, endpoint=False):
        pieces.append(
            0.5
            * (
                2 * corners
                + u * (after - before)
                + u**2 * (2 * before - 5 * corners + 4 * after - beyond)
                + u**3 * (3 * corners - before - 3 * after + beyond)
            )
        )
    curve = np.stack(pieces, axis=1).reshape(-1, 2)
    return np.vstack((curve, curve[:1]))
