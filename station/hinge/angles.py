"""Side-view angles from landmarks in pixels (x right, y down), in degrees.

Conventions: trunk inclination is hip → shoulder against the vertical, + forward; hip flexion is
180 − angle(shoulder, hip, knee); knee flexion 180 − angle(hip, knee, ankle); shin angle is
ankle → knee against the vertical, + with the knee ahead of the ankle; neck angle is
shoulder → ear against hip → shoulder, + = chin poke. "Forward" is where the toes point.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.hinge import landmarks as lm

LEFT_SIDE = {
    "ear": lm.LEFT_EAR,
    "shoulder": lm.LEFT_SHOULDER,
    "hip": lm.LEFT_HIP,
    "knee": lm.LEFT_KNEE,
    "ankle": lm.LEFT_ANKLE,
    "heel": lm.LEFT_HEEL,
    "toe": lm.LEFT_TOE,
}
RIGHT_SIDE = {name: index + 1 for name, index in LEFT_SIDE.items()}


@dataclass(frozen=True, slots=True)
class Joints:
    """One side's joints, pixels; `forward` is +1 when the person faces right in the picture."""

    ear: tuple[float, float]
    shoulder: tuple[float, float]
    hip: tuple[float, float]
    knee: tuple[float, float]
    ankle: tuple[float, float]
    heel: tuple[float, float]
    toe: tuple[float, float]
    forward: int

    @property
    def torso(self) -> float:
        """Hip to shoulder, pixels."""
        return math.dist(self.hip, self.shoulder)

    @property
    def thigh(self) -> float:
        """Hip to knee, pixels."""
        return math.dist(self.hip, self.knee)

    @property
    def shank(self) -> float:
        """Knee to ankle, pixels."""
        return math.dist(self.knee, self.ankle)


HAT, THIGHS, SHANKS = 0.678, 0.2, 0.093
HAT_COM, THIGH_COM, SHANK_COM = 0.626, 0.567, 0.567
"""Shares of the body's mass in head, arms and trunk, both thighs and both shanks (the feet are the
rest), and where their centres are: from hip to shoulder, knee to hip, ankle to knee. Winter,
Biomechanics and Motor Control of Human Movement, table 4.1."""


def joints(landmarks: NDArray[np.float32], side: dict[str, int], forward: int) -> Joints:
    """The joints of one side (LEFT_SIDE or RIGHT_SIDE) of `landmarks` [33, ≥2]."""
    points = {
        name: (float(landmarks[index, 0]), float(landmarks[index, 1]))
        for name, index in side.items()
    }
    return Joints(**points, forward=forward)


def inclination(lower: tuple[float, float], upper: tuple[float, float], forward: int) -> float:
    """Angle of lower → upper against the vertical, −180..180, + when the upper end is forward."""
    return math.degrees(math.atan2(forward * (upper[0] - lower[0]), lower[1] - upper[1]))


def turn(first: float, second: float) -> float:
    """`first` − `second`, degrees, wrapped to −180..180."""
    return (first - second + 180.0) % 360.0 - 180.0


def trunk_inclination(body: Joints) -> float:
    """Hip → shoulder against the vertical: 0 standing, 90 horizontal."""
    return inclination(body.hip, body.shoulder, body.forward)


def hip_flexion(body: Joints) -> float:
    """180 − angle(shoulder, hip, knee), signed: − when the hips are extended past straight."""
    thigh = inclination(body.knee, body.hip, body.forward)
    return turn(trunk_inclination(body), thigh)


def knee_flexion(body: Joints) -> float:
    """180 − angle(hip, knee, ankle), signed: − when the knee is over-extended."""
    thigh = inclination(body.knee, body.hip, body.forward)
    return turn(shin_angle(body), thigh)


def shin_angle(body: Joints) -> float:
    """Ankle → knee against the vertical, + with the knee ahead of the ankle."""
    return inclination(body.ankle, body.knee, body.forward)


def neck_angle(body: Joints) -> float:
    """Shoulder → ear against hip → shoulder, + when the head is behind that line (chin poked)."""
    return turn(trunk_inclination(body), inclination(body.shoulder, body.ear, body.forward))


def head_pitch(body: Joints, face: tuple[float, float]) -> float:
    """How far the head is tilted back against the trunk, from ear → `face` (between nose and eye).

    Against its value standing this is the extension of the neck, 7° off on average on rendered
    people. `neck_angle` reads half of a poked chin, and a shrug or arms that reach turn it too.
    """
    forward = body.forward * (face[0] - body.ear[0])
    down = math.degrees(math.atan2(face[1] - body.ear[1], forward))
    return turn(trunk_inclination(body), down)


def behind(body: Joints, heel_x: float, x: float) -> float:
    """How far `x` is behind the heel, thigh lengths."""
    return body.forward * (heel_x - x) / max(body.thigh, 1.0)


def mass_x(body: Joints) -> float:
    """x of the body's centre of mass, pixels, both legs taken to be where the near one is."""
    feet = 1 - HAT - THIGHS - SHANKS
    return (
        HAT * _between(body.hip[0], body.shoulder[0], HAT_COM)
        + THIGHS * _between(body.knee[0], body.hip[0], THIGH_COM)
        + SHANKS * _between(body.ankle[0], body.knee[0], SHANK_COM)
        + feet * _between(body.heel[0], body.toe[0], 0.5)
    )


def _between(start: float, end: float, share: float) -> float:
    return start + share * (end - start)
