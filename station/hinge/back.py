"""Shape of the back from the dorsal contour: how far it bulges over its own chord."""

from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge import rounding
from station.hinge.frame import Contour
from station.hinge.verdict import Back, BackVerdict

REACH = 1.2
"""The contour is read from the hip joint (0) past the shoulder joint (1) to here, torso lengths: a
hunch peaks beyond the shoulder. On the shared clips the deviation over 0 … 1 ranks rounded above
other backs with an area under the curve of 0.78 (real) and 0.96 (rendered), over 0.05 … 1.2 with
0.96 and 1.00; as a change from standing the short chord is as good (0.96, 1.00) and the long one is
not (0.87, 0.88), because looking ahead while standing moves the neck."""

LONG_FROM, HUNCH_FROM = 0.05, 0.4
"""Where the long chord begins (below, the buttock's curve enters), and the upper back's own: a
hunch over a flat or arched low back cancels out in the whole."""

MIN_BEYOND = 0.5
"""Share of the stations beyond the shoulder joint that must have met the edge."""

MIN_STATIONS = 0.7
"""Share of the chord's stations that must have met the silhouette's edge."""

DEGREE = 6
"""Of the polynomial that smooths the contour: a back has few bends."""

MAX_RIPPLE = 0.035
"""Largest residual of the smooth contour, torso lengths: beyond, it is cloth or a hand."""

ARCHED, ARCHED_CHANGE = -0.038, -0.02
"""Mean deviation, and its change from standing, torso lengths, below which the back is arched:
flat backs read down to -0.036 and -0.012, rendered arched ones -0.06 to -0.04 and to -0.01."""

MIN_ARCHED_TRUNK = 45.0
"""Degrees of inclination below which a hollow back is not called arched: with the hips deep and the
trunk upright, as in a squat, the buttock's curve lifts the chord's low end."""

EARLY_TRUNK = (10.0, 30.0)
MIN_EARLY = 3
"""Degrees of inclination against standing, on the way down, and frames in them, that show the
member's own back before it has reason to round."""

ONSET_SPAN = (0.35, 0.6)
ONSET_SHARE = 0.35
"""In this span of the bottom's trunk inclination, rounding that began with the rep has reached
ONSET_SHARE of what it will be (growing evenly: 0.5; rendered stoops 0.8 to 1.0, late rounding 0.0
to 0.2)."""

MIN_TRUNK = 20.0
"""Degrees of inclination below which the shape of the back says nothing about the hinge."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Mean deviation of the back from its chord in torso lengths, + = rounded.

    `mean` over hip to shoulder, `low` and `high` over its halves; `long` over the chord that goes
    on to the neck and `hunch` over its upper part alone (None where the contour ends before the
    neck). `points` [n, 2] pixels: the smoothed
    back edge from hip to shoulder.
    """

    mean: float
    low: float
    high: float
    long: float | None
    hunch: float | None
    points: NDArray[np.float32]


@lru_cache(maxsize=16)
def _basis(stations: bytes) -> NDArray[np.float64]:
    """Legendre polynomials up to DEGREE at the float32 stations in `stations`."""
    s = np.frombuffer(stations, np.float32).astype(np.float64)
    return np.asarray(np.polynomial.legendre.legvander(2 * s / REACH - 1, DEGREE), np.float64)


def shape(contour: Contour | None, forward: int) -> Shape | str:
    """The back's shape in one frame, or the reason why it cannot be told.

    `forward` +1 = facing right, so that the back is the contour's left edge.
    """
    if contour is None:
        return "no_silhouette"
    along = np.subtract(contour.shoulder, contour.hip)
    torso = float(np.hypot(*along))
    span = (contour.s >= -1e-6) & (contour.s <= REACH + 1e-6)
    s = contour.s[span]
    edge = (contour.left if forward > 0 else contour.right)[span].astype(np.float64) / torso
    found = np.isfinite(edge)
    back = int(np.searchsorted(s, 1.0 + 1e-6))
    if found[:back].mean() < MIN_STATIONS or not (found[:6].any() and found[back - 6 :].any()):
        return "contour_hidden"
    smooth = _robust_fit(_basis(s.tobytes()), edge, found)
    if np.median(np.abs(edge[found] - smooth[found])) > MAX_RIPPLE:
        return "contour_ragged"
    deviation = _over_chord(s[:back], smooth[:back])
    long = hunch = None
    if found[back:].mean() >= MIN_BEYOND:
        long, hunch = (
            float(_over_chord(s[part], smooth[part]).mean())
            for part in (s >= LONG_FROM - 1e-6, s >= HUNCH_FROM - 1e-6)
        )
    middle = back // 2
    backwards = np.array([along[1], -along[0]]) / torso * forward
    points = np.array(contour.hip) + s[:, None] * along + (smooth * torso)[:, None] * backwards
    return Shape(
        mean=float(deviation.mean()),
        low=float(deviation[:middle].mean()),
        high=float(deviation[middle:].mean()),
        long=long,
        hunch=hunch,
        points=points[:back].astype(np.float32),
    )


def _over_chord(s: NDArray[np.float32], edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of `edge` over the straight line between its ends."""
    chord: NDArray[np.float64] = edge[0] + (edge[-1] - edge[0]) * (s - s[0]) / (s[-1] - s[0])
    return edge - chord


def rounds(
    shape: Shape | None, standing: Shape | None, trunk_deg: float, neck_deg: float | None
) -> bool:
    """Whether the back looks rounded in one frame, for drawing; at MIN_TRUNK or less never."""
    if shape is None or trunk_deg <= MIN_TRUNK:
        return False
    reading = _reading([shape], standing, neck_deg, [])
    return rounding.probability(reading) > rounding.ROUNDED


def _robust_fit(
    basis: NDArray[np.float64], edge: NDArray[np.float64], found: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Least squares twice, then without the stations that stand out (a strap, a belt)."""
    keep = found
    smooth = np.zeros_like(edge)
    for _ in range(2):
        gram = basis[keep].T @ basis[keep] + 1e-6 * np.eye(basis.shape[1])
        smooth = basis @ np.linalg.solve(gram, basis[keep].T @ edge[keep])
        residual = np.abs(np.where(found, edge - smooth, 0.0))
        keep = found & (residual <= 3 * max(float(np.median(residual[found])), 0.003))
        if keep.sum() < 2 * basis.shape[1]:
            break
    return smooth


def onset(
    course: list[tuple[float, Shape]], bottom: float
) -> tuple[Literal["start", "late"] | None, float | None]:
    """When rounding began, from the way down: (trunk inclination against standing, shape).

    `bottom` is the mean deviation at the bottom. (None, None) when too little of the way was seen.
    With "late" comes the inclination, degrees, from which on ONSET_SHARE of the rounding was there.
    The contour at the rep's own beginning is no reference: who stoops is rounded from there on.
    """
    deepest = max((trunk for trunk, _ in course), default=0.0)
    first, last = (share * deepest for share in ONSET_SPAN)
    early = [shape.mean for trunk, shape in course if first <= trunk <= last]
    upright = [shape.mean for trunk, shape in course if trunk < 0.15 * deepest]
    if len(early) < 2:
        return None, None
    zero = min(median(upright), 0.0) if upright else 0.0
    half = zero + ONSET_SHARE * (bottom - zero)
    if median(early) >= half:
        return "start", None
    still = [trunk for trunk, shape in course if shape.mean < half]
    return "late", max(still, default=None)


def verdict(
    bottom: list[Shape],
    standing: Shape | None,
    trunk_deg: float,
    neck_deg: float | None,
    reasons: list[str],
    course: list[tuple[float, Shape]],
) -> Back:
    """The verdict on a rep from the shapes at its bottom, against the standing shape if known.

    `trunk_deg` and `neck_deg` are absolute; `reasons` says why frames of the bottom had no shape;
    `course` is the way down (see `onset`).
    """
    if trunk_deg < MIN_TRUNK:
        return Back("cannot_tell", reason="too_upright")
    if len(bottom) < max(1, len(reasons)):
        reason = max(set(reasons), key=reasons.count) if reasons else "no_silhouette"
        return Back("cannot_tell", reason=reason)
    mean, low, high = (median(getattr(s, part) for s in bottom) for part in ("mean", "low", "high"))
    reading = _reading(bottom, standing, neck_deg, course)
    chance = rounding.probability(reading)
    began, depth = onset(course, mean) if chance > rounding.ROUNDED else (None, None)
    if standing is not None:
        mean, low, high = mean - standing.mean, low - standing.low, high - standing.high
    doubt = rounding.doubt(reading, chance, still=len(bottom) == 1)
    arched = mean < (ARCHED_CHANGE if standing is not None else ARCHED)
    if doubt is None and chance <= rounding.ROUNDED and arched and trunk_deg < MIN_ARCHED_TRUNK:
        doubt = "too_upright"
    said: tuple[BackVerdict, float | None]
    if doubt is not None:
        said = "cannot_tell", None
    elif chance > rounding.ROUNDED:
        said = "rounded", chance
    else:
        said = "arched" if arched else "flat", 1 - chance
    return Back(said[0], began, low, high, mean, said[1], doubt, depth, reading)


def _reading(
    bottom: list[Shape],
    standing: Shape | None,
    neck_deg: float | None,
    course: list[tuple[float, Shape]],
) -> rounding.Reading:
    mean = median(s.mean for s in bottom)
    longs = [(s.long, s.hunch) for s in bottom if s.long is not None and s.hunch is not None]
    seen = 2 * len(longs) > len(bottom)
    early = [s.mean for trunk, s in course if EARLY_TRUNK[0] < trunk < EARLY_TRUNK[1]]
    return rounding.Reading(
        mean=mean,
        long=median(long for long, _ in longs) if seen else None,
        hunch=median(hunch for _, hunch in longs) if seen else None,
        neck_deg=neck_deg,
        change=None if standing is None else mean - standing.mean,
        growth=mean - median(early) if len(early) >= MIN_EARLY else None,
    )
