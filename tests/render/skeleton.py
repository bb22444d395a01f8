"""Closed-form poser: a few sagittal angles → where every bone is, with the feet planted."""

import math
from dataclasses import dataclass

import numpy as np
from body import BONE, BONES, Array, Body

LUMBAR_SHARE = {"lumbar1": 0.34, "lumbar2": 0.38, "lumbar3": 0.28}
NECK_SHARE = {"neck1": 0.35, "neck2": 0.30, "head": 0.35}
TRUNK_SEGMENTS = (
    (0.112, "pelvis", "lumbar1", 0.5),
    (0.070, "lumbar1", "lumbar2", 0.5),
    (0.080, "lumbar2", "lumbar3", 0.5),
    (0.120, "lumbar3", "thorax", 0.5),
    (0.100, "thorax", "neck1", 0.5),
    (0.081, "neck2", "head", 1.6),
)
"""(share of body mass, from joint, to joint, centre along); usual anthropometric proportions."""
ARM_SEGMENTS = ((0.027, "upperarm", "forearm", 0.45), (0.022, "forearm", "hand", 0.7))
THIGH_MASS, SHIN_MASS, FOOT_MASS = 0.100, 0.0433, 0.0137


@dataclass(frozen=True)
class Stance:
    """The angles of one frame, degrees; + tips the upper end forward, + neck tucks the chin."""

    trunk: float
    knee: float
    lumbar: float
    thoracic: float
    neck: float
    balance: float
    """Where the centre of mass is held along the foot, 0 heel to 1 toe."""
    swing: tuple[float, float] = (0.0, 0.0)
    """How far the left and right hand drift forward, metres."""


@dataclass(frozen=True)
class Posed:
    """Rotation [3,3] and position [3] (metres) of every bone, by name."""

    rotation: dict[str, Array]
    position: dict[str, Array]

    def mid(self, limb: str) -> Array:
        """Midpoint of the left and right joint of `limb`, [3]."""
        return np.asarray(0.5 * (self.position[limb + ".L"] + self.position[limb + ".R"]))

    def matrices(self, body: Body) -> Array:
        """[B,3,4]: takes rest vertices to posed ones, for skinning."""
        out = np.zeros((len(BONES), 3, 4))
        for index, name in enumerate(BONES):
            out[index, :, :3] = self.rotation[name]
            out[index, :, 3] = self.position[name] - self.rotation[name] @ body.joints[index]
        return out


def rot_y(degrees: float) -> Array:
    """[3,3] rotation that tips +Z towards +X."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def tilt(lower: Array, upper: Array) -> float:
    """Degrees from the vertical of the line lower → upper in the sagittal plane, + forward."""
    return math.degrees(math.atan2(upper[0] - lower[0], upper[2] - lower[2]))


def unit(vector: Array) -> Array:
    """`vector` at length 1."""
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-12))


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector))


def _middle_joint(root: Array, target: Array, len1: float, len2: float, pole: Array) -> Array:
    """Elbow or knee of a two-bone chain from `root` to `target`, bending towards `pole`."""
    d = target - root
    reach = min(max(_length(d), abs(len1 - len2) + 1e-4), 0.999 * (len1 + len2))
    d = unit(d)
    along = (len1**2 - len2**2 + reach**2) / (2 * reach)
    out = math.sqrt(max(len1**2 - along**2, 0))
    return np.asarray(root + d * along + unit(pole - d * (pole @ d)) * out)


def _frame(direction: Array, axis: Array) -> Array:
    """Orthonormal columns: direction, axis made perpendicular to it, their cross product."""
    d = unit(direction)
    n = unit(axis - d * (axis @ d))
    return np.stack([d, n, np.cross(d, n)], 1)


class Skeleton:
    """Poses one body."""

    def __init__(self, body: Body) -> None:
        self._body = body
        j = body.joint
        self._hip = 0.5 * (j("thigh.L") + j("thigh.R"))
        self._thigh_tilt = tilt(j("shin.L"), j("thigh.L"))
        self._shin_tilt = tilt(j("foot.L"), j("shin.L"))
        self._foot = (body.heel[0], body.toe[0] - body.heel[0])

    def pose(self, stance: Stance) -> Posed:
        """Every bone of `stance`, feet flat where they rest, centre of mass over the feet."""
        level = self._upper(stance, 0.0)
        pitch = stance.trunk - tilt(np.zeros(3), level.mid("upperarm"))
        upper = self._upper(stance, pitch)
        hip = self._balanced_hip(stance, upper)
        rotation = upper.rotation
        position = {name: place + hip for name, place in upper.position.items()}
        for side in "LR":
            self._leg(side, hip, rotation, position)
        return Posed(rotation, position)

    def _upper(self, stance: Stance, pitch: float) -> Posed:
        """Trunk, head and arms for a pelvis tipped by `pitch` degrees, mid-hip at the origin."""
        j = self._body.joint
        rotation = {"pelvis": rot_y(pitch)}
        position = {"pelvis": rotation["pelvis"] @ (j("pelvis") - self._hip)}

        def attach(name: str, parent: str, degrees: float) -> None:
            rotation[name] = rotation[parent] @ rot_y(degrees)
            position[name] = position[parent] + rotation[parent] @ (j(name) - j(parent))

        parent = "pelvis"
        for name, share in LUMBAR_SHARE.items():
            attach(name, parent, stance.lumbar * share)
            parent = name
        attach("thorax", parent, stance.thoracic)
        parent = "thorax"
        for name, share in NECK_SHARE.items():
            attach(name, parent, stance.neck * share)
            parent = name
        for side, sign, swing in zip("LR", (1, -1), stance.swing, strict=True):
            attach(f"clavicle.{side}", "thorax", 0.0)
            attach(f"upperarm.{side}", f"clavicle.{side}", 0.0)
            self._hanging_arm(side, sign, swing, rotation, position)
        return Posed(rotation, position)

    def _hanging_arm(
        self,
        side: str,
        sign: int,
        swing: float,
        rotation: dict[str, Array],
        position: dict[str, Array],
    ) -> None:
        """The arm hangs from wherever the shoulder is; `sign` + is the left side."""
        j = self._body.joint
        shoulder, thorax = position[f"upperarm.{side}"], rotation["thorax"]
        upper = j(f"forearm.{side}") - j(f"upperarm.{side}")
        fore = j(f"hand.{side}") - j(f"forearm.{side}")
        reach = _length(upper) + _length(fore)
        wrist = shoulder + reach * 0.975 * unit(np.array([0.07, sign * 0.13, -1.0]))
        wrist = wrist + swing * np.array([1.0, 0.0, 0.1])
        pole = np.array([-0.8, sign * 0.55, 0.0]) + thorax @ np.array([0, 0, -0.3])
        elbow = _middle_joint(shoulder, wrist, _length(upper), _length(fore), pole)
        axis, rest_axis = np.cross(elbow - shoulder, wrist - elbow), np.cross(upper, fore)
        rotation[f"upperarm.{side}"] = _frame(elbow - shoulder, axis) @ _frame(upper, rest_axis).T
        rotation[f"forearm.{side}"] = _frame(wrist - elbow, axis) @ _frame(fore, rest_axis).T
        rotation[f"hand.{side}"] = rotation[f"forearm.{side}"]
        position[f"forearm.{side}"], position[f"hand.{side}"] = elbow, wrist

    def _hip_over(self, shin: float, knee: float) -> tuple[Array, Array]:
        """Knee and hip of the planted left leg for a shin tilt and knee flexion in degrees."""
        j = self._body.joint
        at_knee = j("foot.L") + rot_y(shin - self._shin_tilt) @ (j("shin.L") - j("foot.L"))
        thigh = rot_y(shin - knee - self._thigh_tilt) @ (j("thigh.L") - j("shin.L"))
        return at_knee, at_knee + thigh

    def _balanced_hip(self, stance: Stance, upper: Posed) -> Array:
        """Mid-hip that puts the centre of mass where `stance.balance` wants it, by bisection."""
        heel, length = self._foot
        mass, centre = self._centre_of_mass(upper)
        ankle = self._body.joint("foot.L")[0]

        def forward(shin: float) -> float:
            knee, hip = self._hip_over(shin, stance.knee)
            leg = THIGH_MASS * (hip[0] + 0.43 * (knee[0] - hip[0]))
            leg += SHIN_MASS * (knee[0] + 0.43 * (ankle - knee[0])) + FOOT_MASS * (ankle + 0.05)
            return float(
                (mass * (hip[0] + centre[0]) + 2 * leg)
                / (mass + 2 * (THIGH_MASS + SHIN_MASS + FOOT_MASS))
            )

        low, high = -25.0, 55.0
        for _ in range(30):
            shin = 0.5 * (low + high)
            if forward(shin) < heel + stance.balance * length:
                low = shin
            else:
                high = shin
        _, hip = self._hip_over(shin, stance.knee)
        return np.array([hip[0], 0.0, hip[2]])

    @staticmethod
    def _centre_of_mass(upper: Posed) -> tuple[float, Array]:
        """(share of body mass, centre [3]) of everything above the hips."""
        segments = [*TRUNK_SEGMENTS]
        for side in "LR":
            segments += [(m, f"{a}.{side}", f"{b}.{side}", t) for m, a, b, t in ARM_SEGMENTS]
        total, centre = 0.0, np.zeros(3)
        for mass, start, end, along in segments:
            p, q = upper.position[start], upper.position[end]
            centre = centre + mass * (p + along * (q - p))
            total += mass
        return total, centre / total

    def _leg(
        self, side: str, mid_hip: Array, rotation: dict[str, Array], position: dict[str, Array]
    ) -> None:
        j = self._body.joint
        rest_thigh = j(f"shin.{side}") - j(f"thigh.{side}")
        rest_shin = j(f"foot.{side}") - j(f"shin.{side}")
        hip = mid_hip + rotation["pelvis"] @ (j(f"thigh.{side}") - self._hip)
        ankle, forward, lateral = j(f"foot.{side}"), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
        knee = _middle_joint(hip, ankle, _length(rest_thigh), _length(rest_shin), forward)
        for bone, start, end, rest in (
            ("thigh", hip, knee, rest_thigh),
            ("shin", knee, ankle, rest_shin),
        ):
            rotation[f"{bone}.{side}"] = _frame(end - start, lateral) @ _frame(rest, lateral).T
            position[f"{bone}.{side}"] = start
        for bone in ("foot", "toes"):
            rotation[f"{bone}.{side}"] = np.eye(3)
            position[f"{bone}.{side}"] = self._body.joints[BONE[f"{bone}.{side}"]]
