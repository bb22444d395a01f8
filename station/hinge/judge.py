"""From the frames of one bend to a verdict: kind, pattern, back, neck, faults."""

from bisect import bisect_left, bisect_right
from statistics import median

from station.hinge import back as backs
from station.hinge import drills
from station.hinge.baseline import NOMINAL, Standing, against, median_angles
from station.hinge.exercise import Exercise
from station.hinge.faults import Evidence, cue_of, faults_of, mild_of
from station.hinge.gate import INSTRUCTIONS
from station.hinge.pattern import neck_of, oblique_pattern_of, pattern_of
from station.hinge.reps import Bend, Frame
from station.hinge.verdict import Angles, Back, Neck, Rep, RepKind, Tempo

BOTTOM_SHARE = 0.94
"""Frames whose hip flexion reaches this share of the deepest 200 ms belong to the bottom: a median
over them, not the maximum of a noisy signal, which reads 2 to 4° high."""

BOTTOM_WINDOW_S = 0.2
MAX_CLOSED_S = 0.4
MAX_CLOSED_SHARE = 0.25
"""A gate closed longer than both during a bend makes it uncertain."""

MIN_DEEP_S = 0.15
"""A rep is in the deeper half of its way for at least so long: one or two wild frames are not."""

WALK_THIGHS = 0.5
"""Both ankles moved on by so many thigh lengths between approach, bottom and end: walking, no rep
(real and rendered reps: up to 0.2)."""

SEAT_THIGHS = 0.25
SEAT_S = 0.5
"""With the centre of mass so far behind both heels for so long something else carries the body: a
bench or a wall, not the legs (real and rendered reps stay below 0; sitting reads 0.4 to 0.6)."""

CROUCH_S = 8.0
"""Who stays down for so long ties a shoe or loads a bar."""

CORE = (0.1, 0.9)
CORE_SHARE = 0.55
"""The way between these shares of the depth is timed, and taken for this share of the whole way (a
cosine: 0.59, least jerk: 0.50), for the first and last degrees drown in noise. Rendered people:
0.2 to 0.3 s off, of 1.0 to 2.0 s."""


def judge(bend: Bend, standing: Standing | None, exercise: Exercise) -> Rep | None:
    """The verdict on `bend`; None when it was no bend of a person who stayed on their feet."""
    usable = [frame for frame in bend.frames if frame.trusted] or list(bend.frames)
    bottom = _bottom(usable)
    base = standing.angles if standing is not None else NOMINAL[exercise.limits.posture]
    angles = median_angles([frame.angles for frame in bottom])
    change = against(angles, base)
    if _walked(bend, bottom) or _rested(bend, usable, change, base, exercise):
        return None
    kind = _kind(bend, usable, change, base, exercise)
    if kind is None:
        return None
    if 2 * sum(frame.judged for frame in bottom) < len(bottom) and bottom[0].trusted:
        return _oblique(kind, bend, bottom, angles, change)
    told = [frame.closed or frame.back for frame in bottom]
    shapes = [shape for shape in told if isinstance(shape, backs.Shape)]
    reasons = [reason for reason in told if isinstance(reason, str)]
    known = standing.back if standing is not None else None
    course = _way_down(bend, bottom, base)
    back = backs.verdict(shapes, known, angles.trunk, angles.neck, reasons, course)
    pattern = pattern_of(angles, change, back, exercise)
    neck = neck_of(_head(bottom, standing), change.neck, back, exercise)
    drill = drills.outcome(
        exercise.success,
        kind,
        [frame for frame in usable if frame.t <= bottom[-1].t],
        change,
        standing.angles if standing is not None else None,
        back,
    )
    tempo = _tempo(bend, base, change)
    balance = median(frame.balance for frame in bottom)
    evidence = Evidence(kind, angles, change, pattern, back, neck, tempo, balance, drill)
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
        tempo=tempo,
        balance=balance,
        success=drill.success,
        mild=mild_of(evidence, exercise),
    )


def _oblique(kind: RepKind, bend: Bend, bottom: list[Frame], angles: Angles, change: Angles) -> Rep:
    """Counted, and told how to stand so that the form can be judged."""
    return Rep(
        kind=kind,
        start_s=bend.frames[0].t,
        bottom_s=bottom[len(bottom) // 2].t,
        end_s=bend.frames[-1].t,
        pattern=oblique_pattern_of(angles, change),
        angles=angles,
        back=Back("cannot_tell", reason="oblique"),
        neck=Neck("cannot_tell"),
        faults=(),
        clean=False,
        cue=INSTRUCTIONS["turn"],
    )


def _bottom(frames: list[Frame]) -> list[Frame]:
    """The frames at the bottom, in order."""
    times = [frame.t for frame in frames]
    hips = [frame.angles.hip_flexion for frame in frames]
    calm = [
        median(
            hips[
                bisect_left(times, t - BOTTOM_WINDOW_S / 2) : bisect_right(
                    times, t + BOTTOM_WINDOW_S / 2
                )
            ]
        )
        for t in times
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


def _walked(bend: Bend, bottom: list[Frame]) -> bool:
    frames = bend.frames
    thigh = median(frame.thigh for frame in frames)
    edge = max(1, len(frames) // 6)
    stretches = [bend.approach[:edge], frames[:edge], bottom, frames[-edge:]]
    feet = [
        [median(frame.ankles[leg] for frame in stretch) for leg in (0, 1)]
        for stretch in stretches
        if stretch
    ]
    at_bottom = feet[-2]
    return any(
        min(abs(there[leg] - at_bottom[leg]) for leg in (0, 1)) > WALK_THIGHS * thigh
        for there in feet
    )


def _rested(
    bend: Bend, usable: list[Frame], change: Angles, base: Angles, exercise: Exercise
) -> bool:
    """Whether the member sat, leant or crouched instead of turning round at the bottom; on a chair,
    whether they sat down or stood up."""
    if exercise.limits.posture == "seated":
        return not drills.stayed_seated(bend.frames)
    if not bend.broken and _longest(usable, [_depth(f, base, change) > 0.8 for f in usable]) > (
        CROUCH_S
    ):
        return True
    return _longest(usable, [frame.support > SEAT_THIGHS for frame in usable]) > SEAT_S


def _depth(frame: Frame, base: Angles, change: Angles) -> float:
    """Hip flexion of a frame against the bottom's, 0 standing, 1 at the bottom."""
    return (frame.angles.hip_flexion - base.hip_flexion) / max(change.hip_flexion, 1.0)


def _longest(frames: list[Frame], there: list[bool]) -> float:
    """Seconds of the longest run of frames in which it was there."""
    longest, since = 0.0, None
    for frame, yes in zip(frames, there, strict=True):
        if not yes:
            since = None
            continue
        since = frame.t if since is None else since
        longest = max(longest, frame.t - since)
    return longest


def _kind(
    bend: Bend, usable: list[Frame], change: Angles, base: Angles, exercise: Exercise
) -> RepKind | None:
    limits = exercise.limits
    duration = bend.frames[-1].t - bend.frames[0].t
    closed = sum(
        b.t - a.t for a, b in zip(bend.frames, bend.frames[1:], strict=False) if not b.trusted
    )
    distrusted = closed > MAX_CLOSED_S and closed > MAX_CLOSED_SHARE * duration
    if bend.from_start or bend.broken or distrusted:
        return "uncertain"
    deep = _longest(usable, [_depth(frame, base, change) > 0.5 for frame in usable])
    if duration < limits.min_duration_s or deep < MIN_DEEP_S:
        return None
    return "rep" if change.hip_flexion >= limits.min_depth_hip else "attempt"


def _tempo(bend: Bend, base: Angles, change: Angles) -> Tempo | None:
    """Times of the way down, the bottom and the way up; None where the way was not all seen."""
    if bend.from_start or bend.broken:
        return None
    frames = (*bend.approach, *bend.frames)
    depths = [_depth(frame, base, change) for frame in frames]
    begun = len(bend.approach)
    low = [i for i, depth in enumerate(depths) if i >= begun and depth >= CORE[1]]
    if not low:
        return None
    first, last = low[0], low[-1]
    up_before, up_after = _upright(depths[first::-1]), _upright(depths[last:])
    if up_before is None or up_after is None:
        return None
    left, back = first - up_before, last + up_after
    down = (frames[first].t - frames[left].t) / CORE_SHARE
    up = (frames[back].t - frames[last].t) / CORE_SHARE
    hold = frames[last].t - frames[first].t - (1 - CORE_SHARE) / 2 * (down + up)
    return Tempo(down_s=down, hold_s=max(0.0, hold), up_s=up)


def _upright(depths: list[float]) -> int | None:
    """Index where depths that begin at the bottom have come up nearly as high as they ever do;
    None when all are beyond the bottom's: of few frames a second each may be anywhere."""
    top = min(depths)
    level = top + CORE[0] * (1 - top)
    return next((i for i, depth in enumerate(depths) if depth <= level), None)


def _head(bottom: list[Frame], standing: Standing | None) -> float | None:
    """How far the head is tilted back against standing, degrees."""
    seen = [frame.head for frame in bottom if frame.head is not None]
    if standing is None or standing.head is None or 2 * len(seen) < len(bottom):
        return None
    return median(seen) - standing.head
