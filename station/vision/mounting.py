"""Where to hang a camera: from which distances it sees whole bodies, and large enough.

Pure geometry of a lens without distortion (wide lenses see a little more at the edges than this
says). Lengths in metres, of bodies in parts of their height.
"""

import math
from dataclasses import dataclass

FILLS = (0.5, 0.92)
"""A standing body should take at least so much of the picture's shorter side, and at most so much
of its height."""

MODEL_PX = 256
"""The pose model looks at a body in so many pixels: on fewer it sees less."""

TALLEST_M, SHORTEST_M = 2.0, 1.5
PLAY_M = 0.25
"""Nobody stands on the mark exactly: so far to each side of it, and in front of it."""

HIP, TRUNK, HEAD = 0.530, 0.288, 0.182
"""Height of the hips; hips to shoulders; shoulders to crown (Drillis and Contini 1966)."""
BODY_DEPTH = 0.13
"""From the middle of the body to the front or back, seen from the side."""
BENT_AHEAD = TRUNK + HEAD
"""A bend with the hips over the heels takes the head furthest: a hinge takes it back again."""
BENT_BEHIND = 0.21
"""Hips at their furthest back, and the body behind them."""
BENT_UP = HIP + BODY_DEPTH

_NEAREST_M, _FURTHEST_M, _STEPS = 0.5, 30.0, 40


@dataclass(frozen=True, slots=True)
class Lens:
    """`fov_deg` along the longer side; `width` and `height` of the picture as it is used, pixels:
    a camera on its side has them the other way round."""

    fov_deg: float
    width: int = 1280
    height: int = 720

    @property
    def focal_px(self) -> float:
        """Pixels of a length that is as far away as it is long."""
        return max(self.width, self.height) / 2 / math.tan(math.radians(self.fov_deg) / 2)

    @property
    def across_deg(self) -> float:
        """Field of view across the picture."""
        return 2 * math.degrees(math.atan(self.width / 2 / self.focal_px))

    @property
    def upright_deg(self) -> float:
        """Field of view from bottom to top."""
        return 2 * math.degrees(math.atan(self.height / 2 / self.focal_px))


def along_longer_side(diagonal_deg: float, width: int, height: int) -> float:
    """The field of view that `Lens` wants, of a lens sold by its diagonal one."""
    focal = math.hypot(width, height) / 2 / math.tan(math.radians(diagonal_deg) / 2)
    return 2 * math.degrees(math.atan(max(width, height) / 2 / focal))


@dataclass(frozen=True, slots=True)
class Place:
    """From `near_m` to `far_m` between lens and mark, everybody is seen whole and large enough,
    with the camera tilted down by `tilt_deg` (negative: up). No such place where far < near."""

    near_m: float
    far_m: float
    tilt_deg: float
    tallest_share: float
    """Of the picture's height that the tallest take at the nearest."""
    shortest_px: float
    """Height of the shortest at the furthest."""

    @property
    def exists(self) -> bool:
        """Whether there is any distance that does."""
        return self.near_m <= self.far_m

    @property
    def marks_m(self) -> tuple[float, float]:
        """Both, to 0.1 m, on the safe side."""
        return math.ceil(10 * self.near_m) / 10, math.floor(10 * self.far_m) / 10


def place(
    lens: Lens, height_m: float, tallest_m: float = TALLEST_M, shortest_m: float = SHORTEST_M
) -> Place:
    """Where the mark may be for a lens `height_m` above the floor."""
    low, high = _NEAREST_M, _FURTHEST_M
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if fits(lens, height_m, best_tilt(height_m, middle, tallest_m), middle, tallest_m):
            high = middle
        else:
            low = middle
    least_px = max(FILLS[0] * min(lens.width, lens.height), MODEL_PX)
    return Place(
        near_m=high,
        far_m=lens.focal_px * shortest_m / least_px,
        tilt_deg=best_tilt(height_m, high, tallest_m),
        tallest_share=lens.focal_px * tallest_m / high / lens.height,
        shortest_px=least_px,
    )


def best_tilt(height_m: float, distance_m: float, tallest_m: float = TALLEST_M) -> float:
    """Degrees down with which as much is free above the tallest as below their feet."""
    nearest = distance_m - PLAY_M
    down = math.degrees(math.atan2(height_m, nearest))
    up = math.degrees(math.atan2(tallest_m - height_m, nearest))
    return (down - up) / 2


def fits(lens: Lens, height_m: float, tilt_deg: float, distance_m: float, tallest_m: float) -> bool:
    """Whether somebody of `tallest_m` is in the picture wholly, standing and bent, facing either
    way, wherever they stand around the mark."""
    free = FILLS[1]
    for beside, up in outline(tallest_m):
        seen = project(lens, height_m, tilt_deg, distance_m - PLAY_M, beside + PLAY_M, up)
        if seen is None:
            return False
        x, y = seen
        if abs(x) > free * lens.width / 2 or abs(y) > free * lens.height / 2:
            return False
    return True


def outline(stature_m: float) -> list[tuple[float, float]]:
    """Corners of what somebody takes up, standing and bent: metres beside the mark and up."""
    standing, bent = BODY_DEPTH * stature_m, max(BENT_AHEAD, BENT_BEHIND) * stature_m
    return [(standing, 0.0), (standing, stature_m), (bent, 0.0), (bent, BENT_UP * stature_m)]


def project(
    lens: Lens, height_m: float, tilt_deg: float, distance_m: float, beside_m: float, up_m: float
) -> tuple[float, float] | None:
    """Pixels right of and below the picture's middle; None behind the lens."""
    tilt = math.radians(tilt_deg)
    below = height_m - up_m
    depth = distance_m * math.cos(tilt) + below * math.sin(tilt)
    if depth <= 0:
        return None
    down = below * math.cos(tilt) - distance_m * math.sin(tilt)
    return lens.focal_px * beside_m / depth, lens.focal_px * down / depth
