"""The demo clip and its truth belong together and fit into the repository."""

import json
from pathlib import Path
from typing import Any

import cv2
import pytest

DEMO = Path(__file__).resolve().parent.parent / "config" / "demo"
LARGEST_KIB = 1500


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DEMO / "demo.json").read_text(encoding="utf-8"))
    return document


def test_the_clip_is_what_its_truth_says(truth: dict[str, Any]) -> None:
    clip = truth["clip"]
    video = cv2.VideoCapture(str(DEMO / "demo.mp4"))
    try:
        assert video.get(cv2.CAP_PROP_FRAME_COUNT) == clip["frames"] == len(truth["frames"])
        assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(clip["fps"])
        assert video.get(cv2.CAP_PROP_FRAME_WIDTH) == clip["width"]
        assert video.get(cv2.CAP_PROP_FRAME_HEIGHT) == clip["height"]
    finally:
        video.release()


def test_the_person_shows_good_hinges_a_squat_and_a_rounded_back(truth: dict[str, Any]) -> None:
    shown = [(rep["pattern"], rep["back"]) for rep in truth["reps"]]
    good, squat, rounded = ("hinge", "flat"), ("squat", "flat"), ("stoop", "rounded")
    assert shown == [good, good, squat, good, rounded]


def test_the_person_stands_still_before_between_and_after_the_reps(truth: dict[str, Any]) -> None:
    end = truth["frames"][-1]["time_s"]
    edges = [0.0, *(t for rep in truth["reps"] for t in (rep["start_s"], rep["end_s"])), end]
    pauses = [b - a for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert pauses[0] >= 1.5
    assert min(pauses) >= 1.0
    assert all(
        abs(frame["trunk_inclination_deg"]) < 5 for frame in truth["frames"] if frame["rep"] == 0
    )


def test_the_clip_stays_small() -> None:
    assert sum(file.stat().st_size for file in DEMO.iterdir()) / 1024 < LARGEST_KIB
