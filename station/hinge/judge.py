"""From the frames of one bend to a verdict: kind, pattern, back, neck, faults."""

from statistics import median

from station.hinge import back as backs
from station.hinge.baseline import Standing, median_angles
from station.hinge.exercise import Exercise
from station.hinge.reps import Bend, Frame
from station.hinge.verdict import Angles, Back, Neck, Pattern, Rep, RepKind

BOTTOM_SHARE = 0.94
"""Frames whose hip flexion reaches this share of the deepest 200 ms belong to the bottom: a median
over them, not the maximum of a noisy signal, which reads 2 to 4° high."""

BOTTOM_WINDOW_S = 0.2
MAX_CLOSED_S = 0.4
MAX_CLOSED_SHARE = 0.25
"""A gate closed longer than both during a bend makes it uncertain."""

WALK_THIGHS = 0.5
"""Both ankles moved on by so many thigh lengths between start and bottom: walking, no rep."""

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

_ZERO = Angles(0.0, 0.0, 0.0, 0.0, None, 0.0)


def judge(bend: Bend, standing: Standing | None, exercise: Exercise) -> Rep | None:
    """The verdict on `bend`; None when it was no bend of a person who stayed in place."""
    usable = [frame for frame in bend.frames if frame.trusted] or list(bend.frames)
    bottom = _bottom(usable)
    base = standing.angles if standing is not None else _ZERO
    angles = median_angles([frame.angles for frame in bottom])
    change = _against(angles, base)
    if _walked(bend.frames, bottom):
        return None
    kind = _kind(bend, change, exercise)
    if kind is None:
        return None
    told = [frame.closed or frame.back for frame in bottom]
    shapes = [shape for shape in told if isinstance(shape, backs.Shape)]
    reasons = [reason for reason in told if isinstance(reason, str)]
    known = standing.back if standing is not None else None
    back = backs.verdict(shapes, known, angles.trunk, reasons, _way_down(bend, bottom, base))
    pattern = _pattern(angles, change, back)
    neck = _neck(change, exercise)
    faults = _faults(kind, change, pattern, back, neck, exercise)
    return Rep(
        kind=kind,
        start_s=bend.frames[0].t,
        bottom_s=bottom[len(bottom) // 2].t,
        end_s=bend.frames[-1].t,
        pattern=pattern,
        angles=angles,
        back=back,
        neck=neck,
        faults=faults,
        clean=kind == "rep" and not faults,
        cue=_cue(faults, back, exercise),
    )


def seen_now(
    angles: Angles, standing: Standing | None, *, rounds: bool, exercise: Exercise
) -> frozenset[str]:
    """Faults that one frame of a bend shows by itself; `angles` smoothed, absolute.

    Only those that need not wait for the bottom: how far back the hips go, or how deep, is known
    when it is over.
    """
    change = _against(angles, standing.angles if standing is not None else _ZERO)
    if change.hip_flexion < exercise.limits.min_depth_hip / 2:
        return frozenset()
    seen = {
        "back_rounds": rounds,
        "squatting": angles.knee_flexion >= SQUAT_RATIO * angles.hip_flexion,
        "knees_forward": change.shin > exercise.limits.shin_forward,
    }
    return frozenset(name for name, there in seen.items() if there)


def _bottom(frames: list[Frame]) -> list[Frame]:
    """The frames at the bottom, in order."""
    calm = [
        median(
            other.angles.hip_flexion
            for other in frames
            if abs(other.t - frame.t) <= BOTTOM_WINDOW_S / 2
        )
        for frame in frames
    ]
    deepest = max(calm)
    return [f for f, hip in zip(frames, calm, strict=True) if hip >= BOTTOM_SHARE * deepest] or [
        frames[calm.index(deepest)]
    ]


def _way_down(bend: Bend, bottom: list[Frame], base: Angles) -> list[tuple[float, backs.Shape]]:
    """Trunk inclination against standing and shape of the back, from upright to the bottom."""
    if bend.from_start:
        return []
    return [
        (frame.angles.trunk - base.trunk, frame.back)
        for frame in bend.frames
        if frame.t <= bottom[0].t and frame.trusted and isinstance(frame.back, backs.Shape)
    ]


def _against(angles: Angles, base: Angles) -> Angles:
    neck = None
    if angles.neck is not None and base.neck is not None:
        neck = angles.neck - base.neck
    return Angles(
        trunk=angles.trunk - base.trunk,
        hip_flexion=angles.hip_flexion - base.hip_flexion,
        knee_flexion=angles.knee_flexion - base.knee_flexion,
        shin=angles.shin - base.shin,
        neck=neck,
        hip_travel=angles.hip_travel,
    )


def _walked(frames: tuple[Frame, ...], bottom: list[Frame]) -> bool:
    first = frames[: max(1, len(frames) // 6)]
    thigh = median(frame.thigh for frame in frames)
    moves = [
        abs(median(f.ankles[leg] for f in bottom) - median(f.ankles[leg] for f in first))
        for leg in (0, 1)
    ]
    return min(moves) > WALK_THIGHS * thigh


def _kind(bend: Bend, change: Angles, exercise: Exercise) -> RepKind | None:
    limits = exercise.limits
    duration = bend.frames[-1].t - bend.frames[0].t
    closed = sum(
        b.t - a.t for a, b in zip(bend.frames, bend.frames[1:], strict=False) if not b.trusted
    )
    distrusted = closed > MAX_CLOSED_S and closed > MAX_CLOSED_SHARE * duration
    if bend.from_start or bend.broken or distrusted:
        return "uncertain"
    if duration < limits.min_duration_s:
        return None
    return "rep" if change.hip_flexion >= limits.min_depth_hip else "attempt"


def _pattern(angles: Angles, change: Angles, back: Back) -> Pattern:
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


def _neck(change: Angles, exercise: Exercise) -> Neck:
    if change.neck is None:
        return Neck("cannot_tell")
    if change.neck > exercise.limits.neck_poke:
        return Neck("poked", change.neck)
    if change.neck < exercise.limits.neck_tuck:
        return Neck("tucked", change.neck)
    return Neck("long", change.neck)


def _faults(
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


def _cue(faults: tuple[str, ...], back: Back, exercise: Exercise) -> str | None:
    for fault in exercise.faults:
        if fault.name in faults:
            late = fault.name == "back_rounds" and back.onset == "late"
            return fault.cue_late if late and fault.cue_late else fault.cue
    return None
