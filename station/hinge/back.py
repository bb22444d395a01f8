"""Shape of the back from the dorsal contour: how far it bulges over its own chord."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge.frame import Contour
from station.hinge.verdict import Back, BackVerdict

LOW_END, HIGH_END = 0.0, 1.0
"""Chord of the back, torso lengths from hip to shoulder."""

MIN_STATIONS = 0.7
"""Share of the chord's stations that must have met the silhouette's edge."""

MAX_RIPPLE = 0.035
"""Largest residual of the smooth contour, torso lengths: beyond, it is cloth or a hand."""

ROUNDED = 0.040
ARCHED = -0.045
"""Change of the mean deviation from standing, torso lengths. Rendered people: mean deviation
grows 0.013 to 0.015 per 10° of lumbar flexion, flat backs stay ≤ 0.028; people hinging well still
flex about 17° (Schellenberg 2013)."""

ROUNDED_ABSOLUTE = 0.050
"""The same without a standing baseline: real people side-on, not rounded ≤ 0.046."""

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
    """When rounding began, from the way down: (share of the bottom's trunk inclination, shape).

    `bottom` is the mean deviation at the bottom. None when too little of the way was seen. The
    contour at the rep's own beginning is no reference: who stoops is rounded from there on.
    """
    early = [shape.mean for share, shape in course if ONSET_SPAN[0] <= share <= ONSET_SPAN[1]]
    upright = [shape.mean for share, shape in course if share < 0.15]
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
    limit = ROUNDED_ABSOLUTE
    if standing is not None:
        mean, low, high = mean - standing.mean, low - standing.low, high - standing.high
        limit = ROUNDED
    found: BackVerdict = "rounded" if mean > limit else "arched" if mean < ARCHED else "flat"
    began = onset(course, median(s.mean for s in bottom)) if found == "rounded" else None
    return Back(found, onset=began, low=low, high=high, sagitta=mean)
