"""Picks the one frame of a set that the summary shows as lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.hinge import Rep, Update
from station.hinge.frame import Pose
from station.hinge.verdict import Facing

DEEPER_DEG = 1.0
"""A frame of the way down is kept when the trunk is so much lower than in the one before it."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """One frame of the set as lines, for the summary: no picture.

    `landmarks` float32 [33, 4], pixels; `dorsal` float32 [n, 2] pixels, hip to shoulder, or None;
    `rounds`: it is the frame in which the back began to round, else the bottom of a rep.
    """

    landmarks: NDArray[np.float32]
    dorsal: NDArray[np.float32] | None
    facing: Facing | None
    rounds: bool


@dataclass(frozen=True, slots=True)
class _Moment:
    depth_deg: float
    portrait: Portrait


class Portraitist:
    """Feeds on every frame of a set; `portrait` is the best frame so far.

    A bend whose back rounded is worth more than one whose back did not, a later one more than an
    earlier one.
    """

    def __init__(self) -> None:
        self.portrait: Portrait | None = None
        self._way_down: list[_Moment] = []

    def update(self, pose: Pose, update: Update) -> None:
        """Take in a frame and what the checker said of it."""
        if update.rep is not None:
            self._end(update.rep)
        elif update.phase in {"none", "standing"}:
            self._way_down.clear()
        depth = update.depth_deg
        if depth is None or update.phase not in {"bending", "rising"}:
            return
        if self._way_down and depth < self._way_down[-1].depth_deg + DEEPER_DEG:
            return
        drawn = Portrait(pose.landmarks, update.dorsal, update.view.facing, update.rounds)
        self._way_down.append(_Moment(depth, drawn))

    def _end(self, rep: Rep) -> None:
        way_down, self._way_down = self._way_down, []
        if not way_down:
            return
        if rep.back.verdict == "rounded":
            began = _began(way_down, rep.back.depth_deg).portrait
            self.portrait = Portrait(began.landmarks, began.dorsal, began.facing, True)
        elif self.portrait is None or not self.portrait.rounds:
            bottom = way_down[-1].portrait
            self.portrait = Portrait(bottom.landmarks, bottom.dorsal, bottom.facing, False)


def _began(way_down: list[_Moment], depth_deg: float | None) -> _Moment:
    """Where the rounding began: at that inclination, else where the back first looked round."""
    if depth_deg is not None:
        return min(way_down, key=lambda moment: abs(moment.depth_deg - depth_deg))
    return next((moment for moment in way_down if moment.portrait.rounds), way_down[-1])
