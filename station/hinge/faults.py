"""Which of the exercise's faults were seen, how clearly, and what to say of them.

Each fault has a margin: how far past its limit it is, in bands of what the measurement can be off
by. Above 0 it is a fault; below 1 it may as well not be one, and is not said the first time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from station.hinge.baseline import NOMINAL, Standing, against
from station.hinge.drills import NONE, SHIN_BAND, Outcome
from station.hinge.exercise import Exercise, ShinStays
from station.hinge.pattern import SQUAT_RATIO
from station.hinge.verdict import Angles, Back, Neck, Pattern, Rep, RepKind, Tempo

RATIO_BAND = 0.05
KNEE_BAND = 6.0
NECK_BAND = 6.0
TRAVEL_BAND = 0.04
TEMPO_BAND = 0.05
"""Ratio, degrees, degrees, thigh lengths, seconds: twice the error against standing on rendered
people (knee 1.4°, hip 2.3°, and the neck no better than the knee on real ones); a frame and a half
at 30 a second."""

SURE_BACK = 0.75
"""Probability from which a rounded or arched back is clear; a verdict begins above one half."""

CLEAR, BARELY = 2.0, 0.5
"""Margins of what is seen or not seen, without a measure of how much."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a bend: angles at the bottom, absolute and against standing, and the rest
    of its verdict."""

    kind: RepKind
    angles: Angles
    change: Angles
    pattern: Pattern
    back: Back
    neck: Neck
    tempo: Tempo | None = None
    balance: float | None = None
    drill: Outcome = NONE


def seen_now(
    angles: Angles, standing: Standing | None, *, rounds: bool, exercise: Exercise
) -> frozenset[str]:
    """Faults that one frame of a bend shows by itself, beyond doubt; `angles` smoothed, absolute.

    Only those that need not wait for the bottom: how far back the hips go, or how deep, is known
    when it is over. Only beyond doubt, so that the verdict on the rep will not take it back.
    """
    limits = exercise.limits
    change = against(angles, standing.angles if standing else NOMINAL[limits.posture])
    if change.hip_flexion < limits.min_depth_hip / 2:
        return frozenset()
    margins = {
        "back_rounds": CLEAR if rounds else 0.0,
        "squatting": _squat(angles, exercise),
        "knees_forward": (change.shin - limits.shin_forward) / SHIN_BAND,
        "knees_bend": (change.knee_flexion - limits.knee_bend) / KNEE_BAND,
    }
    if isinstance(exercise.success, ShinStays) and standing is not None:
        margins["pushes_bench"] = (change.shin - exercise.success.forward_deg) / SHIN_BAND
    return frozenset(name for name, margin in margins.items() if margin >= 1)


def faults_of(evidence: Evidence, exercise: Exercise) -> tuple[str, ...]:
    """The exercise's faults that were seen, in its order of priority."""
    margins = _margins(evidence, exercise)
    return tuple(fault.name for fault in exercise.faults if margins.get(fault.name, 0.0) > 0)


def mild_of(evidence: Evidence, exercise: Exercise) -> tuple[str, ...]:
    """Those of `faults_of` that are barely past their limit."""
    margins = _margins(evidence, exercise)
    return tuple(name for name in faults_of(evidence, exercise) if margins[name] < 1)


def cue_of(faults: tuple[str, ...], back: Back, exercise: Exercise) -> str | None:
    """What to say of the most important of `faults`, by when it began."""
    fault = exercise.fault(faults[0]) if faults else None
    if fault is None:
        return None
    return fault.told(back.onset if fault.name == "back_rounds" else None).cue


def onset_of(name: str, reps: Iterable[Rep]) -> Literal["start", "late"] | None:
    """When that fault began in most of `reps` that tell; only rounding is told apart."""
    told = [rep.back.onset for rep in reps if name in rep.faults and name == "back_rounds"]
    late, start = told.count("late"), told.count("start")
    return None if late == start == 0 else "late" if late > start else "start"


def _margins(evidence: Evidence, exercise: Exercise) -> Mapping[str, float]:
    limits, change, back = exercise.limits, evidence.change, evidence.back
    shape = CLEAR if back.confidence is None or back.confidence >= SURE_BACK else BARELY
    margins = {
        "back_rounds": shape if back.verdict == "rounded" else 0.0,
        "back_arches": shape if back.verdict == "arched" else 0.0,
        "squatting": _squatted(evidence, exercise),
        "knees_forward": (change.shin - limits.shin_forward) / SHIN_BAND,
        "knees_bend": (change.knee_flexion - limits.knee_bend) / KNEE_BAND,
        "too_shallow": CLEAR if evidence.kind == "attempt" else 0.0,
        **_neck(evidence.neck, exercise),
        **evidence.drill.faults,
    }
    # How far the hips go back, and how fast one is there, goes with depth: a shallow bend says
    # nothing about either.
    if evidence.kind != "attempt":
        if change.hip_travel is not None:
            margins["hips_stay"] = (limits.hip_travel - change.hip_travel) / TRAVEL_BAND
        if evidence.balance is not None:
            margins["off_balance"] = (limits.balance - evidence.balance) / TRAVEL_BAND
        if evidence.tempo is not None:
            margins["too_fast"] = (limits.min_down_s - evidence.tempo.down_s) / TEMPO_BAND
    return margins


def _squat(angles: Angles, exercise: Exercise) -> float:
    """How far the knees lead, past what this exercise allows; `angles` absolute."""
    limit = exercise.limits.squat_ratio or SQUAT_RATIO
    return (angles.knee_flexion / max(angles.hip_flexion, 1.0) - limit) / RATIO_BAND


def _squatted(evidence: Evidence, exercise: Exercise) -> float:
    """The same for a whole bend: only a squat, and any squat unless the exercise sets a limit."""
    if evidence.pattern != "squat":
        return 0.0
    margin = _squat(evidence.angles, exercise)
    return max(margin, BARELY) if exercise.limits.squat_ratio is None else margin


def _neck(neck: Neck, exercise: Exercise) -> dict[str, float]:
    limits = exercise.limits
    if neck.deg is None:
        return {}
    return {
        "head_pokes": (neck.deg - limits.neck_poke) / NECK_BAND if neck.verdict == "poked" else 0,
        "head_tucks": (limits.neck_tuck - neck.deg) / NECK_BAND if neck.verdict == "tucked" else 0,
    }
