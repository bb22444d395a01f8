"""A V4L2 camera, through an object that behaves as OpenCV's does when things go wrong."""

import time
from pathlib import Path

import numpy as np
import pytest

from station.errors import StationError
from station.settings import CameraSettings
from station.vision import camera
from station.vision.camera import Camera, open_camera
from station.vision.capture import kind_of

PICTURE = np.zeros((240, 320, 3), np.uint8)


class Video:
    """cv2.VideoCapture whose frames are so many seconds old."""

    def __init__(self, ages: list[float], clock: str = "monotonic") -> None:
        self.ages = ages
        self.clock = clock
        self.number = -1

    def read(self) -> tuple[bool, np.ndarray | None]:
        self.number += 1
        there = self.number < len(self.ages)
        return there, PICTURE if there else None

    def get(self, _: int) -> float:
        if self.clock != "monotonic":
            return {"none": 0.0, "wall": 1000 * time.time()}[self.clock]
        return 1000 * (time.monotonic() - self.ages[self.number])

    def release(self) -> None:
        pass


def age(frame: camera.Frame | None) -> float:
    assert frame is not None
    return time.monotonic() - frame.t


def test_frames_that_waited_in_the_driver_during_a_stall_are_passed_over() -> None:
    seen = Camera("cam", Video([0.02, 1.2, 1.2, 1.2, 0.03]))
    assert age(seen.read()) < 0.2
    assert age(seen.read()) < 0.2
    assert seen.read() is None


def test_a_camera_that_is_always_late_is_still_a_camera() -> None:
    assert age(Camera("cam", Video([0.8] * 8)).read()) == pytest.approx(0.8, abs=0.2)


@pytest.mark.parametrize("clock", ["none", "wall"])
def test_a_driver_without_a_usable_clock_gets_the_time_of_arrival(clock: str) -> None:
    assert age(Camera("cam", Video([0.0], clock)).read()) < 0.2


def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(StationError, match="/dev/video97: there is no such device"):
        open_camera("97", CameraSettings())


def test_a_device_that_is_no_camera_is_named() -> None:
    with pytest.raises(StationError, match="/dev/null: cannot be opened"):
        open_camera("/dev/null", CameraSettings())


def test_auto_without_any_camera_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "devices", lambda: ["/dev/null"])
    with pytest.raises(StationError, match="none found that gives a picture"):
        open_camera("auto", CameraSettings())


def test_auto_takes_the_first_that_gives_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(device: str, _: CameraSettings) -> Camera:
        if device == "busy":
            raise StationError("busy")
        return Camera(device, Video([] if device == "dark" else [0.0, 0.0]))

    monkeypatch.setattr(camera, "devices", lambda: ["busy", "dark", "good", "other"])
    monkeypatch.setattr(camera, "_open", opened)
    assert open_camera("auto", CameraSettings()).device == "good"


def test_what_a_source_is_can_be_told_from_its_name(tmp_path: Path) -> None:
    names = {
        "camera": ["auto", "camera", "0", "/dev/video2", "/dev/v4l/by-id/usb-a-video-index0"],
        "recording": ["set.npz", str(tmp_path / "a.npz")],
        "video": ["clip.mp4", "0.webm", str(tmp_path / "dev/video0.mkv")],
    }
    for kind, sources in names.items():
        assert [kind_of(source) for source in sources] == [kind] * len(sources)
