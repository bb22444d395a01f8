"""One set at a station: reps, patterns, faults, as many members of many kinds would do them."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from station.messages import Patterns

Mode = Literal["set", "drill", "pick_up"]
Pattern = Literal["hinge", "squat", "stoop", "unclear"]

_OF_SETS = (
    "back_rounds", "squatting", "knees_forward", "knees_bend", "back_arches", "hips_stay",
    "off_balance", "head_pokes", "head_tucks", "too_fast", "too_shallow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """An exercise: how often of 100 it is done, its usual reps, and which faults it knows."""

    mode: Mode
    often: int
    reps: tuple[int, int]
    faults: tuple[str, ...]


EXERCISES: dict[str, Kind] = {
    "hinge": Kind("set", 40, (6, 15), _OF_SETS),
    "rdl": Kind("set", 14, (6, 12), _OF_SETS),
    "deadlift": Kind("set", 12, (4, 8), tuple(f for f in _OF_SETS if f != "knees_bend")),
    "wall_tap": Kind(
        "drill",
        9,
        (5, 10),
        ("too_close", "wall_missed", "back_rounds", "squatting", "off_balance", "too_shallow"),
    ),
    "bench_front": Kind(
        "drill", 6, (5, 10), ("pushes_bench", "squatting", "back_rounds", "too_shallow")
    ),
    "good_morning": Kind("set", 6, (6, 12), _OF_SETS),
    "seated": Kind("drill", 4, (5, 10), ("back_rounds", "back_arches", "too_shallow")),
    "kickstand": Kind("set", 3, (6, 10), _OF_SETS),
    "bench_behind": Kind(
        "drill", 2, (5, 10), ("calf_stays", "squatting", "back_rounds", "too_shallow")
    ),
    "pick_up": Kind("pick_up", 2, (3, 6), ("back_rounds", "squatting")),
    "warrior": Kind("set", 1, (4, 8), _OF_SETS),
    "kickstand_lifted": Kind("set", 1, (4, 8), _OF_SETS),
}
_NAMES, _OFTEN = tuple(EXERCISES), tuple(kind.often for kind in EXERCISES.values())

_FAULTS_OF: dict[Pattern, tuple[tuple[str, int], ...]] = {
    "hinge": (
        ("too_shallow", 5), ("head_pokes", 5), ("too_fast", 4), ("knees_bend", 3),
        ("head_tucks", 2), ("hips_stay", 2), ("back_arches", 2), ("wall_missed", 5),
        ("too_close", 3), ("calf_stays", 4), ("pushes_bench", 3), ("back_rounds", 1),
    ),
    "squat": (
        ("squatting", 8), ("knees_forward", 6), ("pushes_bench", 4), ("calf_stays", 3),
        ("off_balance", 1), ("wall_missed", 2),
    ),
    "stoop": (("back_rounds", 10), ("hips_stay", 4), ("off_balance", 2), ("wall_missed", 2)),
    "unclear": (),
}  # fmt: skip
"""What goes wrong in a rep of a pattern, and how often against the others."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`skill`: probability that a rep is a hinge; `coaching` is added to it from half of the set
    on; `seen`: how well the camera sees, 1 = as it should."""

    skill: float
    coaching: float
    seen: float


def one(dice: random.Random, here: Circumstances) -> dict[str, Any]:
    """The fields of a session event that say what was done; consistent with one another."""
    exercise = dice.choices(_NAMES, _OFTEN)[0]
    kind = EXERCISES[exercise]
    member = min(0.97, max(0.05, dice.gauss(here.skill, 0.16)))
    leans = dice.random()
    outcome = dice.choices(("finished", "left", "stopped"), (82, 14, 4))[0]
    reps = dice.randint(*kind.reps)
    if outcome != "finished":
        reps = dice.randint(1, max(1, reps // 2))
    if dice.random() < 0.02:
        reps = 0
    middle = (reps + 1) // 2
    patterns: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    clean = [0, 0]
    for rep in range(reps):
        late = rep >= middle
        ability = min(0.98, member + here.coaching * late)
        pattern = _pattern(dice, ability, leans, here.seen)
        patterns[pattern] += 1
        wrong = _wrong(dice, pattern, ability, kind)
        faults.update(wrong)
        clean[late] += pattern == "hinge" and not wrong
    attempts = (reps == 0) + sum(dice.random() < 0.35 for _ in range(3))
    seconds = (reps + attempts) * dice.uniform(4.5, 9.0) + dice.uniform(5, 40)
    return {
        "exercise": exercise,
        "mode": kind.mode,
        "reps": reps,
        "clean": sum(clean),
        "attempts": attempts,
        "patterns": Patterns(**patterns),
        "faults": dict(sorted(faults.items())),
        "first_half_clean": clean[0],
        "second_half_clean": clean[1],
        "depth_band": _depth(dice, reps, member),
        "minutes_band": _minutes(seconds),
        "outcome": outcome,
    }


def _pattern(dice: random.Random, ability: float, leans: float, seen: float) -> Pattern:
    if dice.random() > 0.95 * seen:
        return "unclear"
    if dice.random() < ability:
        return "hinge"
    return "squat" if dice.random() < 0.25 + 0.5 * leans else "stoop"


def _wrong(dice: random.Random, pattern: Pattern, ability: float, kind: Kind) -> list[str]:
    """Faults of one rep, none twice; a squat or stoop has at least one where there is one."""
    known = [(name, often) for name, often in _FAULTS_OF[pattern] if name in kind.faults]
    if not known or (pattern == "hinge" and dice.random() < 0.55 + 0.4 * ability):
        return []
    names, often = zip(*known, strict=True)
    first = dice.choices(names, often)[0]
    second = dice.choices(names, often)[0] if dice.random() < 0.3 else first
    return sorted({first, second})


def _depth(dice: random.Random, reps: int, ability: float) -> str:
    if not reps:
        return "none"
    degrees = dice.gauss(58 + 22 * ability, 11)
    if degrees < 60:
        return "shallow"
    return "half" if degrees <= 80 else "deep"


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return "under_1"
    if seconds < 180:
        return "1_to_3"
    return "3_to_10" if seconds < 600 else "over_10"
