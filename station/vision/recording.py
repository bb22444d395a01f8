"""Recordings: a pose stream in one `.npz`, landmarks and silhouettes without a pixel of picture.

Arrays, for n frames: `t` float64 [n] seconds; `size` int32 [2] width, height; `landmarks` float32
[n, 33, 4] pixels and visibility; `world` float32 [n, 33, 3] metres; `mask_box` int32 [n, 4] crop
x0, y0, width, height, 0 = none; `mask_offset` int64 [n + 1] byte offsets into `mask_bits` uint8,
`numpy.packbits` of each crop, row-major.
"""

import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.errors import StationError
from station.vision import contour
from station.vision.pose import Pose, Silhouette

_LAYOUT: dict[str, tuple[str, tuple[int | None, ...]]] = {
    "t": ("f", (None,)),
    "size": ("i", (2,)),
    "landmarks": ("f", (None, 33, 4)),
    "world": ("f", (None, 33, 3)),
    "mask_box": ("i", (None, 4)),
    "mask_offset": ("i", (None,)),
    "mask_bits": ("u", (None,)),
}
"""Array name → numpy kind and shape; None = any length."""


@dataclass(frozen=True)
class Recording:
    """A recording in memory; iterate over it for its poses, contours traced on the way."""

    arrays: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.arrays["t"])

    @property
    def size(self) -> tuple[int, int]:
        """Frame width and height, pixels."""
        width, height = self.arrays["size"]
        return int(width), int(height)

    @property
    def fps(self) -> float | None:
        """Mean frames per second; None for a still."""
        t = self.arrays["t"].astype(np.float64)
        return float((len(t) - 1) / (t[-1] - t[0])) if len(t) > 1 and t[-1] > t[0] else None

    def __iter__(self) -> Iterator[Pose]:
        landmarks = self.arrays["landmarks"].astype(np.float32)
        world = self.arrays["world"].astype(np.float32)
        t = self.arrays["t"].astype(np.float64)
        for i in range(len(self)):
            silhouette = self._silhouette(i)
            yield Pose(
                t=float(t[i]),
                size=self.size,
                landmarks=landmarks[i],
                world=world[i],
                contour=contour.of(landmarks[i], silhouette),
                silhouette=silhouette,
            )

    def _silhouette(self, i: int) -> Silhouette | None:
        x0, y0, width, height = (int(v) for v in self.arrays["mask_box"][i])
        if width == 0 or height == 0:
            return None
        offset = self.arrays["mask_offset"]
        packed = self.arrays["mask_bits"][int(offset[i]) : int(offset[i + 1])]
        bits = np.unpackbits(packed.astype(np.uint8), count=width * height)
        return Silhouette(x0, y0, bits.reshape(height, width).astype(bool))


def read(path: Path) -> Recording:
    """The recording at `path`. Raises StationError naming file and array when it is not one."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _LAYOUT if name in stored}
    except OSError as error:
        reason = error.strerror or "not a .npz archive"
        raise StationError(f"Recording {path}: cannot be read ({reason}).") from error
    except (ValueError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise StationError(f"Recording {path}: not a .npz archive of plain arrays.") from error
    fault = _first_fault(arrays)
    if fault:
        raise StationError(f"Recording {path}: {fault}.")
    return Recording(arrays)


def _first_fault(arrays: dict[str, NDArray[Any]]) -> str | None:
    for name, (kind, shape) in _LAYOUT.items():
        if name not in arrays:
            return f"array {name!r} is missing"
        array = arrays[name]
        fits = array.ndim == len(shape) and all(
            want is None or want == have for want, have in zip(shape, array.shape, strict=True)
        )
        if array.dtype.kind != kind or not fits:
            wanted = "x".join("n" if want is None else str(want) for want in shape)
            return f"array {name!r} is {array.dtype}{list(array.shape)}, expected [{wanted}]"
    n = len(arrays["t"])
    lengths = {"landmarks": n, "world": n, "mask_box": n, "mask_offset": n + 1}
    for name, length in lengths.items():
        if len(arrays[name]) != length:
            return f"array {name!r} has {len(arrays[name])} rows where 't' has {n}"
    if n == 0:
        return "it holds no frame"
    if not np.isfinite(arrays["t"].astype(np.float64)).all():
        return "array 't' holds a time that is no number"
    if int(arrays["size"].astype(np.int64).min()) <= 0:
        return "array 'size' is not a width and a height"
    return _mask_fault(arrays)


def _mask_fault(arrays: dict[str, NDArray[Any]]) -> str | None:
    box = arrays["mask_box"].astype(np.int64)
    offset = arrays["mask_offset"].astype(np.int64)
    if (box[:, 2:] < 0).any():
        return "array 'mask_box' holds a negative width or height"
    if offset[0] != 0 or offset[-1] > len(arrays["mask_bits"]):
        return "array 'mask_offset' points outside 'mask_bits'"
    if (np.diff(offset) < (box[:, 2] * box[:, 3] + 7) // 8).any():
        return "array 'mask_bits' is shorter than the boxes in 'mask_box' need"
    return None


def write(path: Path, poses: Iterable[Pose]) -> int:
    """Write `poses` to `path` and return their number; the file appears whole or not at all.

    Raises StationError when there is no pose, or the file cannot be written.
    """
    t, landmarks, world, boxes, crops = [], [], [], [], []
    size = (0, 0)
    for pose in poses:
        size = pose.size
        t.append(pose.t)
        landmarks.append(pose.landmarks)
        world.append(pose.world)
        silhouette = pose.silhouette
        if silhouette is None:
            boxes.append((0, 0, 0, 0))
            crops.append(np.empty(0, np.uint8))
        else:
            height, width = silhouette.mask.shape
            boxes.append((silhouette.x0, silhouette.y0, width, height))
            crops.append(np.packbits(silhouette.mask))
    if not t:
        raise StationError(f"Recording {path}: there is no frame to write.")
    arrays: dict[str, NDArray[Any]] = {
        "t": np.array(t, np.float64),
        "size": np.array(size, np.int32),
        "landmarks": np.stack(landmarks).astype(np.float32),
        "world": np.stack(world).astype(np.float32),
        "mask_box": np.array(boxes, np.int32),
        "mask_offset": np.concatenate([[0], np.cumsum([len(c) for c in crops])]).astype(np.int64),
        "mask_bits": np.concatenate(crops),
    }
    try:
        _write_whole(path, arrays)
    except OSError as error:
        raise StationError(f"Recording {path}: cannot be written ({error.strerror}).") from error
    return len(t)


def _write_whole(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    ) as file:
        part = Path(file.name)
        try:
            np.savez_compressed(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
