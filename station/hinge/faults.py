"""Which of the exercise's faults were seen, and what to say of them."""

from station.hinge.baseline import ZERO, Standing, against
from station.hinge.exercise import Exercise
from station.hinge.pattern import SQUAT_RATIO
from station.hinge.verdict import Angles, Back, Neck, Pattern, RepKind


def seen_now(
    angles: Angles, standing: Standing | None, *, rounds: bool, exercise: Exercise
) -> frozenset[str]:
    """Faults that one frame of a bend shows by itself; `angles` smoothed, absolute.

    Only those that need not wait for the bottom: how far back the hips go, or how deep, is known
    when it is over.
    """
    change = against(angles, standing.angles if standing is not None else ZERO)
    if change.hip_flexion < exercise.limits.min_depth_hip / 2:
        return frozenset()
    seen = {
        "back_rounds": rounds,
        "squatting": angles.knee_flexion >= SQUAT_RATIO * angles.hip_flexion,
        "knees_forward": change.shin > exercise.limits.shin_forward,
    }
    return frozenset(name for name, there in seen.items() if there)


def faults_of(
    kind: RepKind, change: Angles, pattern: Pattern, back: Back, neck: Neck, exercise: Exercise
) -> tuple[str, ...]:
    """The exercise's faults that were seen, in its order of priority."""
    limits = exercise.limits
    travel = change.hip_travel
    seen = {
        "back_rounds": back.verdict == "rounded",
        "back_arches": back.verdict == "arched",
        "squatting": pattern == "squat",
        "knees_forward": change.shin > limits.shin_forward,
        # How far hips go back grows with depth, so a shallow bend says nothing about it.
        "hips_stay": kind != "attempt" and travel is not None and travel < limits.hip_travel,
        "head_pokes": neck.verdict == "poked",
        "head_tucks": neck.verdict == "tucked",
        "too_shallow": kind == "attempt",
    }
    return tuple(fault.name for fault in exercise.faults if seen[fault.name])


def cue_of(faults: tuple[str, ...], back: Back, exercise: Exercise) -> str | None:
    for fault in exercise.faults:
        if fault.name in faults:
            late = fault.name == "back_rounds" and back.onset == "late"
            return fault.cue_late if late and fault.cue_late else fault.cue
    return None
