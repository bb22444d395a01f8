"""A camera module in its real process, behind a double that speaks picamera2's interface.

No Raspberry Pi was at hand: what the double says is what picamera2 documents.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.vision import camera, eye_process
from station.vision.camera import Camera, modules, open_camera
from tests.vision.eyes import Told, alive, python_with_doubles
from tests.vision.parts import eventually

ASKED = CameraSettings(width=320, height=240, fps=100, stall_s=0.5)
USB = ["/base/axi/pcie@1000120000/rp1/usb@200000-1:1.0-046d:0825", "UVC Camera"]
FRONT = ["/base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a", "imx708"]
WIDE = ["/base/axi/pcie@1000120000/rp1/i2c@80000/imx708@1a", "imx708_wide"]


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """A machine with one camera module and one USB camera, which libcamera lists too."""
    told = Told(tmp_path / "pi.json", modules=[FRONT, USB])
    program = python_with_doubles(tmp_path, PICAMERA2_DOUBLE=str(told.path))
    monkeypatch.setattr(eye_process, "SYSTEM_PYTHON", program)
    (tmp_path / "media0").write_text("")
    monkeypatch.setattr(camera, "MEDIA", tmp_path)
    return told


@pytest.fixture
def opened() -> Iterator[Callable[..., Camera]]:
    cameras = []

    def open_it(source: str = "picamera", **changes: Any) -> Camera:
        cameras.append(open_camera(source, ASKED.model_copy(update=changes)))
        return cameras[-1]

    yield open_it
    for each in cameras:
        each.close()


def started(pi: Told) -> Any:
    return json.loads(Path(f"{pi.path}.started").read_text())


def test_pictures_come_with_the_sensors_own_time(pi: Told, opened: Callable[..., Camera]) -> None:
    eye = opened()
    assert (eye.device, eye.facts.name) == ("picamera:0", "imx708")
    assert (eye.facts.width, eye.facts.height, eye.facts.fps) == (320, 240, 100)
    before = -1.0
    for _ in range(10):
        frame = eye.read()
        assert frame is not None
        assert frame.bgr.shape == (240, 320, 3)
        assert set(frame.bgr[:, :, 0].ravel()) == {10}, "blue first; none of the lines' padding"
        assert frame.t > before
        before = frame.t


def test_a_usb_camera_is_not_taken_for_a_module(pi: Told, opened: Callable[..., Camera]) -> None:
    pi.say(modules=[USB, FRONT, WIDE])
    assert modules() == [("picamera:0", "imx708"), ("picamera:1", "imx708_wide")]
    assert opened("picamera:1").facts.name == "imx708_wide"
    assert started(pi)["number"] == 2, "picamera2 counts the USB camera"
    with pytest.raises(StationError, match="there are 2 camera modules, from 0 on"):
        opened("picamera:2")


def test_exposure_gain_and_flicker_are_asked_in_libcameras_words(
    pi: Told, opened: Callable[..., Camera]
) -> None:
    opened(exposure_us=8000, gain=4.0, flicker="50hz")
    assert started(pi)["controls"] == {
        "FrameDurationLimits": [10000, 10000],
        "ExposureTime": 8000,
        "AnalogueGain": 4.0,
        "AeFlickerMode": 1,
        "AeFlickerPeriod": 10000,
    }
    opened(flicker="off")
    assert started(pi)["controls"] == {"FrameDurationLimits": [10000, 10000], "AeFlickerMode": 0}


def test_what_it_refuses_is_read_back_and_said(
    pi: Told, opened: Callable[..., Camera], caplog: pytest.LogCaptureFixture
) -> None:
    controls = ["FrameDurationLimits", "ExposureTime"]
    pi.say(controls=controls, exposure_us=5000, size=[304, 240])
    eye = opened(exposure_us=9000, flicker="60hz")
    assert eventually(lambda: eye.read() is not None and eye.given is not None)
    assert eye.given is not None
    assert eye.given.refused == (
        "asked for 320 × 240 pixels at 100 a second, it gives 304 × 240 at 100",
        "it has no control AeFlickerMode",
        "it has no control AeFlickerPeriod",
        "its exposure is 5000 µs and not what was asked for",
    )
    assert "picamera:0: it has no control AeFlickerMode." in caplog.text


@pytest.mark.parametrize("trouble", ["loose", "hangs"])
def test_a_cable_that_comes_loose_is_a_camera_that_is_gone(
    pi: Told, opened: Callable[..., Camera], trouble: str
) -> None:
    eye = opened()
    assert eye.read() is not None
    pi.say(**{trouble: True})
    begun = time.monotonic()
    while eye.read() is not None:
        pass
    assert time.monotonic() - begun < 3.5
    eye.close()
    assert not alive(eye.pid)
    pi.say(**{trouble: False})
    assert opened().read() is not None


def test_no_module_in_use_and_a_name_that_fits_none(
    pi: Told, opened: Callable[..., Camera]
) -> None:
    pi.say(busy=True)
    with pytest.raises(StationError, match=r"picamera: cannot be opened; is it free\? \(Camera"):
        opened()
    pi.say(modules=[USB])
    with pytest.raises(StationError, match=r"no camera module was found\. Is its cable in"):
        opened()
    assert modules() == []


def test_auto_finds_a_module_where_there_is_no_usb_camera(
    pi: Told, opened: Callable[..., Camera], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert opened("auto").device == "picamera:0"
    pi.say(modules=[])
    with pytest.raises(StationError, match=r"^Camera: none found that gives a picture\.$"):
        opened("auto")


def test_without_picamera2_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "media0").write_text("")
    monkeypatch.setattr(camera, "MEDIA", tmp_path)
    # Our own Python has none, nor may it ever have: the system's own is asked.
    monkeypatch.setattr(eye_process, "SYSTEM_PYTHON", eye_process.OWN_PYTHON)
    for ask in (modules, lambda: open_camera("picamera", ASKED)):
        with pytest.raises(StationError) as caught:
            ask()
        assert str(caught.value) == (
            "Camera module: picamera2 is not installed (on Raspberry Pi OS: "
            "apt-get install --no-install-recommends python3-picamera2)."
        )


@pytest.mark.skipif(not Path(eye_process.SYSTEM_PYTHON).exists(), reason="no system Python")
def test_the_program_runs_on_the_systems_python_which_has_none_of_our_packages() -> None:
    with pytest.raises(StationError, match=r"picamera2 is not installed|no camera module"):
        open_camera("picamera", ASKED)


def test_a_machine_without_media_devices_is_not_even_asked(
    pi: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(camera, "MEDIA", tmp_path / "none")
    monkeypatch.setattr(eye_process, "SYSTEM_PYTHON", "/nonexistent")
    assert modules() == []


def test_a_system_without_its_python_is_said(pi: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eye_process, "SYSTEM_PYTHON", "/nonexistent")
    with pytest.raises(StationError, match="/nonexistent cannot be started"):
        open_camera("picamera", ASKED)
