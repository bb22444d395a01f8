"""Something to aim at: the button behind the hips, or the wall of a drill, in picture pixels.

No Kivy here. `button` says how far away the button is; this says where that is in the picture.
"""

import math
from dataclasses import dataclass
from typing import Literal

from station.hinge import Exercise, Update
from station.hinge.exercise import HipsReach
from station.kiosk.button import Button

SIZE = 0.24
"""Radius of the button, thigh lengths: two hands' breadths across."""

FLOOR, CROWN = 2.2, 2.0
"""From the hip joint down to the floor and up to the crown, thigh lengths."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the hips reach for, pixels of the picture (y down).

    `hip` is where the hips stood and `thigh` how long one is there, `backwards` the sign of x to
    the member's back. `away`: distance behind the standing hips, thigh lengths; `reach`: 0..1 of
    the way there.
    """

    kind: Literal["button", "wall"]
    hip: tuple[float, float]
    thigh: float
    backwards: float
    away: float
    reach: float
    lit: bool

    @property
    def at(self) -> tuple[float, float]:
        """Where hips that went `away` back over still shins are."""
        return self.x, self.hip[1] + drop(self.away) * self.thigh

    @property
    def x(self) -> float:
        return self.hip[0] + self.backwards * self.away * self.thigh

    @property
    def radius(self) -> float:
        return SIZE * self.thigh

    @property
    def floor(self) -> float:
        """Height of a wall's foot, and `top` of its upper end."""
        return self.hip[1] + FLOOR * self.thigh

    @property
    def top(self) -> float:
        return self.hip[1] - CROWN * self.thigh


def target_of(exercise: Exercise, update: Update, button: Button) -> Target | None:
    """What the hips should reach; None where there is nothing to reach for, or nobody stood yet.

    Seated, the hips stay on the chair; at an everyday pick-up nobody is told how to move. Where the
    view is too far off side-on to be judged, a distance in the picture means nothing.
    """
    place, facing = update.place, update.view.facing
    if exercise.limits.posture == "seated" or exercise.mode == "pick_up":
        return None
    if place is None or facing is None or not update.gate.judged:
        return None
    wall = exercise.success if isinstance(exercise.success, HipsReach) else None
    backwards = -1.0 if facing == "right" else 1.0
    travel = update.angles.hip_travel if update.angles is not None else None
    if wall is not None:
        reach = min(1.0, max(0.0, (travel or 0.0) / wall.wall))
        return Target("wall", place.hip, place.thigh, backwards, wall.wall, reach, reach >= 1.0)
    return Target(
        "button",
        place.hip,
        place.thigh,
        backwards,
        button.distance,
        button.reach,
        button.lit,
    )


def drop(away: float) -> float:
    """How far hips that went `away` back over still shins are lower then, all in thigh lengths."""
    return 1.0 - math.sqrt(1.0 - min(away, 0.99) ** 2)
