"""A USB camera in its real process, behind a library that behaves as OpenCV does when it fails."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.settings import Settings
from station.vision import Live, camera, eye_process
from station.vision.camera import Camera, open_camera, turned
from station.vision.capture import Frame, kind_of
from tests.vision.eyes import Told, alive, python_with_doubles
from tests.vision.parts import eventually

ASKED = CameraSettings(width=320, height=240, fps=100, stall_s=0.5)


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """A camera that gives 100 pictures a second."""
    monkeypatch.setattr(eye_process, "OWN_PYTHON", python_with_doubles(tmp_path))
    monkeypatch.setattr(camera, "MEDIA", tmp_path / "no media")
    return Told(tmp_path / "video0", plugged=True, fps=100, size=[320, 240])


@pytest.fixture
def opened() -> Iterator[Callable[..., Camera]]:
    cameras = []

    def open_it(told: Told, settings: CameraSettings = ASKED) -> Camera:
        cameras.append(open_camera(str(told.path), settings))
        return cameras[-1]

    yield open_it
    for each in cameras:
        each.close()


def seen(frame: Frame | None) -> Frame:
    assert frame is not None
    return frame


def test_pictures_come_from_a_process_of_their_own(
    device: Told, opened: Callable[..., Camera]
) -> None:
    eye = opened(device)
    assert eye.pid != os.getpid()
    assert (eye.facts.width, eye.facts.height, eye.facts.format) == (320, 240, "MJPG")
    times = []
    for _ in range(20):
        frame = seen(eye.read())
        times.append(frame.t)
        assert frame.bgr.shape == (240, 320, 3)
        assert (frame.bgr[0, 0] == 255).all(), "the corner that the camera paints white"
        assert 0 <= time.monotonic() - frame.t < 0.5
    assert (np.diff(times) > 0).all()


def test_whoever_looks_seldom_sees_the_newest_picture(
    device: Told, opened: Callable[..., Camera]
) -> None:
    eye = opened(device)
    shades = []
    for _ in range(4):
        time.sleep(0.7)
        frame = seen(eye.read())
        assert time.monotonic() - frame.t < 0.5
        shades.append(int(frame.bgr[-1, -1, 0]))
    assert len(set(shades)) == 4


def test_a_picture_stays_as_it_is_until_the_next_is_read(
    device: Told, opened: Callable[..., Camera]
) -> None:
    frame = seen(opened(device).read())
    before = frame.bgr.copy()
    time.sleep(0.3)
    assert (frame.bgr == before).all(), "thirty more were taken meanwhile"


def test_a_camera_that_is_pulled_out_is_gone_at_once(
    device: Told, opened: Callable[..., Camera]
) -> None:
    eye = opened(device)
    seen(eye.read())
    device.say(plugged=False)
    begun = time.monotonic()
    while eye.read() is not None:
        pass
    assert time.monotonic() - begun < 1
    assert eventually(lambda: not alive(eye.pid), 3)


def test_a_read_that_hangs_for_ever_is_given_up_and_its_process_ended(
    device: Told, opened: Callable[..., Camera], caplog: pytest.LogCaptureFixture
) -> None:
    eye = opened(device)
    seen(eye.read())
    device.say(hangs=True)
    begun = time.monotonic()
    while eye.read() is not None:
        pass
    assert 1.5 < time.monotonic() - begun < 3.5
    assert "no picture for 2.0 s; its process is ended" in caplog.text
    eye.close()
    assert not alive(eye.pid)


def test_a_camera_that_hangs_while_it_is_opened_is_given_up(
    device: Told, opened: Callable[..., Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    device.say(hangs=True)
    with monkeypatch.context() as patch:
        patch.setattr(eye_process, "_TRY_S", 0.7)
        with pytest.raises(StationError, match=r"it cannot be opened within 1 s\."):
            opened(device)
    device.say(hangs=False)
    seen(opened(device).read())


def test_a_process_that_is_killed_is_a_camera_that_is_gone(
    device: Told, opened: Callable[..., Camera], caplog: pytest.LogCaptureFixture
) -> None:
    eye = opened(device)
    seen(eye.read())
    os.kill(eye.pid, signal.SIGKILL)
    begun = time.monotonic()
    while eye.read() is not None:
        pass
    assert time.monotonic() - begun < 1
    assert "its process has ended (exit code -9)" in caplog.text


def test_a_process_that_stands_still_is_ended_all_the_same(
    device: Told, opened: Callable[..., Camera]
) -> None:
    eye = opened(device)
    os.kill(eye.pid, signal.SIGSTOP)
    while eye.read() is not None:
        pass
    eye.close()
    assert not alive(eye.pid)


def test_the_process_dies_with_the_one_that_started_it_even_while_it_hangs(
    device: Told, tmp_path: Path
) -> None:
    device.say(fps=100)
    script = (
        "import sys, time; from station.vision import eye_process, camera\n"
        f"eye_process.OWN_PYTHON = {eye_process.OWN_PYTHON!r}\n"
        "from station.camera_settings import CameraSettings\n"
        f"eye = camera.open_camera({str(device.path)!r}, CameraSettings())\n"
        "print(eye.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as kiosk:
        assert kiosk.stdout
        pid = int(kiosk.stdout.readline())
        device.say(hangs=True)
        time.sleep(0.3)
        assert alive(pid)
        kiosk.kill()
    assert eventually(lambda: not alive(pid), 2)


def test_the_process_has_no_network_where_its_parent_has_none(device: Told) -> None:
    script = (
        "import os; from pathlib import Path; from station.isolation import leave_network\n"
        "leave_network()\n"
        "from station.vision import eye_process, camera\n"
        f"eye_process.OWN_PYTHON = {eye_process.OWN_PYTHON!r}\n"
        "from station.camera_settings import CameraSettings\n"
        f"eye = camera.open_camera({str(device.path)!r}, CameraSettings())\n"
        "print(Path(f'/proc/{eye.pid}/net/dev').read_text()); eye.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    interfaces = {line.split(":")[0].strip() for line in done.stdout.splitlines() if ":" in line}
    assert "lo" in interfaces
    assert not any(name.startswith(("eth", "en", "wl")) for name in interfaces), interfaces


def test_no_second_reader_is_put_onto_a_device_whose_reader_cannot_be_ended(
    device: Told, opened: Callable[..., Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    eye = opened(device)
    device.say(hangs=True)
    seen(eye.read())
    # What waits in the kernel for a device does not even die of SIGKILL.
    monkeypatch.setattr(subprocess.Popen, "kill", lambda _: None)
    monkeypatch.setattr(eye_process, "_KILLED_S", 0.2)
    os.kill(eye.pid, signal.SIGSTOP)
    time.sleep(0.2)
    eye.close()
    with pytest.raises(StationError, match=rf"process {eye.pid} hangs in its driver"):
        opened(device)
    os.kill(eye.pid, signal.SIGKILL)
    device.say(hangs=False)

    def opens_again() -> bool:
        # Its first thread can be gone for a moment while others still end.
        with suppress(StationError):
            seen(opened(device).read())
            return True
        return False

    assert eventually(opens_again, 2)


def test_what_the_camera_does_not_give_is_said_once(
    device: Told, opened: Callable[..., Camera], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    device.say(code="YUYV", size=[160, 120], fps=80)
    asked = ASKED.model_copy(update={"exposure_us": 10000, "flicker": "50hz"})
    for _ in range(2):
        eye = opened(device, asked)
        assert eventually(lambda eye=eye: seen(eye.read()) and eye.given is not None)
    assert eye.given is not None
    assert eye.given.fps == pytest.approx(60, abs=25), "measured, whatever it says itself"
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len([one for one in said if "does not send MJPG but YUYV" in one]) == 1
    assert len([one for one in said if "asked for 320 × 240 pixels at 100" in one]) == 1
    assert len([one for one in said if "it takes no fixed exposure" in one]) == 1


def test_frames_that_waited_in_the_driver_during_a_stall_are_passed_over(
    device: Told, opened: Callable[..., Camera]
) -> None:
    device.say(late=0.8)
    frame = seen(opened(device).read())
    late = time.monotonic() - frame.t
    assert late == pytest.approx(0.8, abs=0.3), "one that is always late is still a camera"


def test_a_driver_without_a_usable_clock_gets_the_time_of_arrival(
    device: Told, opened: Callable[..., Camera]
) -> None:
    device.say(late=time.monotonic() - time.time())
    assert time.monotonic() - seen(opened(device).read()).t < 0.5


def test_pictures_that_cannot_be_decoded_are_said(device: Told) -> None:
    device.say(spoilt=True)
    with pytest.raises(StationError, match="its pictures cannot be decoded"):
        open_camera(str(device.path), ASKED)


def test_a_camera_that_sends_nothing_is_no_camera(device: Told) -> None:
    device.say(flows=False)
    with pytest.raises(StationError, match="it is gone, or sends no picture any more"):
        open_camera(str(device.path), ASKED)


def test_a_camera_in_use_says_so(device: Told) -> None:
    device.say(plugged=False)
    with pytest.raises(StationError, match="cannot be opened; is it a camera, and free"):
        open_camera(str(device.path), ASKED)


def test_a_camera_on_its_side_is_turned(device: Told, opened: Callable[..., Camera]) -> None:
    eye = opened(device, ASKED.model_copy(update={"rotation": 90}))
    frame = seen(eye.read())
    assert frame.bgr.shape == (320, 240, 3)
    assert (frame.bgr[10, -10] == 255).all(), "the white corner, upper left, is upper right now"


@pytest.mark.parametrize(
    ("degrees", "where"), [(0, (0, 0)), (90, (0, 3)), (180, (1, 3)), (270, (3, 0))]
)
def test_turning_is_clockwise(degrees: int, where: tuple[int, int]) -> None:
    picture = np.zeros((2, 4, 3), np.uint8)
    picture[0, 0] = 255
    result = turned(picture, degrees)
    y, x = np.argwhere(result[:, :, 0] == 255)[0]
    assert (y, x) == (where if degrees != 90 else (0, 1))


def test_unplugged_and_back_and_hanging_and_back(
    device: Told, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown = []
    live = Live(
        Settings(camera=ASKED),
        source="auto",
        model=model,
        on_frame=lambda _, pose: shown.append(pose.t),
        open_capture=lambda: open_camera(str(device.path), ASKED),
    )
    live.start()
    try:
        for trouble in ({"plugged": False}, {"hangs": True}):
            assert eventually(lambda: live.state.kind == "live")
            device.say(**trouble)
            assert eventually(lambda: live.state.kind in ("offline", "stalled"), 5)
            assert eventually(lambda: live.state.kind == "offline", 6)
            device.say(plugged=True, hangs=False)
        assert eventually(lambda: live.state.kind == "live", 12)
        assert (np.diff(shown) > 0).all()
    finally:
        live.stop()


def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(StationError, match="/dev/video97: there is no such device"):
        open_camera("97", CameraSettings())


def test_a_device_that_is_no_camera_is_named_by_the_real_opencv() -> None:
    with pytest.raises(StationError, match="/dev/null: cannot be opened"):
        open_camera("/dev/null", CameraSettings())


def test_what_a_source_is_can_be_told_from_its_name(tmp_path: Path) -> None:
    names = {
        "camera": [
            *("auto", "camera", "0", "/dev/video2", "/dev/v4l/by-id/usb-a-video-index0"),
            *("picamera", "picamera:1"),
        ],
        "recording": ["set.npz", str(tmp_path / "a.npz")],
        "video": ["clip.mp4", "0.webm", str(tmp_path / "dev/video0.mkv"), "picamera.mp4"],
    }
    for kind, sources in names.items():
        assert [kind_of(source) for source in sources] == [kind] * len(sources)
