"""Icons for cues, as lines in a unit square (x right, y up), facing right."""

import math

Line = tuple[tuple[float, float], ...]


def _arc(x: float, y: float, radius: float, start: float, end: float) -> Line:
    """Points of a circle's arc, degrees anticlockwise from east."""
    steps = 24
    turns = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return tuple((x + radius * math.cos(a), y + radius * math.sin(a)) for a in turns)


_HEAD = _arc(0.5, 0.78, 0.14, 0, 360)

CHECK: tuple[Line, ...] = (((0.14, 0.5), (0.4, 0.22), (0.88, 0.8)),)
HIPS_BACK: tuple[Line, ...] = (
    ((0.92, 0.5), (0.1, 0.5)),
    ((0.4, 0.82), (0.08, 0.5), (0.4, 0.18)),
)
LONG_BACK: tuple[Line, ...] = (
    ((0.12, 0.12), (0.88, 0.88)),
    ((0.12, 0.46), (0.12, 0.12), (0.46, 0.12)),
    ((0.54, 0.88), (0.88, 0.88), (0.88, 0.54)),
)
SHINS_STILL: tuple[Line, ...] = (
    ((0.34, 0.06), (0.34, 0.94)),
    ((0.92, 0.5), (0.56, 0.5)),
    ((0.72, 0.68), (0.54, 0.5), (0.72, 0.32)),
)
RIBS_DOWN: tuple[Line, ...] = (
    _arc(0.5, 0.1, 0.42, 30, 150),
    ((0.5, 0.96), (0.5, 0.66)),
    ((0.34, 0.78), (0.5, 0.62), (0.66, 0.78)),
)
LONG_NECK: tuple[Line, ...] = (
    _arc(0.5, 0.3, 0.2, 0, 360),
    ((0.5, 0.6), (0.5, 0.95)),
    ((0.34, 0.8), (0.5, 0.96), (0.66, 0.8)),
)
DEEPER: tuple[Line, ...] = (
    ((0.5, 0.92), (0.5, 0.1)),
    ((0.18, 0.42), (0.5, 0.08), (0.82, 0.42)),
)
PERSON: tuple[Line, ...] = (_HEAD, _arc(0.5, 0.1, 0.34, 0, 180))
STEP_BACK: tuple[Line, ...] = (
    ((0.36, 0.94), (0.06, 0.94), (0.06, 0.64)),
    ((0.64, 0.94), (0.94, 0.94), (0.94, 0.64)),
    ((0.36, 0.06), (0.06, 0.06), (0.06, 0.36)),
    ((0.64, 0.06), (0.94, 0.06), (0.94, 0.36)),
    ((0.5, 0.26), (0.5, 0.74)),
)
STEP_CLOSER: tuple[Line, ...] = (
    ((0.06, 0.66), (0.34, 0.66), (0.34, 0.94)),
    ((0.94, 0.66), (0.66, 0.66), (0.66, 0.94)),
    ((0.06, 0.34), (0.34, 0.34), (0.34, 0.06)),
    ((0.94, 0.34), (0.66, 0.34), (0.66, 0.06)),
)
MIDDLE: tuple[Line, ...] = (
    ((0.5, 0.1), (0.5, 0.9)),
    ((0.04, 0.5), (0.36, 0.5)),
    ((0.22, 0.66), (0.38, 0.5), (0.22, 0.34)),
    ((0.96, 0.5), (0.64, 0.5)),
    ((0.78, 0.66), (0.62, 0.5), (0.78, 0.34)),
)
MOVE: tuple[Line, ...] = (
    ((0.06, 0.5), (0.94, 0.5)),
    ((0.62, 0.84), (0.96, 0.5), (0.62, 0.16)),
)
"""Points right; turned round where the middle is on the left."""
TURN_SIDE: tuple[Line, ...] = (
    ((0.5, 0.98), (0.5, 0.72)),
    ((0.5, 0.3), (0.5, 0.02)),
    tuple((x, 0.45 + 0.5 * (y - 0.5)) for x, y in _arc(0.5, 0.5, 0.44, 130, 400)),
    ((0.98, 0.4), (0.84, 0.6), (0.6, 0.46)),
)
"""A flat arrow round an upright axis."""
FACE: tuple[Line, ...] = (
    _arc(0.5, 0.5, 0.44, 0, 360),
    ((0.34, 0.6), (0.34, 0.62)),
    ((0.66, 0.6), (0.66, 0.62)),
    _arc(0.5, 0.46, 0.2, 215, 325),
)
FEET_APART: tuple[Line, ...] = (
    ((0.3, 0.94), (0.3, 0.5)),
    ((0.7, 0.94), (0.7, 0.5)),
    ((0.36, 0.2), (0.04, 0.2)),
    ((0.18, 0.36), (0.02, 0.2), (0.18, 0.04)),
    ((0.64, 0.2), (0.96, 0.2)),
    ((0.82, 0.36), (0.98, 0.2), (0.82, 0.04)),
)
FEET_TOGETHER: tuple[Line, ...] = (
    ((0.14, 0.94), (0.14, 0.5)),
    ((0.86, 0.94), (0.86, 0.5)),
    ((0.02, 0.2), (0.38, 0.2)),
    ((0.24, 0.36), (0.4, 0.2), (0.24, 0.04)),
    ((0.98, 0.2), (0.62, 0.2)),
    ((0.76, 0.36), (0.6, 0.2), (0.76, 0.04)),
)
STANCE: tuple[Line, ...] = (
    ((0.5, 0.94), (0.22, 0.16)),
    ((0.5, 0.94), (0.78, 0.16)),
    ((0.06, 0.08), (0.94, 0.08)),
)
TOES: tuple[Line, ...] = (
    ((0.26, 0.08), (0.26, 0.9)),
    ((0.06, 0.68), (0.26, 0.92), (0.46, 0.68)),
    ((0.74, 0.08), (0.74, 0.9)),
    ((0.54, 0.68), (0.74, 0.92), (0.94, 0.68)),
)
KNEES_OUT: tuple[Line, ...] = (
    ((0.42, 0.96), (0.3, 0.5), (0.36, 0.04)),
    ((0.58, 0.96), (0.7, 0.5), (0.64, 0.04)),
    ((0.16, 0.64), (0.02, 0.5), (0.16, 0.36)),
    ((0.84, 0.64), (0.98, 0.5), (0.84, 0.36)),
)
SHOULDERS: tuple[Line, ...] = (
    _arc(0.5, 0.72, 0.18, 0, 360),
    ((0.06, 0.1), (0.06, 0.34), (0.94, 0.34), (0.94, 0.1)),
)
PELVIS: tuple[Line, ...] = (
    ((0.08, 0.62), (0.92, 0.62)),
    ((0.22, 0.62), (0.22, 0.06)),
    ((0.78, 0.62), (0.78, 0.06)),
    ((0.34, 0.84), (0.5, 0.98), (0.66, 0.84)),
)
HEAD: tuple[Line, ...] = (
    _arc(0.5, 0.36, 0.26, 0, 360),
    ((0.5, 0.72), (0.5, 0.98)),
)
TWO_PERSONS: tuple[Line, ...] = (
    _arc(0.3, 0.76, 0.12, 0, 360),
    _arc(0.3, 0.2, 0.25, 0, 180),
    _arc(0.76, 0.76, 0.12, 0, 360),
    _arc(0.76, 0.2, 0.2, 0, 180),
)
CHANGE: tuple[Line, ...] = (
    ((0.5, 0.94), (0.5, 0.36)),
    ((0.5, 0.08), (0.5, 0.1)),
)
STOP: tuple[Line, ...] = (
    _arc(0.5, 0.5, 0.44, 0, 360),
    ((0.5, 0.76), (0.5, 0.44)),
    ((0.5, 0.24), (0.5, 0.25)),
)
CAMERA_OFF: tuple[Line, ...] = (
    ((0.04, 0.22), (0.04, 0.76), (0.66, 0.76), (0.66, 0.22), (0.04, 0.22)),
    ((0.66, 0.56), (0.96, 0.74), (0.96, 0.24), (0.66, 0.42)),
    ((0.1, 0.02), (0.9, 0.98)),
)
CROSS: tuple[Line, ...] = (((0.16, 0.16), (0.84, 0.84)), ((0.16, 0.84), (0.84, 0.16)))
PAUSE: tuple[Line, ...] = (((0.34, 0.2), (0.34, 0.8)), ((0.66, 0.2), (0.66, 0.8)))

START: tuple[Line, ...] = (((0.28, 0.14), (0.82, 0.5), (0.28, 0.86), (0.28, 0.14)),)
BACK: tuple[Line, ...] = (((0.64, 0.14), (0.3, 0.5), (0.64, 0.86)),)
MORE: tuple[Line, ...] = (((0.36, 0.14), (0.7, 0.5), (0.36, 0.86)),)
AGAIN: tuple[Line, ...] = (
    _arc(0.5, 0.48, 0.36, 60, 380),
    ((0.96, 0.74), (0.84, 0.56), (0.66, 0.68)),
)
HOLLOW: tuple[Line, ...] = (_arc(0.5, 0.5, 0.38, 0, 360),)
UNSURE: tuple[Line, ...] = (
    _arc(0.5, 0.7, 0.22, 180, -60),
    ((0.6, 0.5), (0.5, 0.4), (0.5, 0.3)),
    ((0.5, 0.09), (0.5, 0.08)),
)

BY_CUE: dict[str, tuple[Line, ...]] = {
    "praise": CHECK,
    "back_rounds": LONG_BACK,
    "back_arches": RIBS_DOWN,
    "knees_forward": SHINS_STILL,
    "squatting": HIPS_BACK,
    "knees_bend": SHINS_STILL,
    "hips_stay": HIPS_BACK,
    "off_balance": HIPS_BACK,
    "head_pokes": LONG_NECK,
    "head_tucks": LONG_NECK,
    "too_fast": PAUSE,
    "too_shallow": DEEPER,
    "pushes_bench": HIPS_BACK,
    "calf_stays": HIPS_BACK,
    "wall_missed": HIPS_BACK,
    "too_close": STEP_BACK,
    "nobody": PERSON,
    "out_of_frame": STEP_BACK,
    "off_centre": MIDDLE,
    "move": MOVE,
    "far": STEP_CLOSER,
    "moving": PAUSE,
    "turn": TURN_SIDE,
    "turn_a_little": TURN_SIDE,
    "another_person": TWO_PERSONS,
    "implausible": PAUSE,
    "slow": PAUSE,
    "face": FACE,
    "stance": STANCE,
    "stance_narrow": FEET_APART,
    "stance_wide": FEET_TOGETHER,
    "toes": TOES,
    "knees": KNEES_OUT,
    "shoulders": SHOULDERS,
    "pelvis": PELVIS,
    "head": HEAD,
    "start": START,
    "back": BACK,
    "more": MORE,
    "again": AGAIN,
    "finish": CHECK,
    "done": CHECK,
    "no": CROSS,
    "good": CHECK,
    "fix": CHANGE,
    "wait": HOLLOW,
    "unsure": UNSURE,
    "hollow": HOLLOW,
    "safety": STOP,
    "cannot_tell": UNSURE,
    "no_picture": CAMERA_OFF,
}
"""The icon of each cue's, check's and key's name; what has none shows words alone."""

POINTING_BACK = frozenset(
    {
        "squatting",
        "hips_stay",
        "off_balance",
        "knees_forward",
        "knees_bend",
        "pushes_bench",
        "calf_stays",
        "wall_missed",
    }
)
"""Icons that point towards the member's back, and are turned round with them."""
