"""Who is looked at: one member, followed from frame to frame, never exchanged for a neighbour.

The landmarker follows one body and is led astray: somebody who crosses in front takes its
landmarks along for as long as they are in the picture. So every frame's body must continue the
member's last one. A body that does not is a stranger, and the member is waited for.
"""

import math
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge import landmarks as lm

Sight = Literal["nobody", "member", "stranger", "new"]
"""Whose body a frame shows; "new": from this frame on somebody else is the member."""

GONE_S = 2.0
"""After so long without anybody the member has left, and who comes is a new one."""

STAYS_S = 5.0
"""A stranger who stays in the picture so long in the member's stead is the member now: longer than
it takes to cross the picture (4 s at walking pace) or to hand somebody a bar."""

GLITCH_S = 0.25
"""A member away no longer than this is taken back at once: landmarks went astray for a few frames.
"""

BACK_S = 0.3
"""After longer, the body in the member's place must have stayed there for so long: whoever crosses
has left it again by then (walking, 0.8 torso lengths)."""

REMEMBER_S = 10.0
"""How long the place of a member who walked off, or whose landmarks somebody took along, is kept.
"""

HIP_STEP, HIP_SPEED = 0.2, 4.0
SHOULDER_STEP, SHOULDER_SPEED = 0.3, 6.0
SIZE_STEP, SIZE_SPEED = 0.15, 1.5
"""What one body may do between two frames: a step and a speed of hips and shoulders, torso lengths
and torso lengths a second, and of size, natural logarithm. The three shares are added as squares.

One body on 16 real and 60 rendered recordings of 15 to 31 frames a second moves its hips by 0.15,
its shoulders by 0.22 and its size by 0.07 a frame at most, by 0.18 with plates before the shins.
Where the landmarker goes over to a nearer person who crosses in front (rendered, 15 a second):
0.38 to 0.50, 0.51 to 0.56 and 0.10 to 0.20. Bodies of one size in one place it goes over to without
a jump; those are caught by their walking off."""

MAX_GAP_S = 0.15
"""Time that may go into the speeds; a member who was hidden for longer has still not gone further
than a bend reaches."""

SIZE_ALIKE = 0.10
RATIO_ALIKE = 0.12
"""How far, natural logarithm, height and torso over leg of the member standing upright may differ
after an absence: still standing they vary by 0.02, two people of the same height are not told
apart."""

WALK_S = 0.3
WALK_TORSOS = 0.2
"""Shoulders, hips and feet gone the same way by so many torso lengths in WALK_S is walking. In
bends shoulders and hips part: 0.03 at most on recordings of reps; walking measures 0.5 to 0.85."""

UPRIGHT = 0.9
"""Cosine of the trunk's lean below which heights are not compared."""


@dataclass(frozen=True, slots=True)
class Body:
    """Both sides' middle of hips, shoulders and ankles, pixels; leg = thigh + shank, mean."""

    t: float
    hip: tuple[float, float]
    shoulder: tuple[float, float]
    feet: tuple[float, float]
    torso: float
    leg: float

    @property
    def size(self) -> float:
        return self.torso + self.leg

    @property
    def scale(self) -> float:
        """One torso length: foreshortened in a bend seen at an angle, so the leg has a say."""
        return max(self.torso, self.leg / 1.6, 1.0)

    @property
    def upright(self) -> bool:
        return self.hip[1] - self.shoulder[1] > UPRIGHT * self.torso


def body_of(t: float, landmarks: NDArray[np.float32]) -> Body:
    """The body in finite `landmarks` [33, ≥2], pixels, at time `t`, seconds."""
    x, y = landmarks[:, 0].tolist(), landmarks[:, 1].tolist()

    def middle(left: int) -> tuple[float, float]:
        return (x[left] + x[left + 1]) / 2, (y[left] + y[left + 1]) / 2

    def length(a: int, b: int) -> float:
        return math.hypot(x[a] - x[b], y[a] - y[b])

    hip, shoulder = middle(lm.LEFT_HIP), middle(lm.LEFT_SHOULDER)
    legs = (
        length(lm.LEFT_HIP, lm.LEFT_KNEE)
        + length(lm.LEFT_KNEE, lm.LEFT_ANKLE)
        + length(lm.RIGHT_HIP, lm.RIGHT_KNEE)
        + length(lm.RIGHT_KNEE, lm.RIGHT_ANKLE)
    )
    return Body(
        t, hip, shoulder, middle(lm.LEFT_ANKLE), math.dist(hip, shoulder), max(legs / 2, 1.0)
    )


class PersonLock:
    """Feeds on every frame; answers whose body it shows."""

    def __init__(self) -> None:
        self._member: Body | None = None
        self._place: Body | None = None
        self._other: Body | None = None
        self._other_since = 0.0
        self._other_at_place = False
        self._path: deque[Body] = deque()
        self._heights: deque[tuple[float, float, float]] = deque(maxlen=90)

    @property
    def walking(self) -> bool:
        """Whether the whole body goes one way."""
        return travelled(self._path) > WALK_TORSOS

    def update(self, t: float, landmarks: NDArray[np.float32] | None) -> Sight:
        """Whose body `landmarks` [33, ≥2] are, pixels, at time `t`, seconds, which must grow;
        None or not finite = nobody was found."""
        if landmarks is None or not np.isfinite(landmarks[:, :2]).all():
            return self._nobody(t)
        body = body_of(t, landmarks)
        if self._member is None:
            return self._adopt(body)
        if self._continues_member(body):
            return self._follow(body)
        return self._strange(body)

    def _continues_member(self, body: Body) -> bool:
        assert self._member is not None
        apart = difference(self._member, body)
        if self._other is None:
            return apart <= 1.0 and self._alike(body)
        # The landmarks were elsewhere just now: back with the member, or still there?
        return (
            body.t - self._member.t <= GLITCH_S
            and apart <= 1.0
            and apart < difference(self._other, body)
        )

    def _nobody(self, t: float) -> Sight:
        last = self._other or self._member
        if last is not None and t - last.t > GONE_S:
            self._member = self._place = self._other = None
        return "nobody"

    def _adopt(self, body: Body) -> Sight:
        self._heights.clear()
        self._path.clear()
        self._follow(body)
        self._place = body
        return "new"

    def _follow(self, body: Body) -> Sight:
        if self._other is not None:
            self._path.clear()
        self._member, self._other = body, None
        self._go_on(body)
        if not self.walking:
            self._place = body
            if body.upright:
                self._heights.append((body.t, body.size, body.torso / body.leg))
        return "member"

    def _strange(self, body: Body) -> Sight:
        """A body that does not continue the member's: a stranger, or the member back in place."""
        assert self._member is not None
        if self._other is None or difference(self._other, body) > 1.0:
            self._other_since = body.t
            self._other_at_place = self._in_place(body)
            self._path.clear()
        self._other = body
        self._go_on(body)
        stayed = body.t - self._other_since
        if self._other_at_place and stayed >= BACK_S:
            if self._in_place(body) and not self.walking and self._alike(body):
                return self._follow(body)
            self._other_at_place = False
        if stayed >= STAYS_S and body.t - self._member.t >= STAYS_S:
            return self._adopt(body)
        return "stranger"

    def _in_place(self, body: Body) -> bool:
        """Whether `body` stands where the member last stood."""
        place = self._place
        if place is None or body.t - place.t > REMEMBER_S:
            return False
        return difference(place, body) <= 1.0

    def _go_on(self, body: Body) -> None:
        self._path.append(body)
        while body.t - self._path[0].t > WALK_S:
            self._path.popleft()

    def _alike(self, body: Body) -> bool:
        """Whether `body` is built as the member is, as far as that shows: both seen upright."""
        assert self._member is not None
        if not body.upright or len(self._heights) < 6 or body.t - self._member.t <= GLITCH_S:
            return True
        size = median(size for _, size, _ in self._heights)
        ratio = median(ratio for _, _, ratio in self._heights)
        return (
            abs(math.log(body.size / size)) <= SIZE_ALIKE
            and abs(math.log(max(body.torso, 1.0) / body.leg / ratio)) <= RATIO_ALIKE
        )


def difference(before: Body, now: Body) -> float:
    """How unlike two sights of one body are: up to 1 it can be one; a jump of hips or shoulders or
    a sudden other size is more."""
    dt = min(max(now.t - before.t, 0.0), MAX_GAP_S)
    scale = before.scale
    hip = math.dist(before.hip, now.hip) / scale / (HIP_STEP + HIP_SPEED * dt)
    shoulder = math.dist(before.shoulder, now.shoulder) / scale
    shoulder /= SHOULDER_STEP + SHOULDER_SPEED * dt
    size = math.log(now.size / before.size) / (SIZE_STEP + SIZE_SPEED * dt)
    return hip**2 + shoulder**2 + size**2


def travelled(path: deque[Body]) -> float:
    """How far the whole body has gone sideways along `path`, torso lengths; 0 when shoulders, hips
    and feet did not all go the same way."""
    if len(path) < 2 or path[-1].t - path[0].t < WALK_S / 2:
        return 0.0
    first, last = path[0], path[-1]
    steps = [
        last.hip[0] - first.hip[0],
        last.shoulder[0] - first.shoulder[0],
        last.feet[0] - first.feet[0],
    ]
    if min(steps) < 0 < max(steps):
        return 0.0
    return min(abs(step) for step in steps) / last.scale
