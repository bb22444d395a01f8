"""The checker's words: what it says of a frame, a rep and a set. Plain frozen data."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge.rounding import Reading

RepKind = Literal["rep", "attempt", "uncertain"]
Pattern = Literal["hinge", "squat", "stoop", "unclear"]
Facing = Literal["left", "right"]
ViewKind = Literal["side", "oblique", "front", "unknown"]
BackVerdict = Literal["flat", "rounded", "arched", "cannot_tell"]
NeckVerdict = Literal["long", "poked", "tucked", "cannot_tell"]
Phase = Literal["none", "standing", "bending", "rising"]


@dataclass(frozen=True, slots=True)
class View:
    """How the person stands to the camera. `yaw_deg`: 0 = exactly side-on, 90 = frontal."""

    kind: ViewKind = "unknown"
    yaw_deg: float | None = None
    facing: Facing | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the frame may be trusted. `reason` (closed) and `advice` (open, but could be better)
    are keys of `gate.INSTRUCTIONS`.

    Three steps: closed, nothing is counted; open with advice "turn", bends are counted but their
    form is not judged, because angles and the back's contour mislead at that yaw; open, judged.
    """

    reason: str | None = None
    advice: str | None = None

    @property
    def open(self) -> bool:
        return self.reason is None

    @property
    def judged(self) -> bool:
        """Whether the form may be judged in this frame."""
        return self.reason is None and self.advice != "turn"


@dataclass(frozen=True, slots=True)
class Angles:
    """Side-view angles in degrees (see `angles`); hip travel in thigh lengths, None = no baseline.

    + trunk forward, + hip and knee flexed, + shin with the knee ahead of the ankle, + hips back of
    where they were standing.
    """

    trunk: float
    hip_flexion: float
    knee_flexion: float
    shin: float
    neck: float | None
    hip_travel: float | None


@dataclass(frozen=True, slots=True)
class Back:
    """Shape of the back at the bottom of a rep, from the dorsal contour.

    `sagitta`, `low` (pelvis half) and `high` (shoulder half) in torso lengths, + = rounded, change
    from the standing baseline where there is one. `confidence` is the probability 0..1 that the
    verdict is right. `onset`: rounding from the start of the rep, or only late, near the bottom.
    `depth_deg`: trunk inclination against standing, degrees, at which a back that rounds late began
    to: the member's honest depth today. `reading` is what the probability was reckoned from.
    """

    verdict: BackVerdict
    onset: Literal["start", "late"] | None = None
    low: float | None = None
    high: float | None = None
    sagitta: float | None = None
    confidence: float | None = None
    reason: str | None = None
    depth_deg: float | None = None
    reading: Reading | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds from leaving the upright to the bottom, at the bottom, and back up."""

    down_s: float
    hold_s: float
    up_s: float


@dataclass(frozen=True, slots=True)
class Neck:
    """Neck angle against standing at the bottom, degrees, + = chin poked."""

    verdict: NeckVerdict
    deg: float | None = None


@dataclass(frozen=True, slots=True)
class Rep:
    """One bend, measured at its bottom; times in seconds of the frames' clock.

    `balance`: how far the hips are behind the heel at the bottom, thigh lengths, + = behind.
    `success`: whether a drill's own measure was met; None outside drills or where it could not be
    seen. `mild`: those of `faults` barely past their limits.
    """

    kind: RepKind
    start_s: float
    bottom_s: float
    end_s: float
    pattern: Pattern
    angles: Angles
    back: Back
    neck: Neck
    faults: tuple[str, ...]
    clean: bool
    cue: str | None
    tempo: Tempo | None = None
    balance: float | None = None
    success: bool | None = None
    mild: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to do now. `name` is a fault's, "praise", or a gate reason; `text` is English."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the member stood: the near hip joint in pixels, and how long a thigh is there."""

    hip: tuple[float, float]
    thigh: float


@dataclass(frozen=True, slots=True)
class Update:
    """What the checker says after one frame.

    `dorsal` float32 [n, 2] pixels, hip to shoulder, is the smoothed back edge for drawing, None
    when there is none. `rounds` says that the back looks rounded in this frame; the verdict on the
    rep comes at its end. `rep` is the rep that ended with this frame. `depth_deg` is the smoothed
    trunk inclination against standing, `hip_deg` the hip flexion likewise, `low` and `high` are
    the halves of the back as in `Back`, `place` is where the hips were in the last upright frames,
    None before there were any.
    """

    t: float
    gate: Gate
    view: View
    phase: Phase
    angles: Angles | None
    sagitta: float | None
    rounds: bool
    dorsal: NDArray[np.float32] | None
    reps: int
    attempts: int
    clean: int
    rep: Rep | None
    cue: Cue | None
    depth_deg: float | None = None
    place: Place | None = None
    hip_deg: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished set. `work_on` is the most frequent, highest-priority fault, None when clean.

    `onset`: when a back to work on began to round, in most reps. `next_rungs`: exercises to go on
    to after a clean set. `depth_deg`: trunk inclination at which late rounding began, median over
    the reps that had it.
    """

    exercise: str
    duration_s: float
    view: View
    open_s: float
    closed_s: dict[str, float] = field(hash=False)
    reps: tuple[Rep, ...] = ()
    work_on: str | None = None
    onset: Literal["start", "late"] | None = None
    cue: str | None = None
    drill: str | None = None
    next_rungs: tuple[str, ...] = ()
    depth_deg: float | None = None

    def count(self, kind: RepKind) -> int:
        """How many reps of that kind."""
        return sum(rep.kind == kind for rep in self.reps)

    @property
    def clean(self) -> int:
        """How many full reps without a fault."""
        return sum(rep.clean for rep in self.reps)
