"""The camera, the room behind the person, and the software renderer (no graphics card needed)."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import raster
from body import Array, Body
from numpy.typing import NDArray
from skeleton import unit

Image = NDArray[np.uint8]
Singles = NDArray[np.float32]

WALL_BEHIND_M = 1.3
SUPERSAMPLE = 2
SHADOW_MAP_SIZE = 640
SHADOW_TEXEL_M = 0.008
LIGHT = (0.62, 0.42, 0.14)
"""Strengths of the key light, the sky and the camera's own fill."""
LIGHT_AZIMUTH_DEG, LIGHT_ELEVATION_DEG = 35.0, 50.0

WALL, SKIRTING, FLOOR, MAT, JOINT = 0.66, 0.22, (0.22, 0.225, 0.24), (0.47, 0.37, 0.28), 0.78
WALL_ITEMS = (
    (-2.75, 0.09, 0.0, 2.15, (0.13, 0.13, 0.15)),
    (-1.75, 0.09, 0.0, 2.15, (0.13, 0.13, 0.15)),
    (-2.75, 1.09, 2.06, 0.09, (0.13, 0.13, 0.15)),
    (-3.05, 1.69, 1.28, 0.035, (0.50, 0.51, 0.53)),
    (-2.99, 0.06, 1.07, 0.45, (0.10, 0.19, 0.33)),
    (-1.47, 0.06, 1.07, 0.45, (0.10, 0.19, 0.33)),
    (1.55, 1.25, 0.95, 1.20, (0.73, 0.75, 0.77)),
    (1.50, 1.35, 0.30, 0.05, (0.14, 0.14, 0.15)),
    (1.50, 1.35, 0.70, 0.05, (0.14, 0.14, 0.15)),
    (1.50, 0.06, 0.0, 0.75, (0.14, 0.14, 0.15)),
    (2.79, 0.06, 0.0, 0.75, (0.14, 0.14, 0.15)),
    *((1.62 + 0.24 * i, 0.17, 0.75, 0.13, (0.20, 0.20, 0.21)) for i in range(5)),
    *((1.62 + 0.24 * i, 0.17, 0.35, 0.16, (0.16, 0.16, 0.17)) for i in range(5)),
)
"""(left, width, bottom, height in metres on the wall, colour): a rack and barbell to the person's
left in the picture, a mirror over dumbbells to their right, bare wall behind them."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera side-on to the person, who faces right in the picture."""

    width: int
    height: int
    distance_m: float
    height_m: float
    look_at_m: float
    vertical_view_deg: float = 50.0

    @property
    def focal_px(self) -> float:
        return 0.5 * self.height / math.tan(math.radians(self.vertical_view_deg) / 2)

    @property
    def eye(self) -> Array:
        return np.array([0.0, -self.distance_m, self.height_m])

    @property
    def axes(self) -> Array:
        """Rows: right, down, forward."""
        forward = unit(np.array([0.0, 0.0, self.look_at_m]) - self.eye)
        right = unit(np.cross(forward, [0, 0, 1.0]))
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: Array) -> tuple[Array, Array]:
        """World points [n,3] → pixels [n,2] and depth [n] in metres."""
        seen = (points - self.eye) @ self.axes.T
        middle = np.array([self.width / 2, self.height / 2])
        return self.focal_px * seen[:, :2] / seen[:, 2:] + middle, seen[:, 2]

    def rays(self) -> Array:
        """World direction of every pixel's centre, [h,w,3]."""
        x, y = np.meshgrid(
            np.arange(self.width) + 0.5 - self.width / 2,
            np.arange(self.height) + 0.5 - self.height / 2,
        )
        f = self.focal_px
        return np.asarray(np.stack([x / f, y / f, np.ones_like(x)], -1) @ self.axes)

    def enlarged(self, factor: int) -> "Camera":
        """The same view with `factor` times the pixels each way."""
        return Camera(
            self.width * factor,
            self.height * factor,
            self.distance_m,
            self.height_m,
            self.look_at_m,
            self.vertical_view_deg,
        )


def room(camera: Camera) -> tuple[Singles, Singles]:
    """The empty room [h,w,3] RGB 0..1, and the floor's world points [h,w,3], NaN = no floor."""
    rays, eye = camera.rays(), camera.eye
    with np.errstate(divide="ignore", invalid="ignore"):
        to_floor = -eye[2] / rays[..., 2]
        to_wall = (WALL_BEHIND_M - eye[1]) / rays[..., 1]
    floor = (to_floor > 0) & (to_floor < to_wall)
    points = eye + rays * np.where(floor, to_floor, to_wall)[..., None]
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    image = np.where(floor[..., None], np.array(FLOOR), WALL * (0.86 + 0.10 * z)[..., None])
    image = image * (np.array([1.0, 0.985, 0.955]))
    for left, width, bottom, height, colour in WALL_ITEMS:
        inside = (x > left) & (x < left + width) & (z > bottom) & (z < bottom + height)
        image[~floor & inside] = colour
    image[~floor & (z < 0.09)] = SKIRTING
    image[floor & ((np.abs(x % 1.0) < 0.012) | (np.abs(y % 1.0) < 0.012))] *= JOINT
    mat = floor & (np.abs(x) < 1.15) & (np.abs(y) < 0.62)
    image[mat] = MAT
    image[mat & (np.abs(y % 0.155) < 0.008)] *= JOINT
    points[~floor] = np.nan
    return np.clip(image, 0, 1).astype(np.float32), points.astype(np.float32)


class Renderer:
    """Draws one body in one room: supersampled z-buffer, one key light with a shadow."""

    def __init__(self, camera: Camera, body: Body) -> None:
        self._body, self._size = body, (camera.width, camera.height)
        self._camera = camera.enlarged(SUPERSAMPLE)
        self._empty, self._floor = room(self._camera)
        azimuth, elevation = math.radians(LIGHT_AZIMUTH_DEG), math.radians(LIGHT_ELEVATION_DEG)
        level = math.cos(azimuth) * np.array([0, -1.0, 0]) + math.sin(azimuth) * np.array(
            [1.0, 0, 0]
        )
        light = math.cos(elevation) * level + np.array([0, 0, math.sin(elevation)])
        right = unit(np.cross([0, 0, 1.0], light))
        self._light = np.stack([right, np.cross(light, right), light])

    def render(self, verts: Array) -> Image:
        """Posed vertices [V,3] → BGR picture [h,w,3]."""
        camera, body = self._camera, self._body
        pixels, depth = camera.project(verts)
        face, share = self._covered(pixels, 1 / depth, (camera.height, camera.width))
        shadow = self._shadow(verts)
        box = self._changed(verts, pixels)
        image = self._empty.copy()
        light = (self._light, SHADOW_TEXEL_M, shadow)
        raster.darken_floor(image[box], self._floor[box], face[box], *light)
        surface = np.column_stack(
            [verts, raster.vertex_normals(verts, body.faces), body.colours, body.gloss]
        )
        raster.shade(
            image[box], face[box], share[box], body.faces, surface, camera.eye, LIGHT, *light
        )
        small = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)
        return np.asarray((small[..., ::-1] * 255 + 0.5).astype(np.uint8))

    def _covered(
        self, points: Array, near: Array, shape: tuple[int, int]
    ) -> tuple[NDArray[np.int32], Singles]:
        """Face number [h,w] and place in it [h,w,2] of every pixel."""
        best = np.zeros(shape, np.float32)
        face, share = np.full(shape, raster.NO_FACE, np.int32), np.zeros((*shape, 2), np.float32)
        raster.cover(points, near, self._body.faces, best, face, share)
        return face, share

    def _shadow(self, verts: Array) -> Singles:
        """How far towards the light the person reaches at each place of the shadow map, metres."""
        seen = verts @ self._light.T
        # The z-buffer keeps values above 0, so depths are counted from below the farthest point.
        base = seen[:, 2].min() - 1.0
        shape = (SHADOW_MAP_SIZE, SHADOW_MAP_SIZE)
        best, unused = np.zeros(shape, np.float32), np.zeros((*shape, 2), np.float32)
        points = seen[:, :2] / SHADOW_TEXEL_M + SHADOW_MAP_SIZE / 2
        face = np.full(shape, raster.NO_FACE, np.int32)
        raster.cover(points, seen[:, 2] - base, self._body.faces, best, face, unused)
        return np.where(face == raster.NO_FACE, -np.inf, best + base).astype(np.float32)

    def _changed(self, verts: Array, pixels: Array) -> tuple[slice, slice]:
        """The part of the picture with the person and their shadow; nothing else changes."""
        light = self._light[2]
        fallen = verts - light * (verts[:, 2] / light[2])[:, None]
        both = np.concatenate([pixels, self._camera.project(fallen)[0]])
        limits = [self._camera.width, self._camera.height]
        x0, y0 = np.clip(both.min(0) - 24, 0, limits).astype(int)
        x1, y1 = np.clip(both.max(0) + 24, 0, limits).astype(int)
        return slice(y0, y1), slice(x0, x1)
