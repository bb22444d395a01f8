"""The demo clip as a pose stream, found once in a test session by the real model."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2

from station.settings import Settings
from station.vision import Pose, find_model
from station.vision.landmarker import Landmarker

CLIP = Path(__file__).resolve().parents[2] / "config" / "demo" / "demo.mp4"
EACH = 3
"""Every third picture: 10 a second, which the checker is content with."""
SPANS = ((0.8, 6.2), (22.6, 27.4))
"""Seconds of the clip: a good hinge, a stoop. They follow one another, since the person stands
still between."""


@cache
def demo() -> tuple[Pose, ...]:
    """Somebody who hinges and stoops, facing right; times from 0."""
    video = cv2.VideoCapture(str(CLIP))
    finder = Landmarker(find_model(Settings()))
    found: list[Pose] = []
    number = 0
    try:
        while True:
            t = number / 30
            if not video.grab() or t >= SPANS[-1][1]:
                return tuple(found)
            if number % EACH == 0 and any(start <= t < end for start, end in SPANS):
                rgba = cv2.cvtColor(video.retrieve()[1], cv2.COLOR_BGR2RGBA)
                pose = finder.pose(rgba, len(found) * EACH / 30)
                found.append(replace(pose, silhouette=None))
            number += 1
    finally:
        video.release()
        finder.close()
