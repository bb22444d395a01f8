"""OpenCV as this station wants it: quiet."""

import os
from types import ModuleType

_ENVIRONMENT = {
    # What goes wrong is said once, in our own sentence.
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
}


def load() -> ModuleType:
    """The `cv2` module; the environment that it reads only once is set before."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import cv2

    return cv2
