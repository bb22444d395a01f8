"""Shape of the back from the dorsal contour: how far it bulges over its own chord."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge import rounding
from station.hinge.frame import Contour
from station.hinge.verdict import Back, BackVerdict

LOW_END, HIGH_END = 0.0, 1.0
"""Chord of the back, torso lengths from hip to shoulder."""

MIN_STATIONS = 0.7
"""Share of the chord's stations that must have met the silhouette's edge."""

MAX_RIPPLE = 0.035
"""Largest residual of the smooth contour, torso lengths: beyond, it is cloth or a hand."""

ARCHED = -0.045
"""Change of the mean deviation from standing, torso lengths, below which the back is arched."""

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
    """Deviation of the back from its chord in torso lengths, + = rounded: mean, halves, points."""

    mean: float
    low: float
    high: float
    points: NDArray[np.float32]
    """[n, 2] pixels, the smoothed back edge from hip to shoulder."""


_BASIS_CACHE: dict[bytes, NDArray[np.float64]] = {}


def _basis(s: NDArray[np.float32]) -> NDArray[np.float64]:
    """Legendre polynomials up to degree 5 at stations `s` of the chord: a back has few bends."""
    key = s.tobytes()
    if key not in _BASIS_CACHE:
        if len(_BASIS_CACHE) > 64:
            _BASIS_CACHE.clear()
        _BASIS_CACHE[key] = np.asarray(
            np.polynomial.legendre.legvander(2 * s.astype(np.float64) - 1, 5), np.float64
        )
    return _BASIS_CACHE[key]


def shape(contour: Contour | None, forward: int) -> Shape | str:
    """The back's shape in one frame, or the reason why it cannot be told.

    `forward` +1 = facing right, so that the back is the contour's left edge.
    """
    if contour is None:
        return "no_silhouette"
    along = np.subtract(contour.shoulder, contour.hip)
    torso = float(np.hypot(*along))
    span = (contour.s >= LOW_END - 1e-6) & (contour.s <= HIGH_END + 1e-6)
    s = contour.s[span]
    edge = (contour.left if forward > 0 else contour.right)[span] / torso
    found = np.isfinite(edge)
    if found.mean() < MIN_STATIONS or not (found[:6].any() and found[-6:].any()):
        return "contour_hidden"
    basis = _basis(s)
    smooth = _robust_fit(basis, edge.astype(np.float64), found)
    if np.median(np.abs(edge[found] - smooth[found])) > MAX_RIPPLE:
        return "contour_ragged"
    chord = smooth[0] + (smooth[-1] - smooth[0]) * (s - s[0]) / (s[-1] - s[0])
    deviation = smooth - chord
    middle = len(s) // 2
    backwards = np.array([along[1], -along[0]]) / torso * forward
    points = np.array(contour.hip) + s[:, None] * along + (smooth * torso)[:, None] * backwards
    return Shape(
        mean=float(deviation.mean()),
        low=float(deviation[:middle].mean()),
        high=float(deviation[middle:].mean()),
        points=points.astype(np.float32),
    )


def rounds(shape: Shape | None, standing: Shape | None, trunk_deg: float) -> bool:
    """Whether the back looks rounded in one frame, for drawing; at MIN_TRUNK or less never."""
    if shape is None or trunk_deg <= MIN_TRUNK:
        return False
    change = None if standing is None else shape.mean - standing.mean
    return rounding.probability(shape.mean, change, None) > rounding.ROUNDED


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


def onset(course: list[tuple[float, Shape]], bottom: float) -> Literal["start", "late"] | None:
    """When rounding began, from the way down: (trunk inclination against standing, shape).

    `bottom` is the mean deviation at the bottom. None when too little of the way was seen. The
    contour at the rep's own beginning is no reference: who stoops is rounded from there on.
    """
    deepest = max((trunk for trunk, _ in course), default=0.0)
    first, last = (share * deepest for share in ONSET_SPAN)
    early = [shape.mean for trunk, shape in course if first <= trunk <= last]
    upright = [shape.mean for trunk, shape in course if trunk < 0.15 * deepest]
    if len(early) < 2:
        return None
    zero = min(median(upright), 0.0) if upright else 0.0
    return "start" if median(early) - zero >= ONSET_SHARE * (bottom - zero) else "late"


def verdict(
    bottom: list[Shape],
    standing: Shape | None,
    trunk_deg: float,
    reasons: list[str],
    course: list[tuple[float, Shape]],
) -> Back:
    """The verdict on a rep from the shapes at its bottom, against the standing shape if known.

    `reasons` says why frames of the bottom had no shape; `course` is the way down (see `onset`).
    """
    if trunk_deg < MIN_TRUNK:
        return Back("cannot_tell", reason="too_upright")
    if len(bottom) < max(1, len(reasons)):
        reason = max(set(reasons), key=reasons.count) if reasons else "no_silhouette"
        return Back("cannot_tell", reason=reason)
    mean, low, high = (median(getattr(s, part) for s in bottom) for part in ("mean", "low", "high"))
    early = [s.mean for trunk, s in course if EARLY_TRUNK[0] < trunk < EARLY_TRUNK[1]]
    growth = mean - median(early) if len(early) >= MIN_EARLY else None
    change = None if standing is None else mean - standing.mean
    chance = rounding.probability(mean, change, growth)
    began = onset(course, mean) if chance > rounding.ROUNDED else None
    if standing is not None:
        mean, low, high = mean - standing.mean, low - standing.low, high - standing.high
    found: BackVerdict = "flat"
    if chance > rounding.ROUNDED:
        found = "rounded"
    elif chance >= rounding.FLAT:
        return Back("cannot_tell", None, low, high, mean, None, "borderline")
    elif mean < ARCHED:
        found = "arched"
    sure = chance if found == "rounded" else 1 - chance
    return Back(found, began, low, high, mean, sure)
