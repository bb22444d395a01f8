"""Poses of a file, as fast as they can be had: for checking, evaluating and recording."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from station.settings import Settings
from station.vision import recording
from station.vision.capture import kind_of
from station.vision.pose import Pose


class Poses(Protocol):
    """A pose stream: iterate once, inside `with`.

    `frame_count` and `fps` are None where the file does not say; `size` is width, height.
    """

    frame_count: int | None
    fps: float | None
    size: tuple[int, int]

    def __iter__(self) -> Iterator[Pose]: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_poses(path: Path, settings: Settings) -> Poses:
    """The poses of the video or recording (`.npz`) at `path`.

    A recording needs no model, no OpenCV and no MediaPipe. Raises StationError when the file
    cannot be read or the pose model is missing or corrupt.
    """
    return _Recorded(path) if kind_of(str(path)) == "recording" else _Inferred(path, settings)


class _Recorded:
    def __init__(self, path: Path) -> None:
        self._recording = recording.read(path)
        self.frame_count: int | None = len(self._recording)
        self.fps = self._recording.fps
        self.size = self._recording.size

    def __iter__(self) -> Iterator[Pose]:
        return iter(self._recording)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Inferred:
    def __init__(self, path: Path, settings: Settings) -> None:
        from station.vision import models, opencv
        from station.vision.landmarker import Landmarker
        from station.vision.video import VideoFile

        model = models.find(settings)
        self._video = VideoFile(path)
        self._landmarker = Landmarker(model)
        self._rgba = opencv.rgba
        self.frame_count, self.fps = self._video.frame_count, self._video.fps
        self.size = self._video.size

    def __iter__(self) -> Iterator[Pose]:
        while (frame := self._video.read()) is not None:
            rgba = self._rgba(frame.bgr)
            yield self._landmarker.pose(rgba, frame.t)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._video.close()
        self._landmarker.close()
