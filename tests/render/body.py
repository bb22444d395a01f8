"""The rendered person: rest mesh, simplified rig, clothing and colours.

World frame of every module here, metres: X = where the person faces, Y = their left, Z = up; floor
at Z = 0, origin between the ankles.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from raster import vertex_normals

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SPINE = ("lumbar1", "lumbar2", "lumbar3")
LIMBS = ("clavicle", "upperarm", "forearm", "hand", "thigh", "shin", "foot", "toes")
SIDED = tuple(f"{limb}.{side}" for side in "LR" for limb in LIMBS)
BONES = ("pelvis", *SPINE, "thorax", "neck1", "neck2", "head", *SIDED)
BONE = {name: index for index, name in enumerate(BONES)}

SKIN, SHIRT, LEGS, SHOE, SOLE, HAIR, EYE = range(7)
COLOURS = np.array(
    [
        (0.80, 0.60, 0.49),
        (0.16, 0.36, 0.62),
        (0.10, 0.10, 0.12),
        (0.30, 0.32, 0.36),
        (0.92, 0.92, 0.90),
        (0.13, 0.09, 0.06),
        (0.93, 0.92, 0.90),
    ]
)
"""RGB 0..1 by region."""
GLOSS = np.array([0.10, 0.015, 0.015, 0.08, 0.015, 0.12, 0.5])
CLOTH_THICKNESS = {SHIRT: 0.006, LEGS: 0.004, SHOE: 0.017, HAIR: 0.014}
"""Metres by which a region stands off the skin."""


@dataclass(frozen=True)
class Body:
    """One dressed person standing: V vertices, F triangles, B bones."""

    verts: Array
    """[V,3] metres."""
    faces: NDArray[np.int64]
    """[F,3] vertex numbers."""
    joints: Array
    """[B,3] the upper end of each bone, metres, in the order of BONES."""
    weights: Array
    """[V,B] how much each bone moves each vertex; rows sum to 1."""
    colours: Array
    """[V,3] RGB 0..1."""
    gloss: Array
    """[V] strength of the highlight."""
    heel: Array
    """[3] hindmost point of the shoes."""
    toe: Array
    """[3] foremost point of the shoes."""

    def joint(self, name: str) -> Array:
        """Rest position of bone `name`'s upper end, [3]."""
        return np.asarray(self.joints[BONE[name]])


class Mesh:
    """Neighbour sums on a triangle mesh."""

    def __init__(self, faces: NDArray[np.int64], count: int) -> None:
        edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        edges = np.unique(np.sort(edges, 1), axis=0)
        edges = np.concatenate([edges, edges[:, ::-1]])
        edges = edges[np.argsort(edges[:, 0], kind="stable")]
        self._neighbour = edges[:, 1]
        self._first = np.searchsorted(edges[:, 0], np.arange(count))
        self._degree = np.bincount(edges[:, 0], minlength=count).astype(float)[:, None]

    def average(self, values: Array) -> Array:
        """Mean over each vertex's neighbours, [V,k] → [V,k]."""
        return np.asarray(np.add.reduceat(values[self._neighbour], self._first, 0) / self._degree)

    def smooth(self, values: Array, share: Array, rounds: int) -> Array:
        """`values` mixed with their neighbours' mean `rounds` times; `share` 0..1 is [V,1]."""
        for _ in range(rounds):
            values = (1 - share) * values + share * self.average(values)
        return values


def load(path: Path) -> Body:
    """The baked body at `path`, dressed in a T-shirt, leggings and shoes."""
    data = np.load(path)
    faces = data["faces"].astype(np.int64)
    verts, joints = data["verts"].astype(np.float64), data["joints"].astype(np.float64)
    mesh = Mesh(faces, len(verts))
    weights = _softened(data["weights"].astype(np.float64), mesh)
    ankles = 0.5 * (joints[BONE["foot.L"]] + joints[BONE["foot.R"]])
    shift = np.array([-ankles[0], -ankles[1], 0.012 - verts[:, 2].min()])
    verts, joints = verts + shift, joints + shift
    region = _regions(verts, joints, weights, data["eye_weight"] > 0.5)
    verts = _dressed(verts, faces, region, mesh)
    sole = (region == SHOE) & (verts[:, 2] < 0.022)
    region[sole] = SOLE
    shoes = verts[(region == SHOE) | (region == SOLE)]
    return Body(
        verts=verts,
        faces=faces,
        joints=joints,
        weights=weights,
        colours=_cloth_colours(verts, region),
        gloss=GLOSS[region],
        heel=shoes[shoes[:, 0].argmin()],
        toe=shoes[shoes[:, 0].argmax()],
    )


def _softened(weights: Array, mesh: Mesh) -> Array:
    """Weights diffused over trunk, hips and knees: deep flexion then folds instead of creasing."""
    bending = ("pelvis", *SPINE, "thorax", "thigh.L", "thigh.R", "shin.L", "shin.R")
    region = np.clip(_sum(weights, *bending), 0, 1)[:, None]
    soft = mesh.smooth(weights, 0.6 * region, 14)
    return np.asarray(soft / soft.sum(1, keepdims=True))


def _sum(weights: Array, *bones: str) -> Array:
    return np.asarray(weights[:, [BONE[b] for b in bones]].sum(1))


def _regions(v: Array, joints: Array, w: Array, eye: Flags) -> NDArray[np.int64]:
    """Region number of each vertex, [V]."""

    def joint(name: str) -> Array:
        return np.asarray(joints[BONE[name]])

    region = np.full(len(v), SKIN)
    region[_sum(w, "pelvis", "thigh.L", "thigh.R", "shin.L", "shin.R") > 0.5] = LEGS
    hem = joint("thigh.L")[2] + 0.015
    shirt = _sum(w, *SPINE, "thorax", "clavicle.L", "clavicle.R") > 0.5
    shirt |= (w[:, BONE["pelvis"]] > 0.5) & (v[:, 2] > hem)
    for side in "LR":
        shoulder = joint(f"upperarm.{side}")
        arm = joint(f"forearm.{side}") - shoulder
        along = (v - shoulder) @ arm / (arm @ arm)
        shirt |= (w[:, BONE[f"upperarm.{side}"]] > 0.4) & (along < 0.62)
    neck = joint("neck1")
    collar = v[:, 2] > neck[2] - 0.015 + 0.55 * (neck[0] - v[:, 0])
    region[shirt & ~(collar & (np.abs(v[:, 1]) < 0.085))] = SHIRT
    shoe = _sum(w, "foot.L", "foot.R", "toes.L", "toes.R") > 0.45
    region[shoe & (v[:, 2] < joint("foot.L")[2] + 0.005)] = SHOE
    region[_scalp(v, w[:, BONE["head"]] > 0.5, v[eye].mean(0))] = HAIR
    region[eye] = EYE
    return region


def _scalp(v: Array, head: Flags, eye: Array) -> Flags:
    crown, back = v[head, 2].max(), v[head, 0].min()
    top = v[:, 2] > eye[2] + 0.47 * (crown - eye[2])
    behind = (v[:, 0] < back + 0.52 * (eye[0] - back)) & (v[:, 2] > eye[2] - 0.045)
    ear = np.abs(v[:, 1]) > 0.80 * np.abs(v[head, 1]).max()
    ear &= np.abs(v[:, 2] - eye[2] + 0.01) < 0.045
    return np.asarray(head & (top | behind) & ~ear)


def _dressed(
    verts: Array, faces: NDArray[np.int64], region: NDArray[np.int64], mesh: Mesh
) -> Array:
    """Vertices with cloth smoothed over the skin and pushed off it."""
    for part, rounds in ((SHIRT, 6), (SHOE, 110), (HAIR, 12)):
        verts = mesh.smooth(verts, 0.6 * (region == part).astype(float)[:, None], rounds)
    push = np.zeros((len(verts), 1))
    for part, thickness in CLOTH_THICKNESS.items():
        push[region == part] = thickness
    push = 0.5 * push + 0.5 * mesh.average(push)
    verts = verts + vertex_normals(verts, faces) * push
    shoe = region == SHOE
    verts[shoe, 2] = np.maximum(verts[shoe, 2] - verts[shoe, 2].min(), 0.0)
    return verts


def _cloth_colours(verts: Array, region: NDArray[np.int64]) -> Array:
    """Region colours with a slow waviness, so that cloth does not look painted on."""
    x, y, z = verts.T
    wave = np.sin(37 * x + 21 * z) + np.sin(53 * y - 33 * z + 1.3) + np.sin(71 * z + 29 * y + 0.4)
    depth = np.where((region == SHIRT) | (region == LEGS), 0.02, 0.008)
    return np.clip(COLOURS[region] * (1 + depth * wave)[:, None], 0, 1)
