"""A video file, frame by frame, with the file's own timestamps."""

from pathlib import Path

from station.errors import StationError
from station.vision import opencv
from station.vision.capture import Frame

_USUAL_FPS = 30.0


class VideoFile:
    """An open video. Times are seconds from the first frame, always growing.

    `frame_count` and `fps` are what the container says, None where it does not.
    """

    def __init__(self, path: Path) -> None:
        """Raises StationError when there is no video at `path`, or none that can be decoded."""
        if not path.is_file():
            raise StationError(f"Video {path}: there is no such file.")
        cv2 = opencv.load()
        self._position = cv2.CAP_PROP_POS_MSEC
        self._video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        got, bgr = self._video.read() if self._video.isOpened() else (False, None)
        if not got or bgr is None:
            self._video.release()
            raise StationError(f"Video {path}: not a video that can be read.")
        fps = float(self._video.get(cv2.CAP_PROP_FPS))
        self.fps = fps if 1 <= fps <= 1000 else None
        count = int(self._video.get(cv2.CAP_PROP_FRAME_COUNT))
        self.frame_count = count if count > 0 else None
        self.size = (bgr.shape[1], bgr.shape[0])
        self._origin = self._stamp()
        self._last = 0.0
        self._first: Frame | None = Frame(0.0, bgr)

    def read(self) -> Frame | None:
        """The next frame, None at the end."""
        if self._first is not None:
            frame, self._first = self._first, None
            return frame
        got, bgr = self._video.read()
        if not got:
            return None
        t = self._stamp() - self._origin
        if t <= self._last:
            t = self._last + 1 / (self.fps or _USUAL_FPS)
        self._last = t
        return Frame(t, bgr)

    def close(self) -> None:
        self._video.release()

    def _stamp(self) -> float:
        return float(self._video.get(self._position)) / 1000
