"""The trust gate: refuse before guessing, and say the one thing that opens it."""

import math
from collections import deque
from statistics import median

import numpy as np
from numpy.typing import NDArray

from station.hinge import landmarks as lm
from station.hinge.angles import Joints
from station.hinge.verdict import Gate, View

INSTRUCTIONS = {
    "nobody": "Step into the picture",
    "out_of_frame": "Step back",
    "turn": "Turn to the side",
    "another_person": "One at a time, please",
    "implausible": "Hold still",
    "slow": "One moment, the camera is slow",
}
"""Reason → what the member is asked to do, English msgids."""

MAX_YAW = 30.0
"""Refuse beyond (measured: mean absolute hip-flexion error 2 to 8° up to 20° of yaw, 25° at 45°);
reopens below MAX_YAW − 5."""

MIN_FPS = 6.5
"""Below, the turn-around of a 1 s bend falls between two frames; cameras of 8 frames a second,
with their jitter, stay above."""

MARGIN = 0.03
"""Share of the frame's size a landmark may lie outside before the body counts as cut off."""

JUMP = 0.9
"""Torso lengths the hips may move in JUMP_S: sprinters' starts stay below, another person's body
does not."""
JUMP_S = 0.1
ADOPT_S = 1.5
"""A different body that stays so long is the member now."""

TORSO_BOUNDS = (0.6, 1.6)
THIGH_BOUNDS = (0.5, 1.8)
"""Plausible bone lengths over their running median: foreshortening in an allowed view and
rounding stay inside. Shanks are left out: weight plates hide them."""

_BODY = (
    lm.LEFT_SHOULDER,
    lm.RIGHT_SHOULDER,
    lm.LEFT_HIP,
    lm.RIGHT_HIP,
    lm.LEFT_KNEE,
    lm.RIGHT_KNEE,
    lm.LEFT_ANKLE,
    lm.RIGHT_ANKLE,
)


class TrustGate:
    """Feeds on every frame; answers whether it may be scored."""

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=30)
        self._last_t: float | None = None
        self._lengths: deque[tuple[float, float]] = deque(maxlen=90)
        self._member: tuple[float, float, float, float] | None = None
        self._stranger: tuple[float, float, float, float] | None = None
        self._stranger_since = 0.0
        self._turned_away = False

    def update(
        self,
        t: float,
        size: tuple[int, int],
        landmarks: NDArray[np.float32],
        body: Joints | None,
        view: View,
    ) -> Gate:
        """The gate for this frame; `body` None = nobody was found."""
        if self._last_t is not None and t > self._last_t:
            self._intervals.append(t - self._last_t)
        self._last_t = t
        if body is None:
            return Gate("nobody")
        if not self._same_person(t, body):
            return Gate("another_person")
        if not self._plausible(body):
            return Gate("implausible")
        if not _in_frame(size, landmarks):
            return Gate("out_of_frame")
        if self._away(view):
            return Gate("turn")
        if len(self._intervals) >= 5 and median(self._intervals) > 1 / MIN_FPS:
            return Gate("slow")
        return Gate()

    def _same_person(self, t: float, body: Joints) -> bool:
        here = (t, *body.hip, body.torso)
        if self._member is None or _continues(self._member, here):
            self._member, self._stranger = here, None
            return True
        if self._stranger is None or not _continues(self._stranger, here):
            self._stranger_since = t
        self._stranger = here
        if t - self._stranger_since < ADOPT_S:
            return False
        self._member, self._stranger = here, None
        self._lengths.clear()
        return True

    def _plausible(self, body: Joints) -> bool:
        self._lengths.append((body.torso, body.thigh))
        torso = median(length for length, _ in self._lengths)
        thigh = median(length for _, length in self._lengths)
        return _within(body.torso, torso, TORSO_BOUNDS) and _within(body.thigh, thigh, THIGH_BOUNDS)

    def _away(self, view: View) -> bool:
        yaw = view.yaw_deg if view.yaw_deg is not None else 90.0
        self._turned_away = yaw > (MAX_YAW - 5 if self._turned_away else MAX_YAW)
        return self._turned_away


def _continues(
    before: tuple[float, float, float, float], now: tuple[float, float, float, float]
) -> bool:
    """Whether two (t, hip x, hip y, torso) can be one body: no jump, no sudden other size."""
    dt = max(now[0] - before[0], 0.0)
    reach = JUMP * before[3] * max(1.0, min(dt, 2.0) / JUMP_S)
    moved = math.hypot(now[1] - before[1], now[2] - before[2])
    return moved <= reach and 0.5 <= now[3] / max(before[3], 1.0) <= 2.0


def _within(value: float, typical: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] * typical <= value <= bounds[1] * typical


def _in_frame(size: tuple[int, int], landmarks: NDArray[np.float32]) -> bool:
    x, y = landmarks[_BODY, 0], landmarks[_BODY, 1]
    width, height = size
    return bool(
        x.min() > -MARGIN * width
        and x.max() < (1 + MARGIN) * width
        and y.min() > -MARGIN * height
        and y.max() < (1 + MARGIN) * height
    )
