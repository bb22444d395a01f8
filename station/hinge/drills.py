"""A drill's own measure of success, over the frames of one bend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from station.hinge.baseline import NOMINAL, UPRIGHT_KNEE
from station.hinge.exercise import BackHolds, CalfBack, HipsReach, ShinStays, Success
from station.hinge.reps import Frame
from station.hinge.verdict import Angles, Back, RepKind

SHIN_BAND = 2.0
TRAVEL_BAND = 0.08
"""How far past its limit (degrees, thigh lengths) a measure is beyond doubt: about three times the
shin's error against standing (0.7° on rendered people), and the error allowed for hip travel."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the drill succeeded (None: no drill, or not to be seen), and its faults with how far
    each is past its limit, in bands: 1 and more is beyond doubt."""

    success: bool | None = None
    faults: Mapping[str, float] = field(default_factory=dict)


NONE = Outcome()


def outcome(
    success: Success | None,
    kind: RepKind,
    way_down: Sequence[Frame],
    change: Angles,
    base: Angles | None,
    back: Back,
) -> Outcome:
    """What the drill's measure says of a bend.

    `way_down`: its trusted frames from upright to the bottom; `change`: the angles at the bottom
    against standing; `base`: the standing, None where it was never seen. A bend that is not trusted
    succeeds in nothing and fails in nothing; one too shallow fails.
    """
    if success is None or kind == "uncertain":
        return NONE
    if isinstance(success, BackHolds):
        held = None if back.verdict == "cannot_tell" else back.verdict == "flat"
        return Outcome(held if kind == "rep" else False)
    if isinstance(success, HipsReach):
        found = _reach(success, way_down, change, base)
    elif base is None:
        return NONE
    else:
        found = _shin(success, change.shin)
    if found is None:
        return NONE
    return Outcome(kind == "rep" and not found, found)


def stayed_seated(frames: Sequence[Frame]) -> bool:
    """Whether a bend began and ended on the chair, knees bent: sitting down and standing up tilt
    the trunk as well."""
    nominal = NOMINAL["seated"].knee_flexion
    ends = (frames[:3], frames[-3:])
    return all(
        abs(median(f.angles.knee_flexion for f in end) - nominal) <= UPRIGHT_KNEE for end in ends
    )


def _shin(success: ShinStays | CalfBack, shin: float) -> dict[str, float]:
    """`shin` against standing, degrees, + forward."""
    if isinstance(success, ShinStays):
        name, over = "pushes_bench", shin - success.forward_deg
    else:
        name, over = "calf_stays", success.back_deg + shin
    return {name: over / SHIN_BAND} if over > 0 else {}


def _reach(
    wall: HipsReach, way_down: Sequence[Frame], change: Angles, base: Angles | None
) -> dict[str, float] | None:
    if change.hip_travel is None:
        return None
    if change.hip_travel < wall.wall:
        return {"wall_missed": (wall.wall - change.hip_travel) / TRAVEL_BAND}
    touched = touch(wall, way_down)
    if touched is None or change.hip_flexion <= 0:
        return {}
    bent = touched.angles.hip_flexion - (base.hip_flexion if base is not None else 0.0)
    return {"too_close": 1.0} if bent < wall.at_once * change.hip_flexion else {}


def touch(wall: HipsReach, way_down: Sequence[Frame]) -> Frame | None:
    """The frame in which the hips first reach the wall; a median of three, so that no single frame
    touches anything."""
    known = [(f, f.angles.hip_travel) for f in way_down if f.angles.hip_travel is not None]
    for i in range(1, len(known) - 1):
        if median(travel for _, travel in known[i - 1 : i + 2]) >= wall.wall:
            return known[i][0]
    return None
