"""What the person does: repetitions as a sequence of stances, and the exact truth about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from body import Array
from skeleton import Posed, Stance, tilt

STANDING = Stance(trunk=1.0, knee=3.0, lumbar=0.0, thoracic=0.0, neck=0.0, balance=0.42)
HINGE = Stance(trunk=74.0, knee=17.0, lumbar=4.0, thoracic=0.0, neck=-10.0, balance=0.44)
SQUAT = Stance(trunk=40.0, knee=88.0, lumbar=5.0, thoracic=0.0, neck=-18.0, balance=0.52)
STOOP = Stance(trunk=72.0, knee=6.0, lumbar=48.0, thoracic=16.0, neck=8.0, balance=0.46)
ANGLES = ("trunk", "knee", "lumbar", "thoracic", "neck", "balance")

WOBBLE = {
    "trunk": 0.7,
    "knee": 0.8,
    "lumbar": 0.6,
    "thoracic": 0.3,
    "neck": 1.5,
    "balance": 0.012,
}
"""Standard deviation of a person's unsteadiness at the bottom; 0.4 of it when standing."""
HAND_DRIFT_M = 0.010


@dataclass(frozen=True)
class Rep:
    """One repetition: the stance at its bottom, what a coach would call it, and its tempo."""

    bottom: Stance
    pattern: str
    back: str = "flat"
    onset: str | None = None
    down_s: float = 1.8
    hold_s: float = 0.5
    up_s: float = 1.5
    rest_s: float = 1.4


@dataclass(frozen=True)
class Moment:
    """One frame: depth 0 standing to 1 bottom, phase, number of the rep (0 = none) and its rep."""

    phase: str = "stand"
    depth: float = 0.0
    number: int = 0
    rep: Rep | None = None


@dataclass(frozen=True)
class Motion:
    """A whole clip's movement."""

    fps: int
    reps: Sequence[Rep]
    lead_s: float = 2.0
    tail_s: float = 1.5
    moments: list[Moment] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moments", list(self._timeline()))

    def _timeline(self) -> list[Moment]:
        out = [Moment()] * round(self.lead_s * self.fps)
        for number, rep in enumerate(self.reps, start=1):
            down, hold, up, rest = (
                round(s * self.fps) for s in (rep.down_s, rep.hold_s, rep.up_s, rep.rest_s)
            )
            depths = min_jerk((np.arange(down) + 1) / down)
            out += [Moment("descend", float(d), number, rep) for d in depths]
            out += [Moment("bottom", 1.0, number, rep)] * hold
            depths = min_jerk(1 - (np.arange(up) + 1) / up)
            out += [Moment("ascend", float(d), number, rep) for d in depths]
            out += [Moment()] * rest
        return out + [Moment()] * round(self.tail_s * self.fps)

    def stances(self, rng: np.random.Generator) -> list[Stance]:
        """One stance a frame, unsteady as a person is."""
        count = len(self.moments)
        wobble = {name: size * smooth_noise(rng, count, self.fps) for name, size in WOBBLE.items()}
        drift = HAND_DRIFT_M * np.stack([smooth_noise(rng, count, self.fps) for _ in "LR"], 1)
        out = []
        for i, moment in enumerate(self.moments):
            steady = stance_at(moment)
            share = 0.4 + 0.6 * moment.depth
            moved = {name: getattr(steady, name) + wobble[name][i] * share for name in ANGLES}
            moved["knee"] = max(moved["knee"], 0.5)
            out.append(replace(steady, **moved, swing=(drift[i, 0], drift[i, 1])))
        return out

    def rep_truth(self) -> list[dict[str, object]]:
        """What a perfect checker would say of each rep; times in seconds."""
        out: list[dict[str, object]] = []
        for number, rep in enumerate(self.reps, start=1):
            frames = [i for i, m in enumerate(self.moments) if m.number == number]
            bottom = [i for i in frames if self.moments[i].phase == "bottom"]
            out.append(
                {
                    "kind": "rep",
                    "pattern": rep.pattern,
                    "back": rep.back,
                    "onset": rep.onset,
                    "start_s": round(frames[0] / self.fps, 3),
                    "bottom_s": round((bottom[0] + bottom[-1]) / 2 / self.fps, 3),
                    "end_s": round(frames[-1] / self.fps, 3),
                }
            )
        return out


def stance_at(moment: Moment) -> Stance:
    """The stance between standing and the rep's bottom, without unsteadiness."""
    if moment.rep is None:
        return STANDING
    progress = dict.fromkeys(ANGLES, moment.depth)
    # Knees unlock early in every bend; a back that rounds from the start is ahead of the trunk.
    progress["knee"] = float(min_jerk(min(1.0, 1.3 * moment.depth)))
    if moment.rep.onset == "start":
        early = float(min_jerk(min(1.0, 1.8 * moment.depth) ** 0.8))
        progress["lumbar"] = progress["thoracic"] = early
    goal = moment.rep.bottom
    return Stance(
        **{
            name: getattr(STANDING, name)
            + (getattr(goal, name) - getattr(STANDING, name)) * progress[name]
            for name in (f.name for f in fields(Stance))
            if name in progress
        }
    )


def frame_truth(posed: Posed, stance: Stance, near: str) -> dict[str, float]:
    """Angles in degrees on the joint centres in the sagittal plane, so camera-independent.

    Trunk: mid-hip to mid-shoulder against the vertical. Hip flexion: trunk minus thigh. Knee: 0 =
    straight. Shin: + = knee ahead of the ankle. Lumbar: against standing, + = rounded.
    """
    p = posed.position
    thigh = tilt(p[f"shin.{near}"], p[f"thigh.{near}"])
    shin = tilt(p[f"foot.{near}"], p[f"shin.{near}"])
    trunk = tilt(posed.mid("thigh"), posed.mid("upperarm"))
    angles = {
        "trunk_inclination_deg": trunk,
        "hip_flexion_deg": trunk - thigh,
        "knee_flexion_deg": shin - thigh,
        "shin_angle_deg": shin,
        "lumbar_flexion_deg": stance.lumbar,
    }
    return {name: round(value, 2) for name, value in angles.items()}


def min_jerk(x: Array | float) -> Array:
    """0..1 → 0..1 the way a limb moves: no jump in speed or acceleration (Flash & Hogan 1985)."""
    x = np.clip(x, 0, 1)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x**2))


def smooth_noise(rng: np.random.Generator, count: int, fps: int, period_s: float = 1.2) -> Array:
    """`count` samples of mean 0 and deviation 1 that change over about `period_s` seconds."""
    half = int(period_s * fps / 2)
    kernel = np.exp(-0.5 * (np.arange(-3 * half, 3 * half + 1) / half) ** 2)
    raw = rng.standard_normal(count + len(kernel) - 1)
    out = np.convolve(raw, kernel, "valid")
    return np.asarray((out - out.mean()) / out.std())
