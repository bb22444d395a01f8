"""How deep the bend is, what counts as a full rep, and how deep the back stayed long today.

No Kivy here. Depths are trunk inclinations against standing, degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from station.hinge import Exercise, Rep, Update

DEEPEST = 90.0
"""Bottom of the scale: a level trunk."""

TRUNK_SHARE = 0.77
"""Trunk inclination over hip flexion at the bottom of a good hinge: the drawn one bends its trunk
by 75° and its thighs by 22°. On a chair the thighs stay, and both are the same."""


@dataclass(frozen=True, slots=True)
class Depth:
    """`now` 0 while nothing is measured. `honest`: the back stays long down to here, None = it was
    long all the way, or nothing is known yet. `full`: deep enough to count."""

    now: float
    full_at: float
    full: bool
    honest: float | None

    @property
    def past_honest(self) -> bool:
        return self.honest is not None and self.now > self.honest


def depth_of(exercise: Exercise, update: Update, reps: Sequence[Rep]) -> Depth:
    """What the depth gauge shows.

    A rep counts by its hip flexion and the scale is the trunk's: the mark stands where this
    member's trunk will be when the hips are there, so that it is passed when the rep counts.
    """
    wanted = exercise.limits.min_depth_hip
    share = 1.0 if exercise.limits.posture == "seated" else TRUNK_SHARE
    measured = update.depth_deg is not None and update.hip_deg is not None
    now = max(0.0, update.depth_deg or 0.0) if measured else 0.0
    hips = (update.hip_deg or 0.0) if measured else 0.0
    at = now + (wanted - hips) * share
    bending = update.phase in {"bending", "rising"}
    return Depth(
        now=min(now, DEEPEST),
        full_at=min(max(at if bending else wanted * share, 0.0), DEEPEST),
        full=measured and hips >= wanted,
        honest=honest_depth(reps),
    )


def honest_depth(reps: Sequence[Rep]) -> float | None:
    """Where late rounding began, median over the full reps that had it; as in the summary."""
    depths = [
        rep.back.depth_deg for rep in reps if rep.kind == "rep" and rep.back.depth_deg is not None
    ]
    return min(median(depths), DEEPEST) if depths else None
