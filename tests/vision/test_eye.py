"""What the camera's own process does by itself: which devices it tries, which controls it sets."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.vision.eye import v4l2, v4l2_controls
from station.vision.eye.v4l2_controls import (
    AUTOGAIN,
    EXPOSURE_AUTO,
    EXPOSURE_TIME,
    GAIN,
    POWER_LINE,
)
from station.vision.eye.wanted import EyeError, Trying, Wanted

PICTURE = np.zeros((240, 320, 3), np.uint8)


class Kernel:
    """A device whose ioctls answer from tables, laid out as linux/videodev2.h says."""

    def __init__(
        self,
        controls: dict[int, tuple[int, int, int]] | None = None,
        *,
        driver: bytes = b"uvcvideo",
        own: int = 0x04200001,
    ) -> None:
        self.controls = {key: list(value) for key, value in (controls or {}).items()}
        self.driver = driver
        self.own = own

    def ioctl(self, _handle: int, request: int, data: bytearray) -> int:
        if request == 0x80685600:
            assert len(data) == 104
            data[:24] = self.driver.ljust(16, b"\0") + b"USB Cam\0"
            struct.pack_into("=II", data, 84, 0x84A00001, self.own)
            return 0
        (control,) = struct.unpack_from("=I", data)
        if control not in self.controls:
            raise OSError(22, "Invalid argument")
        value, low, high = self.controls[control]
        if request == 0xC0445624:
            assert len(data) == 68
            struct.pack_into("=ii", data, 40, low, high)
        elif request == 0xC008561B:
            struct.pack_into("=i", data, 4, value)
        else:
            assert request == 0xC008561C
            (wanted,) = struct.unpack_from("=i", data, 4)
            # The kernel clamps whole numbers.
            self.controls[control][0] = min(max(wanted, low), high)
        return 0

    def value(self, control: int) -> int:
        return self.controls[control][0]


@pytest.fixture
def device(tmp_path: Path) -> str:
    path = tmp_path / "video0"
    path.write_text("")
    return str(path)


def use(monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> Kernel:
    monkeypatch.setattr(v4l2_controls.fcntl, "ioctl", kernel.ioctl)
    return kernel


USB = {
    EXPOSURE_AUTO: (3, 0, 3),
    EXPOSURE_TIME: (157, 3, 2047),
    GAIN: (64, 0, 100),
    POWER_LINE: (2, 0, 2),
}


def test_exposure_gain_and_mains_are_set_in_the_cameras_own_units(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = use(monkeypatch, Kernel(USB))
    wanted = Wanted(exposure_us=10_000, gain=40, flicker="50hz")
    assert v4l2_controls.put(device, wanted) == []
    assert [kernel.value(one) for one in USB] == [1, 100, 40, 1]
    assert v4l2_controls.not_kept(device, wanted) == []


def test_a_camera_is_left_alone_where_nothing_is_asked(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = use(monkeypatch, Kernel(USB))
    assert v4l2_controls.put(device, Wanted()) == []
    assert [kernel.value(one) for one in USB] == [3, 157, 64, 2]


def test_a_gain_that_is_asked_for_is_not_taken_back_by_the_camera(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = use(monkeypatch, Kernel({**USB, AUTOGAIN: (1, 0, 1)}))
    assert v4l2_controls.put(device, Wanted(gain=40)) == []
    assert (kernel.value(AUTOGAIN), kernel.value(GAIN)) == (0, 40)


def test_an_exposure_fixed_once_does_not_stay_for_ever(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = use(monkeypatch, Kernel({**USB, EXPOSURE_AUTO: (1, 0, 3)}))
    assert v4l2_controls.put(device, Wanted()) == []
    assert kernel.value(EXPOSURE_AUTO) == 3


def test_what_is_out_of_its_range_is_said_with_the_range(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Kernel({**USB, EXPOSURE_TIME: (157, 3, 50)}))
    wanted = Wanted(exposure_us=10_000, gain=200)
    assert v4l2_controls.put(device, wanted) == []
    assert v4l2_controls.not_kept(device, wanted) == [
        "its exposure is 5000 µs and not what was asked for; it takes 300 to 5000 µs",
        "its gain is 100 and not what was asked for; it takes 0 to 100",
    ]


def test_what_it_has_no_control_for_is_said(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Kernel({}))
    said = v4l2_controls.put(device, Wanted(exposure_us=8_333, gain=2, flicker="60hz"))
    assert said == [
        "it takes no fixed exposure",
        "it takes no gain",
        "it takes no mains frequency against flicker",
    ]


@pytest.mark.parametrize(
    ("kernel", "camera"),
    [
        (Kernel(), True),
        (Kernel(own=0x04A00000), False),
        (Kernel(own=0x04200001 | 0x8000), False),
        (Kernel(driver=b"unicam"), False),
        (Kernel(driver=b"rp1-cfe", own=0x24200001), False),
        (Kernel(driver=b"vivid"), True),
    ],
    ids=["camera", "metadata", "codec", "module's path", "on a Pi 5", "virtual"],
)
def test_only_what_gives_pictures_is_tried(
    device: str, monkeypatch: pytest.MonkeyPatch, kernel: Kernel, camera: bool
) -> None:
    use(monkeypatch, kernel)
    assert v4l2.may_be_camera(device) is camera


def test_names_that_survive_another_port_come_first_and_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    for number in (0, 1, 2, 10):
        (tmp_path / f"video{number}").write_text("")
    (by_id / "usb-Cam-video-index0").symlink_to(tmp_path / "video2")
    monkeypatch.setattr(v4l2, "BY_ID", f"{by_id}/*-video-index*")
    monkeypatch.setattr(v4l2, "DEVICES", f"{tmp_path}/video[0-9]*")
    names = [str(Path(path).relative_to(tmp_path)) for path in v4l2.devices()]
    assert names == ["by-id/usb-Cam-video-index0", "video0", "video1", "video10"]


class Video:
    """cv2.VideoCapture that gives so many pictures."""

    def __init__(self, pictures: int) -> None:
        self.left = pictures
        self.released = False

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self, *_: Any) -> tuple[bool, np.ndarray]:
        return True, PICTURE

    def get(self, _: int) -> float:
        return 0.0

    def release(self) -> None:
        self.released = True


def test_auto_takes_the_first_that_gives_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    videos = {"dark": Video(0), "good": Video(9), "other": Video(9)}

    def opened(device: str, wanted: Wanted, _trying: Trying) -> v4l2.V4l2Eye:
        if device == "busy":
            raise EyeError("busy")
        return v4l2.V4l2Eye(device, videos[device], cv2, wanted)

    monkeypatch.setattr(v4l2, "devices", lambda: ["busy", *videos])
    monkeypatch.setattr(v4l2, "_open", opened)
    assert v4l2.open_camera("auto", Wanted(), print).facts.device == "good"
    assert videos["dark"].released
    assert videos["other"].left == 9
    monkeypatch.setattr(v4l2, "devices", lambda: ["busy"])
    with pytest.raises(EyeError, match="none found that gives a picture"):
        v4l2.open_camera("auto", Wanted(), print)
