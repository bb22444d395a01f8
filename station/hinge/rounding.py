"""How probable it is that a back is rounded, from several readings of the same bend.

The readings fail in different ways: clothes and lordosis sit in the contour as it is, arms before
the back in the change from standing, who stoops from the first degree on does not grow, and who
looks ahead hollows the neck that the long chord ends in. So they are weighed together, by one
logistic regression for each kind of knowledge: the member's standing, the way down, or a single
picture. `make calibrate` fits them to labelled folders and says how well they do on people left
out.
"""

import math
from dataclasses import dataclass

ROUNDED, FLAT = 0.62, 0.38
"""Probabilities above (below) which the verdict is rounded (not rounded); between, can't tell."""

FLAT_STILL = 0.2
"""The same for a single picture: mildly round backs in T-shirts read 0.01 to 0.7 in stills."""

FLAT_HUNCH = 0.065
"""Upper part's deviation above which a back that is flat as a whole, with no standing to compare,
cannot be told: flat backs reach 0.062 at 50° of trunk inclination and more, a hunch over a hollow
low back 0.080."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Mean deviations of the dorsal contour from its chord at the bottom, torso lengths.

    `mean` over hip to shoulder; `long` over the chord on to the neck, `hunch` over its upper part
    (None = not seen); `change` of `mean` from standing, `growth` since early in the same bend;
    `neck_deg` absolute, + = head behind the trunk's line.
    """

    mean: float
    long: float | None = None
    hunch: float | None = None
    neck_deg: float | None = None
    change: float | None = None
    growth: float | None = None


MEAN_SPAN, CHANGE_SPAN, GROWTH_SPAN, NECK_SPAN = (-0.1, 0.15), (-0.05, 0.12), (0.0, 0.08), (-30, 30)
"""Readings count within these spans only: beyond, they say no more, and a wild one says nothing."""

LONG_SPAN = (-0.03, 0.08)
"""The same for `long` over `mean`: below, the head is up and has hollowed the neck."""

LONG_OVER_MEAN = 0.02
"""Taken for granted where the neck is not seen."""

ALONE = (-2.7, 47.5, 5.4, -0.30)
BESIDE_WAY_DOWN = (-4.1, 15.5, 34.6, -0.92, 59.0)
BESIDE_STANDING = (-5.2, 23.9, 35.8, -0.55, 63.6)
"""Of the `signs`. Fitted to real people (15 clips, 18 stills) and to rendered ones (65 clips of
nine bodies, up to 20° of yaw, heads up and down). On people left out the stated confidence is off
by 0.03, 0.05 and 0.06 (expected calibration error)."""


def signs(reading: Reading) -> tuple[float, ...]:
    """What is weighed: 1, `long`, `mean`, neck in tens of degrees, then `change`, or `growth`."""
    mean = _within(reading.mean, MEAN_SPAN)
    long = LONG_OVER_MEAN if reading.long is None else _within(reading.long - mean, LONG_SPAN)
    neck = 0.0 if reading.neck_deg is None else _within(reading.neck_deg, NECK_SPAN)
    alone = (1.0, mean + long, mean, neck / 10)
    if reading.change is not None:
        return (*alone, _within(reading.change, CHANGE_SPAN))
    return alone if reading.growth is None else (*alone, _within(reading.growth, GROWTH_SPAN))


def probability(reading: Reading) -> float:
    """Probability 0..1 that the back is rounded."""
    weights: tuple[float, ...] = ALONE
    if reading.change is not None:
        weights = BESIDE_STANDING
    elif reading.growth is not None:
        weights = BESIDE_WAY_DOWN
    odds = sum(w * x for w, x in zip(weights, signs(reading), strict=True))
    return 1 / (1 + math.exp(-odds))


def doubt(reading: Reading, chance: float, *, still: bool) -> str | None:
    """Why `chance` (of `reading`) settles nothing, or None; `still` = a single picture."""
    if chance > ROUNDED:
        return None
    if chance >= (FLAT_STILL if still else FLAT):
        return "borderline"
    if reading.change is None and reading.hunch is not None and reading.hunch > FLAT_HUNCH:
        return "parts_disagree"
    return None


def _within(value: float, span: tuple[float, float]) -> float:
    return max(span[0], min(span[1], value))
