"""MediaPipe's pose landmarker: a picture in, a `Pose` out. Nothing else knows MediaPipe.

It is asked for one pose; `station.hinge.person` finds out when that is not the member's any more.
Asked for two, MediaPipe runs its detector on every frame that has fewer people: 1.7 to 2.0 times
the processor time a frame (full model, busy x86-64 core: one person in the picture 48 → 87 ms, two
73 → 132 and 94 → 180 ms), for little: while somebody crosses in front, both poses land on them.
Rendered, five crossings: the member is among the poses in 84 % of the frames with one, 89 % with
two; with one and the person lock, 4 frames in 1035 show somebody else as the member.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station import isolation
from station.errors import StationError
from station.vision import contour, processor
from station.vision.pose import Pose, Silhouette

_COARSE = 4
"""Pixels; the silhouette's box is right to this, and anything thinner by itself is no person."""

_NOBODY = np.full((33, 4), np.nan, np.float32)


class Landmarker:
    """One person, followed from frame to frame; belongs to the thread that uses it."""

    def __init__(self, model: Path) -> None:
        """Load the bundle at `model`.

        Raises StationError naming it when MediaPipe refuses, or what this processor lacks for it.
        """
        if (lack := processor.lacks()) is not None:
            raise StationError(lack)
        isolation.block_metrics()
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision

        self._image, self._format = mediapipe.Image, mediapipe.ImageFormat.SRGBA
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=vision.RunningMode.VIDEO,
            output_segmentation_masks=True,
        )
        try:
            self._task = vision.PoseLandmarker.create_from_options(options)
        except (OSError, RuntimeError, ValueError) as error:
            raise StationError(
                f"Pose model {model} does not load; `station models` gets a sound one."
            ) from error
        self._last_ms = -1

    def pose(self, rgba: NDArray[np.uint8], t: float) -> Pose:
        """The person in `rgba` [height, width, 4], taken at `t` seconds (must grow)."""
        height, width = rgba.shape[:2]
        return self.read(self.detect(rgba, t), (width, height), t)

    def detect(self, rgba: NDArray[np.uint8], t: float) -> Any:
        """MediaPipe's own result, for `read`; apart from it so that each can be timed."""
        # MediaPipe wants whole milliseconds that grow; two frames may share one.
        self._last_ms = max(self._last_ms + 1, round(t * 1000))
        return self._task.detect_for_video(self._image(self._format, rgba), self._last_ms)

    def read(self, found: Any, size: tuple[int, int], t: float) -> Pose:
        """The `Pose` in what `detect` found in a frame of `size` (width, height)."""
        width, height = size
        if not found.pose_landmarks:
            return Pose(t, size, _NOBODY, _NOBODY[:, :3], None, None)
        landmarks = np.array(
            [(p.x, p.y, p.z, p.visibility) for p in found.pose_landmarks[0]], np.float32
        )
        # z is scaled as x is.
        landmarks[:, :3] *= (width, height, width)
        world = np.array([(p.x, p.y, p.z) for p in found.pose_world_landmarks[0]], np.float32)
        silhouette = _silhouette(found.segmentation_masks)
        return Pose(t, size, landmarks, world, contour.of(landmarks, silhouette), silhouette)

    def look_anew(self, t: float) -> None:
        """Let go of whoever is followed: the next picture's person is chosen afresh.

        The model stays with whom it found first, even behind somebody who steps in front; one
        black picture, at `t` seconds, makes it lose them (its size does not matter).
        """
        self.detect(np.zeros((64, 64, 4), np.uint8), t)

    def close(self) -> None:
        self._task.close()


def _silhouette(masks: list[Any] | None) -> Silhouette | None:
    if not masks:
        return None
    probability = masks[0].numpy_view()[:, :, 0]
    # The box from every fourth pixel: looking at the whole mask costs more than tracing it.
    coarse = probability[::_COARSE, ::_COARSE] > 0.5
    rows = np.flatnonzero(coarse.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(coarse.any(axis=0))
    top, left = (max(0, _COARSE * (int(v[0]) - 1)) for v in (rows, columns))
    bottom, right = (_COARSE * (int(v[-1]) + 1) for v in (rows, columns))
    return Silhouette(left, top, probability[top:bottom, left:right] > 0.5)
