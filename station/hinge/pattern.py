"""Which joint does the bending, and what the neck does, from the angles at the bottom."""

from station.hinge.exercise import Exercise
from station.hinge.verdict import Angles, Back, Neck, Pattern

SQUAT_RATIO = 0.86
"""Knee flexion over hip flexion at or above which the knees do the bending. Real and rendered
squats measure 0.9 to 1.2, hinges and deadlifts 0.1 to 0.8."""

SPINE_DEG_PER_SAGITTA = 1 / 0.0014
"""Degrees of lumbar flexion for each torso length of mean deviation (rendered people: 0.013 to
0.015 for 10°)."""

STOOP_SHARE = 0.45
"""A rounded bend in which the spine does this share of what looks like hip flexion is a stoop: the
landmarks cannot tell one from the other, the contour can."""

UNCLEAR_HIP = 25.0


def pattern_of(angles: Angles, change: Angles, back: Back) -> Pattern:
    """Which joint does the bending; `change` is against standing."""
    if change.hip_flexion < UNCLEAR_HIP:
        return "unclear"
    if angles.knee_flexion >= SQUAT_RATIO * angles.hip_flexion:
        return "squat"
    if back.verdict == "rounded" and back.sagitta is not None:
        spine = back.sagitta * SPINE_DEG_PER_SAGITTA
        if spine >= STOOP_SHARE * angles.hip_flexion:
            return "stoop"
    return "hinge"


def neck_of(change: Angles, exercise: Exercise) -> Neck:
    if change.neck is None:
        return Neck("cannot_tell")
    if change.neck > exercise.limits.neck_poke:
        return Neck("poked", change.neck)
    if change.neck < exercise.limits.neck_tuck:
        return Neck("tucked", change.neck)
    return Neck("long", change.neck)
