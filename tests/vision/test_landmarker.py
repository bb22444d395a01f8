"""The landmarker in front of one person and of two."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.paths import shipped
from station.vision.landmarker import Landmarker
from station.vision.video import VideoFile


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """RGBA pictures of the demo's member standing in the middle."""
    video = VideoFile(shipped("config") / "demo" / "demo.mp4")
    taken = []
    for _ in range(16):
        frame = video.read()
        assert frame is not None
        taken.append(cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2RGBA))
    video.close()
    return taken


def test_who_comes_into_the_picture_does_not_take_the_landmarks(
    model: Path, pictures: list[np.ndarray]
) -> None:
    landmarker = Landmarker(model)
    hips = []
    for i, alone in enumerate(pictures):
        picture = alone.copy()
        if i >= 6:
            picture[:, 960:1240] = alone[:, 520:800]
        hips.append(float(landmarker.pose(picture, i / 15).landmarks[23:25, 0].mean()))
    landmarker.close()
    assert np.ptp(hips) < 0.02 * pictures[0].shape[1]


def test_looking_anew_lets_go_of_whom_it_followed(model: Path, pictures: list[np.ndarray]) -> None:
    def hips(anew: bool) -> float:
        landmarker = Landmarker(model)
        far = pictures[0].copy()
        small = cv2.resize(pictures[0][:, 320:960], None, fx=0.55, fy=0.55)
        far[:] = far[0, 0]
        far[300 : 300 + small.shape[0], 40 : 40 + small.shape[1]] = small
        for i in range(5):
            landmarker.pose(far, i / 15)
        both = far.copy()
        both[:, 500:1000] = pictures[0][:, 390:890]
        if anew:
            landmarker.look_anew(0.35)
        for i in range(6, 10):
            found = landmarker.pose(both, i / 15)
        landmarker.close()
        return float(found.landmarks[23:25, 0].mean())

    assert hips(anew=False) < 400
    assert hips(anew=True) > 600


def test_an_empty_picture_shows_nobody(model: Path) -> None:
    landmarker = Landmarker(model)
    pose = landmarker.pose(np.full((240, 320, 4), 90, np.uint8), 0.0)
    landmarker.close()
    assert np.isnan(pose.landmarks).all()
    assert pose.contour is None
    assert pose.silhouette is None


def test_landmarks_are_pixels_of_the_picture(model: Path, pictures: list[np.ndarray]) -> None:
    landmarker = Landmarker(model)
    pose = landmarker.pose(pictures[0], 0.0)
    landmarker.close()
    height, width = pictures[0].shape[:2]
    assert pose.size == (width, height)
    shoulder, ankle = pose.landmarks[12], pose.landmarks[28]
    assert 0.4 * width < shoulder[0] < 0.6 * width
    assert 0 < shoulder[1] < ankle[1] < height
    assert ankle[1] - shoulder[1] > 0.3 * height
