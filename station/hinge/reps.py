"""Counts bends: a state machine with hysteresis on trunk inclination and hip flexion."""

from collections import deque
from dataclasses import dataclass

from station.hinge.back import Shape
from station.hinge.exercise import Limits
from station.hinge.verdict import Angles, Phase

MAX_BEND_S = 30.0
"""A bend that lasts longer is no rep: the member sat down or ties a shoe."""

APPROACH_S = 0.8
"""What is kept of the time before the upright was left: whether the feet were planted by then."""

LEAVING_S = 2.0
"""Longest time between the last upright frame and the opening of a bend: who hovers between the
two has begun no bend."""

TURN = 0.3
"""Change of depth that turns rising into bending and back; depth 1 is where a bend opens, so this
is 8 to 9°, above the noise of the landmarks at a held bottom (standard deviation 1 to 2°)."""

RISEN = 0.45
"""Who comes up to this share of the depth and goes down again has finished a rep, though they did
not stand: touch-and-go at 20 to 25° of trunk inclination is 0.25 to 0.42 of a full hinge; a bob at
the bottom stays above 0.6."""

AGAIN = 0.4
"""... once they are down again by this share of the depth and at least one opening's worth."""

SETTLED_S = 0.7
SETTLED = 0.12
"""Who has risen that far and below the opening, and for so long does not move by more than this
depth, has finished too: standing with softer knees than before."""

STRANGERS = frozenset({"nobody", "another_person"})
"""Reasons of the trust gate that say the landmarks are not the member's."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is kept of one frame of a bend; `back` is a shape or the reason there is none.

    `closed` is the trust gate's reason, None = open; `judged`: the view allows judging the form.
    `ankles` are both ankles' x in pixels, `thigh` the thigh's length in pixels. `balance` is how
    far the hip joint is behind the near heel, `support` how far the body's centre of mass is behind
    the rearmost one, thigh lengths. `head` is how far the head is tilted back against the trunk,
    degrees.
    """

    t: float
    closed: str | None
    angles: Angles
    back: Shape | str
    ankles: tuple[float, float]
    thigh: float
    judged: bool = True
    balance: float = 0.0
    support: float = -0.5
    head: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether the gate was open."""
        return self.closed is None


@dataclass(frozen=True, slots=True)
class Bend:
    """The frames from leaving the upright to coming back; `from_start`: already bent at first
    sight; `broken`: the stream or the trust ended before the member came up again. `approach`: the
    frames just before it."""

    frames: tuple[Frame, ...]
    from_start: bool
    broken: bool
    approach: tuple[Frame, ...] = ()


class BendFinder:
    """Feeds on frames with angles against standing; yields each bend once it is over.

    Depth is the larger of trunk inclination and hip flexion, each over its opening level.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._frames: list[Frame] = []
        self._before: deque[Frame] = deque()
        self._seen_upright = False
        self._bending = False
        self._course = Course(0.0)

    @property
    def phase(self) -> Phase:
        """Where in a bend the member is."""
        if not self._bending:
            return "standing" if self._seen_upright else "none"
        return "rising" if self._course.rising else "bending"

    @property
    def frames(self) -> list[Frame]:
        """The frames of the bend under way, oldest first."""
        return self._frames if self._bending else []

    def update(self, frame: Frame, trunk: float, hip: float, far_hip: float) -> Bend | None:
        """Take in a frame with smoothed trunk inclination and hip flexion (near and far leg)
        against standing, degrees. A leg that swings alone opens nothing."""
        if frame.closed in STRANGERS:
            # Another body's angles move nothing, but the time it takes counts as closed: a bend may
            # have begun in it.
            if self._frames:
                self._frames.append(frame)
            return None
        limits = self._limits
        opens = trunk > limits.open_trunk or (
            hip > limits.open_hip and far_hip > 0.6 * limits.open_hip
        )
        closes = trunk < limits.close_trunk and hip < limits.close_hip
        depth = max(trunk / limits.open_trunk, hip / limits.open_hip)
        if not self._bending:
            self._wait(frame, depth, opens=opens, closes=closes)
            return None
        self._frames.append(frame)
        self._course.update(frame.t, depth, len(self._frames) - 1)
        if closes or self._course.settled:
            return self._close(broken=False)
        if self._course.again:
            return self._split(depth)
        if frame.t - self._frames[0].t > MAX_BEND_S:
            return self._close(broken=True)
        return None

    def abandon(self) -> Bend | None:
        """The stream ended or the member is gone: the bend under way, broken off."""
        bend = self._close(broken=True) if self._bending else None
        # Who is found bent afterwards was not seen to leave the upright.
        self._frames, self._seen_upright = [], False
        return bend

    def _wait(self, frame: Frame, depth: float, *, opens: bool, closes: bool) -> None:
        """A frame outside a bend: `_frames` begins with the last upright one."""
        if closes:
            self._seen_upright = True
            self._remember(self._frames)
            self._frames = [frame]
            return
        self._frames.append(frame)
        if opens:
            self._bending, self._course = True, Course(depth)
            return
        late = next(i for i, f in enumerate(self._frames) if frame.t - f.t <= LEAVING_S)
        if late:
            self._remember(self._frames[:late])
            del self._frames[:late]

    def _remember(self, frames: list[Frame]) -> None:
        self._before.extend(frames)
        while self._before and self._before[-1].t - self._before[0].t > APPROACH_S:
            self._before.popleft()

    def _split(self, depth: float) -> Bend:
        """Down again without having stood: one bend ends at the top, the next begins there."""
        top = self._course.top
        bend = self._bend(self._frames[: top + 1], broken=False)
        self._before.clear()
        self._remember(self._frames[:top])
        self._frames = self._frames[top:]
        self._course = Course(depth)
        self._seen_upright = True
        return bend

    def _close(self, *, broken: bool) -> Bend:
        bend = self._bend(self._frames, broken=broken)
        self._before.clear()
        self._remember(self._frames[:-1])
        self._frames = self._frames[-1:]
        self._bending = False
        self._seen_upright = self._seen_upright or not broken
        return bend

    def _bend(self, frames: list[Frame], *, broken: bool) -> Bend:
        return Bend(
            tuple(frames),
            from_start=not self._seen_upright,
            broken=broken,
            approach=tuple(self._before),
        )


class Course:
    """The depth of one bend over time: which way it goes, and whether it has turned for good."""

    def __init__(self, depth: float) -> None:
        self.deepest = depth
        self.rising = False
        self.top = 0
        """Index of the highest frame since the deepest one."""
        self.settled = False
        self.again = False
        """Down again after having come up: a bend of its own."""
        self._highest = depth
        self._turn = depth
        self._rest = (0.0, depth, depth)
        """Since when (seconds) the depth has stayed between two values."""

    def update(self, t: float, depth: float, index: int) -> None:
        """Take in the depth of frame number `index` of time `t`, seconds."""
        if depth < self._highest or (depth > self.deepest and not self._risen):
            self.deepest = max(self.deepest, depth)
            self._highest, self.top = depth, index
        self.again = self._risen and depth - self._highest >= max(AGAIN * self.deepest, 1.0)
        self._point(depth)
        self._settle(t, depth)

    @property
    def _risen(self) -> bool:
        return self._highest <= RISEN * self.deepest

    def _point(self, depth: float) -> None:
        self._turn = min(self._turn, depth) if self.rising else max(self._turn, depth)
        if abs(depth - self._turn) > TURN:
            self.rising, self._turn = not self.rising, depth

    def _settle(self, t: float, depth: float) -> None:
        since, low, high = self._rest
        low, high = min(low, depth), max(high, depth)
        if not self._risen or depth >= 1.0 or high - low > SETTLED:
            since, low, high = t, depth, depth
        self._rest = since, low, high
        self.settled = t - since >= SETTLED_S
