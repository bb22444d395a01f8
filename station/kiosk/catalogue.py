"""All exercises, in the order they are offered: the hinge, its drills, the ladder, the pick-up."""

from station import exercises
from station.hinge import Exercise

MODES = ("drill", "set", "pick_up")

ORDER = (
    *("seated", "wall_tap", "bench_front", "bench_behind"),
    *("rdl", "deadlift", "kickstand", "kickstand_lifted", "warrior"),
)
"""The gentlest first. What a coach adds comes after those of its mode."""


def load() -> dict[str, Exercise]:
    """Every exercise by id. Raises StationError when a file is bad."""
    return in_order({i: exercises.load(i) for i in exercises.ids()})


def in_order(known: dict[str, Exercise]) -> dict[str, Exercise]:
    """The same, as offered."""

    def place(exercise_id: str) -> tuple[bool, int, int, str]:
        rung = ORDER.index(exercise_id) if exercise_id in ORDER else len(ORDER)
        mode = MODES.index(known[exercise_id].mode)
        return exercise_id != exercises.DEFAULT, mode, rung, exercise_id

    return {i: known[i] for i in sorted(known, key=place)}
