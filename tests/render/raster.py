"""The loops over vertices and pixels, compiled by numba. V vertices, F faces, h × w pixels."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[Any]
Function = TypeVar("Function", bound=Callable[..., Any])

NO_FACE = -1
LIGHT_BIAS_M = 0.02
FLOOR_BIAS_M = 0.01
SHADOW_ON_FLOOR = 0.45


def compiled(function: Function) -> Function:
    """`function` through numba, kept on disk for the next run."""
    fast: Function = numba.njit(cache=True, fastmath=True)(function)
    return fast


@compiled
def skin(verts: Floats, weights: Floats, matrices: Floats, out: Floats) -> None:
    """Linear blend skinning: out[V,3] = sum over bones of weight × (matrix [B,3,4] · vertex)."""
    for i in range(verts.shape[0]):
        out[i] = 0.0
        for b in range(weights.shape[1]):
            w = weights[i, b]
            if w > 1e-4:
                for q in range(3):
                    m = matrices[b, q]
                    x = m[0] * verts[i, 0] + m[1] * verts[i, 1] + m[2] * verts[i, 2] + m[3]
                    out[i, q] += w * x


@compiled
def vertex_normals(verts: Floats, faces: Ints) -> Floats:
    """Area-weighted unit normals, [V,3]."""
    out = np.zeros_like(verts)
    for k in range(faces.shape[0]):
        a, b, c = faces[k]
        ux, uy, uz = verts[b] - verts[a]
        vx, vy, vz = verts[c] - verts[a]
        for q in (a, b, c):
            out[q, 0] += uy * vz - uz * vy
            out[q, 1] += uz * vx - ux * vz
            out[q, 2] += ux * vy - uy * vx
    for i in range(out.shape[0]):
        out[i] /= math.sqrt((out[i] ** 2).sum()) + 1e-12
    return out


@compiled
def cover(
    points: Floats, near: Floats, faces: Ints, best: Singles, face: Ints, share: Singles
) -> None:
    """Z-buffer: for every pixel the nearest face and where in it.

    points [V,2] pixels; near [V] 1/depth, larger = nearer. Fills best [h,w] (largest `near`), face
    [h,w] and share [h,w,2] (perspective-correct weights of the face's first two vertices).
    """
    h, w = best.shape
    for k in range(faces.shape[0]):
        a, b, c = faces[k]
        ax, ay = points[a]
        bx, by = points[b]
        cx, cy = points[c]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        x0, x1 = max(0, int(min(ax, bx, cx) - 0.5)), min(w - 1, int(max(ax, bx, cx)) + 1)
        y0, y1 = max(0, int(min(ay, by, cy) - 0.5)), min(h - 1, int(max(ay, by, cy)) + 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                px, py = x + 0.5, y + 0.5
                w0 = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area
                w1 = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area
                w2 = 1.0 - w0 - w1
                if w0 < 0 or w1 < 0 or w2 < 0:
                    continue
                value = w0 * near[a] + w1 * near[b] + w2 * near[c]
                if value > best[y, x]:
                    best[y, x] = value
                    face[y, x] = k
                    share[y, x, 0] = w0 * near[a] / value
                    share[y, x, 1] = w1 * near[b] / value


@compiled
def lit_share(
    point: Floats, bias: float, radius: float, axes: Floats, texel: float, shadow: Singles
) -> float:
    """Share 0..1 of shadow-map samples around world `point` [3] that see the light.

    axes [3,3]: the map's right, down and towards-the-light directions; texel: metres a map pixel;
    radius: spread of the samples in map pixels; bias: metres a surface may lie below itself.
    """
    n = shadow.shape[0]
    u = (axes[0] * point).sum() / texel + 0.5 * n
    v = (axes[1] * point).sum() / texel + 0.5 * n
    depth = (axes[2] * point).sum() + bias
    lit = 0
    for i in range(-2, 3):
        for j in range(-2, 3):
            p, q = int(u + i * radius), int(v + j * radius)
            if p < 0 or q < 0 or p >= n or q >= n or shadow[q, p] <= depth:
                lit += 1
    return lit / 25


@compiled
def darken_floor(
    image: Singles, floor: Singles, face: Ints, axes: Floats, texel: float, shadow: Singles
) -> None:
    """Multiply the shadow into image [h,w,3]; floor [h,w,3] metres, NaN = no floor there."""
    h, w = face.shape
    point = np.zeros(3)
    for y in range(h):
        for x in range(w):
            if face[y, x] != NO_FACE or math.isnan(floor[y, x, 0]):
                continue
            point[0], point[1] = floor[y, x, 0], floor[y, x, 1]
            lit = lit_share(point, FLOOR_BIAS_M, 3.0, axes, texel, shadow)
            image[y, x] *= 1 - SHADOW_ON_FLOOR * (1 - lit)


@compiled
def shade(
    image: Singles,
    face: Ints,
    share: Singles,
    faces: Ints,
    surface: Floats,
    eye: Floats,
    light: tuple[float, float, float],
    axes: Floats,
    texel: float,
    shadow: Singles,
) -> None:
    """Write the person into image [h,w,3], RGB 0..1.

    surface [V,10]: position, normal, colour, gloss of each vertex; light: strengths of the key
    light (which shines along axes[2]), the sky and the camera's own fill.
    """
    key, sky, fill = light
    h, w = face.shape
    for y in range(h):
        for x in range(w):
            k = face[y, x]
            if k == NO_FACE:
                continue
            w0, w1 = share[y, x]
            a, b, c = faces[k]
            at = w0 * surface[a] + w1 * surface[b] + (1 - w0 - w1) * surface[c]
            normal = at[3:6] / (math.sqrt((at[3:6] ** 2).sum()) + 1e-9)
            view = eye - at[:3]
            view = view / math.sqrt((view**2).sum())
            facing = (normal * view).sum()
            if facing < 0:
                normal = normal - facing * view
            diffuse = max(0.0, ((normal * axes[2]).sum() + 0.12) / 1.12)
            if diffuse > 0:
                lit = lit_share(at[:3] + 0.01 * normal, LIGHT_BIAS_M, 1.2, axes, texel, shadow)
                diffuse *= 0.15 + 0.85 * lit
            low = 0.75 + 0.25 * min(1.0, max(0.0, at[2] / 0.8))
            strength = sky * (0.72 + 0.28 * normal[2]) * low
            strength += key * diffuse + fill * max(0.0, facing)
            half = axes[2] + view
            half = half / (math.sqrt((half**2).sum()) + 1e-9)
            shine = 0.0
            if diffuse > 0:
                shine = at[9] * max(0.0, (normal * half).sum()) ** 24
            for q in range(3):
                image[y, x, q] = min(1.0, at[6 + q] * strength + shine)
