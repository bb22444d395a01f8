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
TURN: tuple[Line, ...] = (
    _arc(0.5, 0.48, 0.36, 20, 320),
    ((0.62, 0.72), (0.85, 0.6), (0.97, 0.84)),
)
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
PAUSE: tuple[Line, ...] = (((0.34, 0.2), (0.34, 0.8)), ((0.66, 0.2), (0.66, 0.8)))

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
    "far": STEP_CLOSER,
    "moving": PAUSE,
    "turn": TURN,
    "turn_a_little": TURN,
    "another_person": PERSON,
    "implausible": PAUSE,
    "slow": PAUSE,
}
"""The icon of each cue's name; a cue without one shows words alone."""

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
