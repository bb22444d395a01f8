"""From the frames of one bend to a verdict: kind, pattern, back, neck, faults."""

from statistics import median

from station.hinge import back as backs
from station.hinge import drills
from station.hinge.baseline import ZERO, Standing, against, median_angles
from station.hinge.exercise import Exercise
from station.hinge.faults import Evidence, cue_of, faults_of, mild_of
from station.hinge.pattern import neck_of, pattern_of
from station.hinge.reps import Bend, Frame
from station.hinge.verdict import Angles, Rep, RepKind

BOTTOM_SHARE = 0.94
"""Frames whose hip flexion reaches this share of the deepest 200 ms belong to the bottom: a median
over them, not the maximum of a noisy signal, which reads 2 to 4° high."""

BOTTOM_WINDOW_S = 0.2
MAX_CLOSED_S = 0.4
MAX_CLOSED_SHARE = 0.25
"""A gate closed longer than both during a bend makes it uncertain."""

WALK_THIGHS = 0.5
"""Both ankles moved on by so many thigh lengths between start and bottom: walking, no rep."""


def judge(bend: Bend, standing: Standing | None, exercise: Exercise) -> Rep | None:
    """The verdict on `bend`; None when it was no bend of a person who stayed in place."""
    usable = [frame for frame in bend.frames if frame.trusted] or list(bend.frames)
    bottom = _bottom(usable)
    base = standing.angles if standing is not None else ZERO
    angles = median_angles([frame.angles for frame in bottom])
    change = against(angles, base)
    if _walked(bend.frames, bottom):
        return None
    kind = _kind(bend, change, exercise)
    if kind is None:
        return None
    told = [frame.closed or frame.back for frame in bottom]
    shapes = [shape for shape in told if isinstance(shape, backs.Shape)]
    reasons = [reason for reason in told if isinstance(reason, str)]
    known = standing.back if standing is not None else None
    course = _way_down(bend, bottom, base)
    back = backs.verdict(shapes, known, angles.trunk, angles.neck, reasons, course)
    pattern = pattern_of(angles, change, back)
    neck = neck_of(change, exercise)
    drill = drills.outcome(
        exercise.success,
        kind,
        [frame for frame in usable if frame.t <= bottom[-1].t],
        change,
        standing.angles if standing is not None else None,
        back,
    )
    evidence = Evidence(kind, angles, change, pattern, back, neck, drill=drill)
    faults = faults_of(evidence, exercise)
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
        cue=cue_of(faults, back, exercise),
        success=drill.success,
        mild=mild_of(evidence, exercise),
    )


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
