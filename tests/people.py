"""A stick figure in three dimensions with a back that can bend, seen by a camera: pose streams for
the checker's tests, with known angles."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from station.vision import Contour, Pose
from station.vision.contour import STATIONS

SHANK, THIGH, TORSO, NECK, FOOT = 0.43, 0.42, 0.50, 0.22, 0.2
BACK_DEPTH, BELLY_DEPTH = 0.22, 0.25
_SIDES = [(1, 4), (2, 5), (3, 6), (9, 10), *((i, i + 1) for i in range(7, 33, 2) if i != 9)]


@dataclass(frozen=True)
class Posture:
    """Degrees as in `station.hinge.angles`; `bulge` is the back's height over its chord in torso
    lengths; `x` metres the feet have moved to the right."""

    trunk: float = 0.0
    knee: float = 0.0
    shin: float = 0.0
    neck: float = 0.0
    bulge: float = 0.0
    x: float = 0.0


STANDING = Posture()
HINGE = Posture(trunk=75, knee=20, shin=0)
SQUAT = Posture(trunk=25, knee=110, shin=40)
ROUNDED = Posture(trunk=70, knee=15, bulge=0.12)
SHALLOW = Posture(trunk=32, knee=5)


@dataclass(frozen=True)
class Camera:
    """Where the figure appears: pixels per metre, ankles at (x, y), `yaw` degrees off side-on."""

    facing: str = "right"
    yaw: float = 0.0
    scale: float = 300.0
    size: tuple[int, int] = (1280, 720)
    ankle: tuple[float, float] = (640.0, 640.0)
    silhouette: bool = True


SIDE = Camera()


def pose(t: float, posture: Posture, camera: Camera = SIDE) -> Pose:
    """The figure in `posture` at time `t`."""
    joints = _joints(posture)
    forward = 1.0 if camera.facing == "right" else -1.0
    yaw = math.radians(camera.yaw)
    landmarks = np.zeros((33, 4), np.float32)
    landmarks[:, 3] = 0.99
    for index, (along, across, up) in joints.items():
        seen = along * math.cos(yaw) + across * math.sin(yaw)
        depth = across * math.cos(yaw) - along * math.sin(yaw)
        landmarks[index, 0] = camera.ankle[0] + camera.scale * forward * seen
        landmarks[index, 1] = camera.ankle[1] - camera.scale * up
        landmarks[index, 2] = camera.scale * depth * forward
    contour = _contour(landmarks, posture, camera) if camera.silhouette else None
    world = np.zeros((33, 3), np.float32)
    return Pose(t, camera.size, landmarks, world, contour, None)


def nobody(t: float, size: tuple[int, int] = SIDE.size) -> Pose:
    """A frame without anybody."""
    nothing = np.full((33, 4), np.nan, np.float32)
    return Pose(t, size, nothing, nothing[:, :3].copy(), None, None)


def _joints(p: Posture) -> dict[int, tuple[float, float, float]]:
    """Landmark index → (forward, towards the person's right is −, up) in metres."""

    def step(start: tuple[float, float], length: float, degrees: float) -> tuple[float, float]:
        lean = math.radians(degrees)
        return start[0] + length * math.sin(lean), start[1] + length * math.cos(lean)

    ankle = (p.x, 0.08)
    knee = step(ankle, SHANK, p.shin)
    hip = step(knee, THIGH, p.shin - p.knee)
    shoulder = step(hip, TORSO, p.trunk)
    ear = step(shoulder, NECK, p.trunk - p.neck)
    elbow = step(shoulder, -0.28, 0)
    wrist = step(elbow, -0.25, 0)
    heel, toe = (ankle[0] - 0.05, 0.0), (ankle[0] + FOOT, 0.0)
    midline = {8: ear, 12: shoulder, 14: elbow, 16: wrist, 24: hip, 26: knee, 28: ankle}
    midline |= {30: heel, 32: toe}
    wide = {8: 0.07, 12: 0.18, 14: 0.2, 16: 0.2, 24: 0.105, 26: 0.105, 28: 0.105, 30: 0.1, 32: 0.1}
    joints = {}
    for right, (along, up) in midline.items():
        joints[right] = (along, -wide[right], up)
        joints[right - 1] = (along, wide[right], up)
    face = step(step(ear, 0.02, p.trunk - p.neck), 0.1, p.trunk - p.neck + 90)
    joints[0] = (face[0], 0.0, face[1])
    for index in range(33):
        joints.setdefault(index, joints[0] if index < 11 else joints[16])
    return joints


def _contour(landmarks: np.ndarray, p: Posture, camera: Camera) -> Contour:
    near = (12, 24) if camera.facing == "right" else (11, 23)
    shoulder, hip = landmarks[near[0], :2], landmarks[near[1], :2]
    torso = float(np.hypot(*(shoulder - hip)))
    # The curve goes on into the neck; below the hip joint the buttock stays as it is.
    arc = 4 * STATIONS * (1 - STATIONS) * (STATIONS > 0)
    back = ((BACK_DEPTH + p.bulge * arc) * torso).astype(np.float32)
    belly = np.full_like(back, BELLY_DEPTH * torso)
    left, right = (back, belly) if camera.facing == "right" else (belly, back)
    return Contour(tuple(map(float, hip)), tuple(map(float, shoulder)), STATIONS, left, right)


@dataclass(frozen=True)
class Scene:
    """A script: still in one posture, then moving to the next, and so on."""

    camera: Camera = SIDE
    fps: float = 30.0
    start: float = 0.0
    steps: tuple[tuple[Posture, float], ...] = field(default=((STANDING, 0.0),))

    def hold(self, seconds: float) -> "Scene":
        """Stay as one is."""
        return self.move(self.steps[-1][0], seconds)

    def move(self, to: Posture, seconds: float) -> "Scene":
        """Go over to another posture, smoothly."""
        return replace(self, steps=(*self.steps, (to, seconds)))

    def bend(self, to: Posture, down: float = 1.0, hold: float = 0.5, up: float = 1.0) -> "Scene":
        """Bend, stay, and stand again for half a second."""
        back = replace(STANDING, x=to.x)
        return self.move(to, down).hold(hold).move(back, up).hold(0.5)

    def poses(self) -> Iterator[Pose]:
        """The stream at `fps`."""
        total = sum(seconds for _, seconds in self.steps)
        for i in range(int(total * self.fps) + 1):
            yield pose(self.start + i / self.fps, self._at(i / self.fps), self.camera)

    def _at(self, t: float) -> Posture:
        before = self.steps[0][0]
        for after, seconds in self.steps[1:]:
            if t < seconds:
                share = (1 - math.cos(math.pi * t / seconds)) / 2
                return Posture(
                    **{
                        name: (1 - share) * getattr(before, name) + share * getattr(after, name)
                        for name in Posture.__dataclass_fields__
                    }
                )
            t -= seconds
            before = after
        return before


def standing(camera: Camera = SIDE, **settings: float) -> Scene:
    """Stands still for two seconds."""
    return Scene(camera=camera, **settings).hold(2.0)  # type: ignore[arg-type]


def transformed(
    poses: Iterable[Pose], *, mirror: bool = False, scale: float = 1.0
) -> Iterator[Pose]:
    """The same stream mirrored (left and right swap) or in frames `scale` times as large."""
    for p in poses:
        width, height = p.size
        landmarks = p.landmarks.copy()
        contour = p.contour
        if mirror:
            landmarks[:, 0] = width - landmarks[:, 0]
            swapped = landmarks.copy()
            for left, right in _SIDES:
                swapped[left], swapped[right] = landmarks[right], landmarks[left]
            landmarks = swapped
            if contour is not None:
                contour = Contour(
                    (width - contour.hip[0], contour.hip[1]),
                    (width - contour.shoulder[0], contour.shoulder[1]),
                    contour.s,
                    contour.right,
                    contour.left,
                )
        landmarks[:, :3] *= scale
        if contour is not None and scale != 1.0:
            contour = Contour(
                (contour.hip[0] * scale, contour.hip[1] * scale),
                (contour.shoulder[0] * scale, contour.shoulder[1] * scale),
                contour.s,
                contour.left * np.float32(scale),
                contour.right * np.float32(scale),
            )
        yield replace(
            p, size=(int(width * scale), int(height * scale)), landmarks=landmarks, contour=contour
        )
