"""The camera as a member meets it: there, gone, hanging, back again."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.settings import Settings
from station.vision import Live, Pose, bundle, recording
from station.vision import live as live_module
from station.vision.camera import Camera
from station.vision.capture import Frame
from tests.vision.parts import FakeCamera, eventually, write_video

SETTINGS = Settings(camera=CameraSettings(stall_s=0.5))


class Station:
    """Everything a Live hands out."""

    def __init__(self) -> None:
        self.poses: list[Pose] = []
        self.pictures: list[NDArray[np.uint8] | None] = []
        self.seen_at: list[float] = []
        self.work_s = 0.0

    def __call__(self, rgba: NDArray[np.uint8] | None, pose: Pose) -> None:
        self.poses.append(pose)
        self.pictures.append(rgba)
        self.seen_at.append(time.monotonic())
        time.sleep(self.work_s)

    @property
    def times_grow(self) -> bool:
        return bool((np.diff([pose.t for pose in self.poses]) > 0).all())


@pytest.fixture
def station() -> Station:
    return Station()


@pytest.fixture
def lives() -> Iterator[list[Live]]:
    running: list[Live] = []
    yield running
    for live in running:
        live.stop()


@pytest.fixture
def watch(model: Path, station: Station, lives: list[Live]) -> Callable[[FakeCamera], Live]:
    def start(camera: FakeCamera) -> Live:
        live = Live(
            SETTINGS, source="auto", model=model, on_frame=station, open_capture=camera.open
        )
        lives.append(live)
        live.start()
        return live

    return start


@pytest.fixture
def play(model: Path, station: Station, lives: list[Live]) -> Callable[..., Live]:
    def start(path: Path, every_frame: bool = False) -> Live:
        live = Live(
            SETTINGS, source=str(path), model=model, on_frame=station, every_frame=every_frame
        )
        lives.append(live)
        live.start()
        return live

    return start


def is_(live: Live, kind: str) -> Callable[[], bool]:
    return lambda: live.state.kind == kind


def test_a_camera_that_gives_pictures_is_live(
    watch: Callable[[FakeCamera], Live], station: Station
) -> None:
    live = watch(FakeCamera())
    assert live.state.kind == "starting"
    assert not live.is_file
    assert eventually(lambda: len(station.poses) > 20)
    # Also on a machine so busy that half a second passes without a picture.
    assert eventually(is_(live, "live"))
    assert station.times_grow
    assert station.pictures[0] is not None
    assert station.pictures[0].shape == (240, 320, 4)
    assert station.poses[0].size == (320, 240)
    assert np.isnan(station.poses[0].landmarks).all()
    assert live.stats.pose_fps > 0
    assert live.stats.inference_ms > 0


NICE_START = """
import os, sys, threading, time
from pathlib import Path
from station.settings import Settings
from station.vision import Live

def niceness():
    return {int(t.name): os.getpriority(os.PRIO_PROCESS, int(t.name))
            for t in Path("/proc/self/task").iterdir()}

seen = []
clip, model = sys.argv[1], Path(sys.argv[2])
live = Live(Settings(), source=clip, model=model, on_frame=lambda _, pose: seen.append(pose))
live.start()
until = time.monotonic() + 60
while not seen and time.monotonic() < until:
    time.sleep(0.1)
of_all = niceness()
live.stop()
print(len(seen) > 0, of_all.pop(os.getpid()), max(of_all.values()))
"""


@pytest.mark.parametrize("given", [0, 15])
def test_poses_give_way_to_the_screen_also_where_all_of_it_gives_way(
    tmp_path: Path, model: Path, given: int
) -> None:
    """Whoever is not root may make a program less urgent, never more."""
    clip = write_video(tmp_path / "clip.avi", frames=30)
    ended = subprocess.run(
        ["nice", "-n", str(given), sys.executable, "-c", NICE_START, str(clip), str(model)],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        preexec_fn=_leave_rights if os.geteuid() == 0 else None,
    )
    screen = min(19, os.nice(0) + given)
    pose = min(19, screen + live_module.POSE_NICE)
    assert ended.stdout.split() == ["True", str(screen), str(pose)], ended.stderr


def _leave_rights() -> None:
    """CAP_SYS_NICE (23) can no longer be had by what is started from here, root or not."""
    ctypes.CDLL(None).prctl(24, 23, 0, 0, 0)


def test_pulling_the_plug_says_so_and_plugging_in_again_goes_on(
    watch: Callable[[FakeCamera], Live], station: Station
) -> None:
    camera = FakeCamera()
    live = watch(camera)
    assert eventually(is_(live, "live"))
    camera.unplug()
    assert eventually(is_(live, "offline"), 2)
    assert live.state.message == "The camera is not connected."
    shown = len(station.poses)
    assert eventually(lambda: camera.opened >= 3)
    assert live.state.kind == "offline"
    assert len(station.poses) == shown
    camera.plug_in()
    assert eventually(is_(live, "live"))
    assert len(station.poses) > shown
    assert station.times_grow


def test_a_camera_that_was_replaced_by_another_is_found(
    model: Path, lives: list[Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Named(Camera):
        def __init__(self, device: str) -> None:
            self.device = device

        def read(self) -> Frame | None:
            time.sleep(0.02)
            there = self.device == plugged[0]
            return Frame(time.monotonic(), np.zeros((240, 320, 3), np.uint8)) if there else None

        def close(self) -> None:
            pass

    plugged, asked = ["first"], []

    def open_it(source: str, _: CameraSettings) -> Camera:
        asked.append(source)
        if source in ("auto", plugged[0]):
            return Named(plugged[0])
        raise StationError(f"Camera {source}: there is no such device.")

    monkeypatch.setattr(live_module, "open_camera", open_it)
    monkeypatch.setattr(live_module, "_FORGET_S", 2.0)
    live = Live(SETTINGS, source="auto", model=model, on_frame=lambda *_: None)
    lives.append(live)
    live.start()
    assert eventually(lambda: live.source == "first")
    assert eventually(is_(live, "live"))
    plugged[0] = "second"
    assert eventually(lambda: live.source == "second")
    assert asked[:3] == ["auto", "first", "first"], "for a while it may only be a loose cable"
    assert eventually(is_(live, "live"))


def test_a_camera_that_is_absent_from_the_start_is_waited_for(
    watch: Callable[[FakeCamera], Live],
) -> None:
    camera = FakeCamera(plugged=False)
    live = watch(camera)
    assert eventually(is_(live, "offline"))
    camera.plug_in()
    assert eventually(is_(live, "live"))


def test_a_stalled_camera_is_not_passed_off_as_live(
    watch: Callable[[FakeCamera], Live], station: Station
) -> None:
    camera = FakeCamera()
    live = watch(camera)
    assert eventually(is_(live, "live"))
    camera.stall()
    assert eventually(is_(live, "stalled"))
    shown = len(station.poses)
    assert live.state.message == "The camera has stopped sending pictures."
    assert camera.readers == 1, "a second reader on a device that hangs hangs too"
    camera.flow()
    assert eventually(is_(live, "live"))
    assert len(station.poses) > shown


def test_a_hanging_read_does_not_keep_the_station_from_stopping(
    watch: Callable[[FakeCamera], Live],
) -> None:
    camera = FakeCamera()
    live = watch(camera)
    assert eventually(is_(live, "live"))
    camera.stall()
    begun = time.monotonic()
    live.stop()
    assert time.monotonic() - begun < 5
    camera.flow()


def test_a_slow_station_sees_the_newest_frame_not_a_queue(
    watch: Callable[[FakeCamera], Live], station: Station
) -> None:
    station.work_s = 0.15
    live = watch(FakeCamera())
    assert eventually(lambda: len(station.poses) >= 12)
    live.stop()
    ages = [at - pose.t for at, pose in zip(station.seen_at, station.poses, strict=True)]
    # A queue would grow older by 0.14 s a frame: 1.5 s by now. The first poses wait for the model.
    assert np.median(ages[6:]) < 0.5


def test_a_clip_ends_and_begins_again_with_later_times(
    tmp_path: Path, play: Callable[..., Live], station: Station
) -> None:
    live = play(write_video(tmp_path / "clip.mp4", 12), every_frame=True)
    assert live.is_file
    assert eventually(is_(live, "ended"))
    assert len(station.poses) == 12
    assert station.poses[0].t == 0
    live.rewind()
    assert live.state.kind != "ended"
    assert eventually(is_(live, "ended"))
    assert len(station.poses) == 24
    assert station.times_grow
    brightness = [int(picture[0, 0, 0]) for picture in station.pictures if picture is not None]
    assert brightness[:12] == brightness[12:]


def test_rewinding_in_the_middle_starts_over(
    tmp_path: Path, play: Callable[..., Live], station: Station
) -> None:
    live = play(write_video(tmp_path / "clip.mp4", 300))
    assert eventually(lambda: len(station.poses) > 5)
    live.rewind()
    before = len(station.poses)
    assert eventually(lambda: len(station.poses) > before + 5)
    brightness = [int(picture[0, 0, 0]) for picture in station.pictures if picture is not None]
    assert min(brightness[before + 1 :]) <= brightness[0] + 3
    assert station.times_grow


def test_a_clip_takes_as_long_as_it_is(
    tmp_path: Path, play: Callable[..., Live], station: Station
) -> None:
    live = play(write_video(tmp_path / "clip.mp4", 30))
    assert eventually(is_(live, "ended"))
    taken = station.seen_at[-1] - station.seen_at[0]
    shown = station.poses[-1].t - station.poses[0].t
    assert taken == pytest.approx(shown, abs=0.4)
    assert station.poses[-1].t == pytest.approx(29 / 30, abs=0.002)


def someone(t: float) -> Pose:
    landmarks = np.full((33, 4), 0.5, np.float32)
    return Pose(t, (320, 240), landmarks, landmarks[:, :3], None, None)


def test_a_recording_plays_in_its_own_time_and_again(
    tmp_path: Path, play: Callable[..., Live], station: Station
) -> None:
    path = tmp_path / "set.npz"
    recording.write(path, [someone(7 + i / 20) for i in range(15)])
    live = play(path)
    assert live.is_file
    assert eventually(is_(live, "ended"))
    assert station.pictures == [None] * 15
    assert station.seen_at[-1] - station.seen_at[0] >= 0.6
    live.rewind()
    assert eventually(lambda: len(station.poses) == 30)
    assert station.times_grow


@pytest.mark.parametrize("content", [None, b"no video at all", b""])
def test_a_source_that_is_no_video_is_refused_at_once(
    tmp_path: Path, model: Path, station: Station, content: bytes | None
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StationError, match=r"clip\.mp4"):
        Live(SETTINGS, source=str(path), model=model, on_frame=station)


def test_a_missing_model_is_refused_at_once(tmp_path: Path, station: Station) -> None:
    with pytest.raises(StationError, match="station models"):
        Live(SETTINGS, source="auto", model=tmp_path / "no.task", on_frame=station)


def test_a_model_that_only_looks_like_one_is_a_state_not_a_crash(
    tmp_path: Path, station: Station, lives: list[Live]
) -> None:
    path = tmp_path / "odd.task"
    junk = b"\x00\x00\x00\x00TFL3" + bytes(64)
    path.write_bytes(bundle.archive({bundle.DETECTOR: junk, bundle.LANDMARKS: junk}))
    live = Live(
        SETTINGS,
        source="auto",
        model=path,
        on_frame=station,
        open_capture=FakeCamera().open,
    )
    lives.append(live)
    live.start()
    assert eventually(lambda: "odd.task" in live.state.message)
    assert live.state.kind == "offline"


def test_a_fault_in_whoever_looks_is_shown_not_frozen(
    model: Path, lives: list[Live], caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    live = Live(
        SETTINGS, source="auto", model=model, on_frame=stumble, open_capture=FakeCamera().open
    )
    lives.append(live)
    live.start()
    assert eventually(is_(live, "offline"))
    assert live.state.message == "The station has to be restarted."
    assert live.broken
    assert "ZeroDivisionError" in caplog.text
