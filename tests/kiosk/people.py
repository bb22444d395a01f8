"""Somebody to stand in front of the kiosk: poses and pictures made of numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.kiosk.figure import hinging
from station.vision import Contour, Pose

PICTURE = (1280, 720)
FPS = 20.0
SIZES = ((1280, 720), (1920, 1080), (720, 1280))


class Panel(NamedTuple):
    """A screen on the wall: pixels, and millimetres of its short side."""

    width: int
    height: int
    mm: float

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}-{self.mm:.0f}mm"


PANELS = (
    Panel(1280, 720, 194.0),
    Panel(1920, 1080, 194.0),
    Panel(720, 1280, 194.0),
    Panel(720, 1280, 88.0),
)


def pose(
    t: float,
    depth: float = 0.0,
    *,
    rounding: float = 0.0,
    facing: str = "right",
    size: tuple[int, int] = PICTURE,
    across: float = 0.5,
) -> Pose:
    """Somebody side-on in the picture, `depth` 0 standing to 1 at the bottom of a good hinge.

    `rounding` is how far the back stands out in its middle, torso lengths; None as contour where
    the silhouette is of no use is not made here.
    """
    width, height = size
    scale = height * 0.82
    way = 1.0 if facing == "right" else -1.0
    points = hinging(depth).points
    near, far = ("right", "left") if facing == "right" else ("left", "right")
    landmarks = np.full((33, 4), np.nan, dtype=np.float32)
    for index in range(33):
        point = points[index] if index == 0 or index >= 7 else points[0]
        if np.isnan(point).any():
            point = points[15 + index % 2]
        side = "left" if index % 2 else "right"
        landmarks[index] = (
            width * across + way * (point[0] - 0.1) * scale,
            height * 0.94 - point[1] * scale,
            -0.1 * scale if side == near else 0.1 * scale,
            1.0,
        )
    assert far != near
    hip = landmarks[24 if near == "right" else 23, :2]
    shoulder = landmarks[12 if near == "right" else 11, :2]
    torso = float(np.hypot(*(shoulder - hip)))
    s = np.linspace(-0.2, 1.2, 57, dtype=np.float32)
    back = torso * (0.2 + rounding * np.sin(np.pi * np.clip(s, 0, 1)))
    front = np.full_like(s, torso * 0.22)
    left, right = (back, front) if facing == "right" else (front, back)
    contour = Contour(
        (float(hip[0]), float(hip[1])),
        (float(shoulder[0]), float(shoulder[1])),
        s,
        left.astype(np.float32),
        right.astype(np.float32),
    )
    world = np.zeros((33, 3), dtype=np.float32)
    return Pose(t, size, landmarks, world, contour, None)


def nobody(t: float) -> Pose:
    """An empty picture."""
    empty = np.full((33, 4), np.nan, dtype=np.float32)
    return Pose(t, PICTURE, empty, np.full((33, 3), np.nan, dtype=np.float32), None, None)


def room(size: tuple[int, int] = PICTURE) -> NDArray[np.uint8]:
    """A picture without anybody: a grey wall, a floor, a green left and a purple right edge."""
    width, height = size
    picture = np.full((height, width, 4), 255, dtype=np.uint8)
    picture[..., :3] = np.linspace(90, 130, height).astype(np.uint8)[:, None, None]
    picture[int(height * 0.92) :, :, :3] = 70
    picture[:, : width // 8, 1] = 170
    picture[:, -width // 8 :, 2] = 170
    return picture


def bend(t: float, seconds: float = 3.0) -> float:
    """Depth of somebody who stands for a second and then hinges once every `seconds`."""
    if t < 1.5:
        return 0.0
    return 0.5 - 0.5 * float(np.cos(2 * np.pi * (t - 1.5) / seconds))
