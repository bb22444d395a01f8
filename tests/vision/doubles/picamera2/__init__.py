"""Stands in for picamera2 in the camera's own process, by its documented interface.

What it does stands in the JSON file that $PICAMERA2_DOUBLE names: {"modules": [[id, model], ...],
"hangs": bool, "loose": bool, "busy": bool, "controls": [...], "frame_us": n, "size": [w, h]}
"""

import json
import os
import socket
import time
from pathlib import Path

import numpy as np

_STRIDE_PADDING = 64


def _state() -> dict:
    return json.loads(Path(os.environ["PICAMERA2_DOUBLE"]).read_text())


class Picamera2:
    @staticmethod
    def global_camera_info() -> list[dict]:
        return [
            {"Id": name, "Model": model, "Location": 2, "Rotation": 0, "Num": number}
            for number, (name, model) in enumerate(_state()["modules"])
        ]

    def __init__(self, camera_num: int = 0) -> None:
        if _state().get("busy"):
            raise RuntimeError("Camera __init__ sequence did not complete.")
        self.number = camera_num
        self.taken = 0
        self.out = 0
        self.configuration: dict = {}

    @property
    def camera_controls(self) -> dict:
        names = ["FrameDurationLimits", "ExposureTime", "AnalogueGain", "AeFlickerMode"]
        names += ["AeFlickerPeriod"]
        return dict.fromkeys(_state().get("controls", names), (0, 100000, 0))

    def create_video_configuration(self, main: dict, controls: dict) -> dict:
        return {"main": dict(main), "controls": dict(controls)}

    def configure(self, configuration: dict) -> None:
        given = _state().get("size")
        if given:
            configuration["main"]["size"] = tuple(given)
        self.configuration = configuration

    def camera_configuration(self) -> dict:
        return self.configuration

    def start(self) -> None:
        note = os.environ["PICAMERA2_DOUBLE"] + ".started"
        Path(note).write_text(
            json.dumps(
                {
                    "controls": self.configuration["controls"],
                    "interfaces": [name for _, name in socket.if_nameindex()],
                    "number": self.number,
                }
            )
        )

    def capture_request(self, wait=None):
        state = _state()
        time.sleep(state.get("frame_us", 10000) / 1e6)
        while state.get("hangs"):
            time.sleep(0.05)
        if state.get("loose"):
            time.sleep(min(wait, 0.2))
            raise TimeoutError
        self.taken += 1
        self.out += 1
        assert self.out == 1, "requests are to be released before the next is asked for"
        return _Request(self, state)


class _Request:
    def __init__(self, camera: Picamera2, state: dict) -> None:
        self.camera = camera
        controls = camera.configuration["controls"]
        self.metadata = {
            "SensorTimestamp": time.monotonic_ns(),
            "FrameDuration": state.get("frame_us", 10000),
            "ExposureTime": state.get("exposure_us", controls.get("ExposureTime", 5000)),
            "AnalogueGain": controls.get("AnalogueGain", 1.0),
        }

    def get_metadata(self) -> dict:
        return self.metadata

    def release(self) -> None:
        self.camera.out -= 1


class MappedArray:
    """Lines are longer in memory than in the picture, as they are on a Raspberry Pi."""

    def __init__(self, request: _Request, stream: str, reshape: bool = True, write: bool = True):
        assert (stream, reshape, write) == ("main", True, False)
        width, height = request.camera.configuration["main"]["size"]
        lines = np.full((height, width * 3 + _STRIDE_PADDING), 77, np.uint8)
        self.array = lines[:, : width * 3].reshape((height, width, 3))
        self.array[:, :, 0] = 10
        self.array[:, :, 2] = request.camera.taken % 256

    def __enter__(self) -> "MappedArray":
        return self

    def __exit__(self, *_: object) -> None:
        pass
