"""How probable it is that a back is rounded, from three readings of the dorsal contour.

Each reading is the mean deviation of the contour from its chord, in torso lengths, at the bottom:
as it is, as a change from standing, and as growth since early in the same bend. They fail in
different ways: clothes and lordosis sit in the first, arms before the back in the second, and who
stoops from the first degree on does not grow. Log-odds with centres and slopes read off labelled
real and rendered people; the slope says how fast the reading settles the question.
"""

import math

RAW_CENTRE, RAW_SLOPE = 0.042, 1 / 0.012
"""Flat backs of real people read −0.08 to 0.046 side-on, rounded ones 0.047 to 0.16."""

CHANGE_CENTRE, CHANGE_SLOPE = 0.033, 1 / 0.006
"""Rendered people side-on: flat ≤ 0.028, at least 20° of lumbar flexion ≥ 0.036."""

GROWTH_CENTRE, GROWTH_SLOPE = 0.033, 1 / 0.006
"""Rendered people: rounded late or evenly 0.040 to 0.076, flat ≤ 0.024."""

RAW_BESIDE_CHANGE = 0.15
GROWTH_BESIDE_CHANGE = 0.25
NO_GROWTH = 0.3
"""Weights of a reading beside a better one. No growth is weak evidence: a stoop does not grow."""

MOST = 4.0
"""No single reading may claim more log-odds than this (98 %)."""

ROUNDED, FLAT = 0.62, 0.38
"""Probabilities above (below) which the verdict is rounded (not rounded); between, can't tell."""


def probability(raw: float, change: float | None, growth: float | None) -> float:
    """Probability 0..1 that the back is rounded; None = that reading is not to be had."""
    odds = _odds(raw, RAW_CENTRE, RAW_SLOPE)
    grown = None if growth is None else _odds(growth, GROWTH_CENTRE, GROWTH_SLOPE)
    if change is not None:
        odds = _odds(change, CHANGE_CENTRE, CHANGE_SLOPE) + RAW_BESIDE_CHANGE * odds
        odds += GROWTH_BESIDE_CHANGE * max(grown, 0.0) if grown is not None else 0.0
    elif grown is not None:
        odds += grown if grown > 0 else NO_GROWTH * grown
    return 1 / (1 + math.exp(-odds))


def _odds(reading: float, centre: float, slope: float) -> float:
    return max(-MOST, min(MOST, (reading - centre) * slope))
