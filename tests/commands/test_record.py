"""`station record`: a video goes in, landmarks and silhouettes come out, or nothing does."""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest

from station import isolation
from station.commands import record
from station.errors import StationError
from station.settings import Settings
from station.vision import Pose, models, recording


@pytest.fixture(scope="module", autouse=True)
def model() -> Path:
    return models.get(Settings())


def run(*argv: str | Path) -> int:
    parser = argparse.ArgumentParser()
    record.configure(parser)
    return record.execute(parser.parse_args([str(arg) for arg in argv]))


def video(path: Path, frames: int = 6) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30, (320, 240))
    for _ in range(frames):
        writer.write(np.zeros((240, 320, 3), np.uint8))
    writer.release()
    return path


def test_a_video_becomes_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clip.npz"
    assert run(video(tmp_path / "clip.mp4"), out) == 0
    assert "6 frames" in capsys.readouterr().out
    assert len(recording.read(out)) == 6
    assert recording.read(out).size == (320, 240)


@pytest.mark.parametrize(
    ("name", "reason"), [("clip.mp4", "ends in"), ("no/such/clip.npz", "cannot be written")]
)
def test_a_bad_output_is_refused_before_the_work(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(StationError, match=reason):
        run(video(tmp_path / "in.mp4"), tmp_path / name)


def test_a_bad_input_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("words")
    with pytest.raises(StationError, match=r"Video .*clip\.mp4"):
        run(tmp_path / "clip.mp4", tmp_path / "clip.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_the_camera_stays_closed_while_there_is_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise StationError("Cannot leave the network; --allow-network.")

    monkeypatch.setattr(isolation, "leave_network", refuse)
    with pytest.raises(StationError, match="--allow-network"):
        run("camera", tmp_path / "set.npz")


def test_a_camera_that_stays_silent_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_SILENT_S", 0.5)
    with pytest.raises(StationError, match="The camera is not connected"):
        run("/dev/video97", tmp_path / "set.npz", "--allow-network")
    assert list(tmp_path.iterdir()) == []


def test_the_camera_is_recorded_for_so_many_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from station.vision import live
    from station.vision.capture import Frame

    class Endless:
        device = "fake"

        def read(self) -> Frame:
            import time

            time.sleep(0.02)
            return Frame(time.monotonic(), np.zeros((240, 320, 3), np.uint8))

        def close(self) -> None:
            pass

    monkeypatch.setattr(live, "open_camera", lambda *_: Endless())
    out = tmp_path / "set.npz"
    assert run("camera", out, "--seconds", "0.5", "--allow-network") == 0
    poses: list[Pose] = list(recording.read(out))
    assert len(poses) >= 2
    assert poses[-1].t - poses[0].t < 2
