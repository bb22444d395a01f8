"""Stands in for OpenCV in the camera's own process: a "device" is a JSON file that a test writes.

{"plugged": true, "flows": true, "hangs": false, "size": [w, h], "fps": 100, "code": "MJPG",
 "late": s, "spoilt": false}
"""

import json
import time
from pathlib import Path

import numpy as np

CAP_V4L2 = 200
CAP_PROP_POS_MSEC, CAP_PROP_FRAME_WIDTH, CAP_PROP_FRAME_HEIGHT = 0, 3, 4
CAP_PROP_FPS, CAP_PROP_FOURCC, CAP_PROP_BUFFERSIZE = 5, 6, 38


class VideoWriter:
    @staticmethod
    def fourcc(*letters: str) -> int:
        return int.from_bytes("".join(letters).encode(), "little")


class VideoCapture:
    """Says yes to all that is set and does as its file says, as OpenCV does."""

    def __init__(self, device: str, _api: int) -> None:
        self._file = Path(device)
        self._number = 0
        self._stamp = 0.0

    def _state(self) -> dict:
        try:
            return json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {"plugged": False}

    def isOpened(self) -> bool:  # noqa: N802
        return self._state()["plugged"]

    def set(self, _name: int, _value: float) -> bool:
        return True

    def get(self, name: int) -> float:
        state = self._state()
        return {
            CAP_PROP_POS_MSEC: 1000 * self._stamp,
            CAP_PROP_FPS: state.get("fps", 100),
            CAP_PROP_FOURCC: VideoWriter.fourcc(*state.get("code", "MJPG")),
        }[name]

    def grab(self) -> bool:
        state = self._state()
        time.sleep(1 / state.get("fps", 100))
        while state.get("hangs"):
            time.sleep(0.05)
        if not state["plugged"]:
            return False
        self._number += 1
        self._stamp = time.monotonic() - state.get("late", 0.0)
        return state.get("flows", True)

    def retrieve(self, into=None):
        state = self._state()
        if state.get("spoilt"):
            return False, None
        width, height = state.get("size", [320, 240])
        if into is None or into.shape != (height, width, 3):
            into = np.empty((height, width, 3), np.uint8)
        into[:] = self._number % 256
        into[: height // 2, : width // 2] = 255
        return True, into

    def release(self) -> None:
        pass
