"""How probable it is that a back is rounded, from several readings of the same bend.

The readings fail in different ways: clothes and lordosis sit in the contour as it is, arms before
the back in the change from standing, and who looks ahead hollows the neck that the long chord ends
in. So they are weighed together by two logistic regressions, one for a member whose standing is
known and one for a member, clip or photograph without it.
"""

import math
from dataclasses import dataclass

ROUNDED, FLAT = 0.62, 0.38
"""Probabilities above (below) which the verdict is rounded (not rounded); between, can't tell."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Mean deviations of the dorsal contour from its chord at the bottom, torso lengths.

    `mean` over hip to shoulder, `long` over the chord on to the neck (None = not seen), `change`
    of `mean` from standing, `growth` of `mean` since early in the same bend; `neck_deg` absolute,
    + = head behind the trunk's line.
    """

    mean: float
    long: float | None = None
    neck_deg: float | None = None
    change: float | None = None
    growth: float | None = None


NECK_SPAN = (-30.0, 30.0)
TYPICAL_NECK = 0.0
LONG_OVER_MEAN = 0.02
LONG_AT_MOST_UNDER_MEAN = 0.03

ALONE = (-3.0, 60.0, 10.0, -0.3)
BESIDE_STANDING = (-4.0, 40.0, 10.0, -0.3, 60.0)


def signs(reading: Reading) -> tuple[float, ...]:
    """What the regressions weigh: 1, long and mean, neck (10°), and change where it is known."""
    mean = _within(reading.mean, (-0.1, 0.15))
    long = mean + LONG_OVER_MEAN if reading.long is None else reading.long
    long = _within(long, (mean - LONG_AT_MOST_UNDER_MEAN, mean + 0.08))
    neck = TYPICAL_NECK if reading.neck_deg is None else _within(reading.neck_deg, NECK_SPAN)
    alone = (1.0, long, mean, neck / 10)
    return alone if reading.change is None else (*alone, _within(reading.change, (-0.05, 0.12)))


def probability(reading: Reading) -> float:
    """Probability 0..1 that the back is rounded."""
    seen = signs(reading)
    weights = ALONE if reading.change is None else BESIDE_STANDING
    return 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, seen, strict=True))))


def _within(value: float, span: tuple[float, float]) -> float:
    return max(span[0], min(span[1], value))
