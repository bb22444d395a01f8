"""What the tests of the commands share: a command line, and recordings of the stick figure."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from station import cli
from station.vision import Contour, Pose, Silhouette, recording
from tests.people import Camera, Scene

SMALL = Camera(scale=110.0, size=(320, 240), ankle=(160.0, 215.0))
"""A small picture, so that silhouettes are quickly drawn."""


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `station ARGV`."""
    code = cli.main([str(arg) for arg in argv])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def write(path: Path, scene: Scene, *, silhouette: bool = False) -> Path:
    """The scene as a recording at `path`; with `silhouette` it shows the shape of the back."""
    recording.write(path, _with_silhouettes(scene.poses()) if silhouette else scene.poses())
    return path


def _with_silhouettes(poses: Iterator[Pose]) -> Iterator[Pose]:
    for pose in poses:
        assert pose.contour is not None
        yield replace(pose, silhouette=_trunk(pose.contour))


def _trunk(contour: Contour) -> Silhouette:
    """Everything between the contour's edges, from below the hip to above the shoulder."""
    along = np.subtract(contour.shoulder, contour.hip)
    torso = float(np.hypot(*along))
    along = along / torso
    (x0, x1), (y0, y1) = (
        (int(min(ends) - 0.7 * torso), int(max(ends) + 0.7 * torso))
        for ends in zip(contour.hip, contour.shoulder, strict=True)
    )
    x, y = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
    dx, dy = x - contour.hip[0], y - contour.hip[1]
    s = (dx * along[0] + dy * along[1]) / torso
    rightwards = -dx * along[1] + dy * along[0]
    edges = [np.interp(s, contour.s, edge) for edge in (contour.left, contour.right)]
    inside = (s >= contour.s[0]) & (s <= contour.s[-1])
    return Silhouette(x0, y0, inside & (-edges[0] <= rightwards) & (rightwards <= edges[1]))
