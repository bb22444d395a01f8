"""The trust gate: refuse before guessing, and say the one thing that opens it."""

import math
from collections import deque
from statistics import median

import numpy as np
from numpy.typing import NDArray

from station.hinge import landmarks as lm
from station.hinge.angles import Joints
from station.hinge.person import Sight
from station.hinge.verdict import Gate, View

INSTRUCTIONS = {
    "nobody": "Step into the picture",
    "slow": "One moment, the camera is slow",
    "another_person": "One at a time, please",
    "implausible": "Hold still",
    "far": "Step closer",
    "out_of_frame": "Step back",
    "off_centre": "Move to the middle",
    "moving": "Stand still",
    "turn": "Turn to the side",
    "turn_a_little": "Turn a little more to the side",
}
"""Reason or advice → what the member is asked to do, English msgids."""

SIDE_YAW = 20.0
JUDGED_YAW = 29.0
COUNTED_YAW = 60.0
"""Degrees off side-on beyond which the member is advised to turn a little, the form is not judged
any more, and nothing is counted. Rendered people: mean absolute error of hip flexion 2 to 8° up to
20°, 25° at 45°; a slim person at 30° reads 27°."""

TURN_BACK = 2.0
"""So many degrees inside a step before it is taken back."""

MIN_FPS = 6.5
"""Below, the turn-around of a 1 s bend falls between two frames; cameras of 8 frames a second,
with their jitter, stay above."""

MAX_GAP_S = 0.5
"""A single gap so long hides half a bend; two frames lost at 8 a second leave 0.38."""

MARGIN = 0.03
"""Share of the frame's size a landmark may lie outside before the body counts as cut off."""

FILLS = 0.85
"""Share of the picture's width or height above which a body that is cut off at a side is too near,
and not beside the middle."""

MIN_TORSO_PX = 32.0
"""Landmarks are good to about a pixel at best, 2° on such a torso, and who is so far off is not at
the station."""

TORSO_BOUNDS = (0.6, 1.6)
THIGH_BOUNDS = (0.5, 1.8)
"""Plausible bone lengths over their running median: rounding and landmarks' noise stay inside. An
oblique view foreshortens a bent trunk and a sitting thigh by the cosine of the yaw besides. Shanks
are left out: weight plates hide them."""

TYPICAL_S = 3.0
TYPICAL_AGE_S = 0.1
"""The bones' running median goes back so far, as long as a rep, and is taken again so often."""

_BODY = (
    lm.NOSE,
    lm.LEFT_EAR,
    lm.RIGHT_EAR,
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
        self._long: deque[bool] = deque(maxlen=30)
        """Whether each of the last intervals between frames was too long."""
        self._last_t: float | None = None
        self.renew()

    def renew(self) -> None:
        """Somebody else is the member: bones and view are to be learnt anew."""
        self._lengths: deque[tuple[float, float, float]] = deque()
        self._typical: tuple[float, float, float] | None = None
        self._step = 0

    def update(
        self,
        t: float,
        size: tuple[int, int],
        landmarks: NDArray[np.float32],
        body: Joints | None,
        view: View,
        sight: Sight = "member",
        *,
        walking: bool = False,
    ) -> Gate:
        """The gate for this frame; `body` is the member's near side, None unless `sight` is
        "member" or "new"; `walking`: the whole body is on the move."""
        slow = self._slow(t)
        if body is None and sight != "stranger":
            return Gate("nobody")
        if slow:
            return Gate("slow")
        if body is None:
            return Gate("another_person")
        yaw = view.yaw_deg if view.yaw_deg is not None else 90.0
        if not self._plausible(t, body, yaw):
            return Gate("implausible")
        cut = _framing(size, landmarks, body)
        if cut is not None:
            return Gate(cut)
        if walking:
            return Gate("moving")
        self._step = _step(yaw, self._step)
        if self._step == 3:
            return Gate("turn")
        return Gate(advice=(None, "turn_a_little", "turn")[self._step])

    def _slow(self, t: float) -> bool:
        gap = 0.0 if self._last_t is None else t - self._last_t
        self._last_t = t
        if gap > 0:
            self._long.append(gap > 1 / MIN_FPS)
        usually = len(self._long) >= 3 and 2 * self._long.count(True) > len(self._long)
        return gap > MAX_GAP_S or usually

    def _plausible(self, t: float, body: Joints, yaw_deg: float) -> bool:
        self._lengths.append((t, body.torso, body.thigh))
        while t - self._lengths[0][0] > TYPICAL_S:
            self._lengths.popleft()
        if self._typical is None or t - self._typical[0] > TYPICAL_AGE_S:
            torsos, thighs = zip(*((a, b) for _, a, b in self._lengths), strict=True)
            self._typical = t, median(torsos), median(thighs)
        _, torso, thigh = self._typical
        shortened = max(math.cos(math.radians(yaw_deg)), 0.5)
        return _within(body.torso, torso, TORSO_BOUNDS, shortened) and _within(
            body.thigh, thigh, THIGH_BOUNDS, shortened
        )


def _step(yaw_deg: float, before: int) -> int:
    """0 side-on, 1 a little off, 2 not judged, 3 not counted; held for TURN_BACK degrees."""
    limits = (SIDE_YAW, JUDGED_YAW, COUNTED_YAW)
    return sum(
        yaw_deg > limit - (TURN_BACK if before > step else 0.0) for step, limit in enumerate(limits)
    )


def _within(
    value: float, typical: float, bounds: tuple[float, float], foreshortened: float
) -> bool:
    return bounds[0] * foreshortened * typical <= value <= bounds[1] / foreshortened * typical


def _framing(size: tuple[int, int], landmarks: NDArray[np.float32], body: Joints) -> str | None:
    """What is wrong with where the body is in the picture, as a reason, None = nothing."""
    width, height = size
    if max(body.torso, body.thigh) < MIN_TORSO_PX:
        return "far"
    # Python's own lists: on so few points NumPy takes three times as long.
    points = landmarks[:, :2].tolist()
    xs, ys = [points[i][0] for i in _BODY], [points[i][1] for i in _BODY]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if top < -MARGIN * height or bottom > (1 + MARGIN) * height:
        return "out_of_frame"
    if left < -MARGIN * width or right > (1 + MARGIN) * width:
        near = right - left > FILLS * width or bottom - top > FILLS * height
        return "out_of_frame" if near else "off_centre"
    return None
