"""OpenCV as this station wants it: quiet."""

import os
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

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


def rgba(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture [height, width, 3] as screen and pose model take it: [height, width, 4]."""
    cv2 = load()
    picture: NDArray[np.uint8] = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGBA)
    return picture
