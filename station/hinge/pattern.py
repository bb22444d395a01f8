"""Which joint does the bending, and what the neck does, from the angles at the bottom."""

import math

from station.hinge.exercise import Exercise
from station.hinge.verdict import Angles, Back, Neck, Pattern

SQUAT_RATIO = 0.86
"""Knee flexion over hip flexion at or above which the knees do the bending. Real and rendered
squats measure 0.89 to 1.23, hinges and deadlifts 0.04 to 0.80."""

RATIO_SLOPE = 1 / 0.03
DEEP_SHIFT, DEEP_KNEE = 0.15, 12.0
"""Knees bent this many degrees past what the exercise asks for lower the ratio by so much: a hinge
that is no deadlift needs 5 to 45° of knee, a ratio of 0.1 to 0.45."""

THIGH_CENTRE, THIGH_SLOPE = 51.0, 1 / 4.0
"""Thigh against trunk: the share, as an angle, of the thighs in what hips and trunk turn through.
It needs no shin, which plates and benches hide: squats 52 to 77°, hinges 10 to 45, touch-and-go
deadlifts 44 to 54."""

SHIN_CENTRE, SHIN_SLOPE = 27.0, 1 / 4.0
"""Squats 26 to 49°, hinges −19 to 10, deadlifts from the floor up to 29."""

TRAVEL_CENTRE, TRAVEL_SLOPE = 0.48, -1 / 0.08
"""How far the hips go back: squats 0.21 to 0.46 thigh lengths, hinges 0.43 to 0.96."""

THIGH_WEIGHT, SHIN_WEIGHT, TRAVEL_WEIGHT = 0.5, 0.5, 0.5
MOST = 3.0
"""The signs beside the ratio count half, for they repeat each other; none says more than this."""

MAX_SHIN = 50.0
"""No ankle lets the shin lean further with the heel down (weight-bearing lunge: 35 to 50°): the
shin was not seen, and only thigh and trunk tell."""

SPINE_DEG_PER_SAGITTA = 1 / 0.0014
"""Degrees of lumbar flexion for each torso length of mean deviation (rendered people: 0.013 to
0.015 for 10°)."""

STOOP_SHARE = 0.45
"""A rounded bend in which the spine does this share of what looks like hip flexion is a stoop: the
landmarks cannot tell one from the other, the contour can."""

UNCLEAR_HIP = 25.0

OBLIQUE_HINGE, OBLIQUE_SQUAT = 0.62, 0.95
"""Knee over hip flexion from 30 to 60° off side-on: hinges 0.05 to 0.73, squats 0.76 to 1.20. What
lies between is not named."""

NECK_BAND = 8.0
"""Degrees around a limit in which the neck is not told: how far the measure is off on average
(rendered people: 7 up to 10° of yaw, 9 up to 20°)."""

LINE_POKED = 22.0
"""Change of the line from shoulder to ear, degrees, without which no chin is poked, for the head's
own pitch also depends on where one looked while standing. Rendered: poked 26 to 33, long up to 20.
"""

TILT_SHARE = 0.5
"""A spine that flexes turns the chest forward against the line from hip to shoulder by half its
flexion, as the end of an arc against its chord."""


def pattern_of(angles: Angles, change: Angles, back: Back, exercise: Exercise) -> Pattern:
    """Which joint does the bending; `change` is against standing."""
    seated = exercise.limits.posture == "seated"
    if change.hip_flexion < (10.0 if seated else UNCLEAR_HIP):
        return "unclear"
    if not seated and knees_lead(angles, exercise.limits.knee_bend) > 0:
        return "squat"
    if back.verdict == "rounded" and back.sagitta is not None:
        spine = back.sagitta * SPINE_DEG_PER_SAGITTA
        if spine >= STOOP_SHARE * (change if seated else angles).hip_flexion:
            return "stoop"
    return "hinge"


def knees_lead(angles: Angles, knee_bend: float | None) -> float:
    """How clearly the knees do the bending, as log-odds; hip travel counts where it is known.

    `knee_bend`: degrees of knee flexion the exercise allows, None = as they like.
    """
    thigh = math.degrees(
        math.atan2(max(angles.hip_flexion - angles.trunk, 0.0), max(angles.trunk, 1.0))
    )
    lean = _odds(thigh, THIGH_CENTRE, THIGH_SLOPE)
    if angles.shin > MAX_SHIN:
        return lean
    ratio = angles.knee_flexion / max(angles.hip_flexion, 1.0)
    deep = 0.0 if knee_bend is None else (angles.knee_flexion - knee_bend) / DEEP_KNEE
    centre = SQUAT_RATIO - DEEP_SHIFT * max(0.0, min(1.0, deep))
    odds = _odds(ratio, centre, RATIO_SLOPE)
    odds += THIGH_WEIGHT * lean + SHIN_WEIGHT * _odds(angles.shin, SHIN_CENTRE, SHIN_SLOPE)
    if angles.hip_travel is not None:
        odds += TRAVEL_WEIGHT * _odds(angles.hip_travel, TRAVEL_CENTRE, TRAVEL_SLOPE)
    return odds


def oblique_pattern_of(angles: Angles, change: Angles) -> Pattern:
    """The same from 30 to 60° off side-on, where only a clear difference holds."""
    if change.hip_flexion < UNCLEAR_HIP:
        return "unclear"
    ratio = angles.knee_flexion / max(angles.hip_flexion, 1.0)
    if ratio < OBLIQUE_HINGE:
        return "hinge"
    return "squat" if ratio > OBLIQUE_SQUAT else "unclear"


def neck_of(tilt: float | None, line: float | None, back: Back, exercise: Exercise) -> Neck:
    """`tilt`: how far the head is tilted back against the trunk, `line`: how far the line from
    shoulder to ear is, degrees against standing.

    Where the back rounds or arches, its share is taken out, and half of it is doubt.
    """
    if tilt is None:
        return Neck("cannot_tell")
    bent = 0.0
    if back.sagitta is not None and back.verdict != "flat":
        bent = TILT_SHARE * back.sagitta * SPINE_DEG_PER_SAGITTA
    limits, slack = exercise.limits, abs(bent) / 2
    extension = tilt + bent
    agreed = line is not None and line > LINE_POKED
    if agreed and extension - slack > limits.neck_poke:
        return Neck("poked", extension)
    if extension + slack < limits.neck_tuck:
        return Neck("tucked", extension)
    near = NECK_BAND + slack
    if not limits.neck_tuck + near <= extension <= limits.neck_poke - near:
        return Neck("cannot_tell", extension)
    return Neck("long", extension)


def _odds(reading: float, centre: float, slope: float) -> float:
    return max(-MOST, min(MOST, (reading - centre) * slope))
