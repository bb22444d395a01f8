"""The virtual button behind the hips: something to aim at, further away as the member improves."""

from dataclasses import dataclass, replace

NEAREST, FURTHEST = 0.35, 0.65
"""Thigh lengths behind the standing hips. Good hinges send them back by 0.45 to 0.65, a shallow
one by 0.33; with a vertical shin and 25° of knee flexion it is 0.42."""

STEP = 0.05
REACHED_IN_A_ROW = 2
"""So many reps that reach it move it back by STEP; one that misses it by more than STEP brings it
forward again."""


@dataclass(frozen=True, slots=True)
class Button:
    """`distance` in thigh lengths; `lit`: the hips are on it; `reach` 0..1 of the way there."""

    distance: float = NEAREST
    reach: float = 0.0
    lit: bool = False
    furthest: float = 0.0
    """Hip travel's largest value in the bend under way, thigh lengths."""
    reached: int = 0
    """Reps in a row that reached it."""


def follow(button: Button, travel: float | None) -> Button:
    """The button after a frame with this hip travel, None = not known."""
    if travel is None:
        return replace(button, reach=0.0, lit=False)
    reach = min(1.0, max(0.0, travel / button.distance))
    return replace(
        button,
        reach=reach,
        lit=travel >= button.distance,
        furthest=max(button.furthest, travel),
    )


def after_rep(button: Button, *, full: bool) -> Button:
    """The button after a bend; one that was no full rep does not move it."""
    fresh = replace(button, furthest=0.0)
    if not full:
        return fresh
    if button.furthest >= button.distance:
        reached = button.reached + 1
        if reached < REACHED_IN_A_ROW:
            return replace(fresh, reached=reached)
        return replace(fresh, reached=0, distance=min(FURTHEST, button.distance + STEP))
    if button.furthest < button.distance - STEP:
        return replace(fresh, reached=0, distance=max(NEAREST, button.distance - STEP))
    return replace(fresh, reached=0)
