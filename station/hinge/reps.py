"""Counts bends: a state machine with hysteresis on trunk inclination and hip flexion."""

from dataclasses import dataclass

from station.hinge.back import Shape
from station.hinge.exercise import Limits
from station.hinge.verdict import Angles, Phase

MAX_BEND_S = 30.0
"""A bend that lasts longer is no rep: the member sat down or ties a shoe."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is kept of one frame of a bend; `back` is a shape or the reason there is none.

    `closed` is the trust gate's reason, None = open.
    `ankles` are both ankles' x in pixels, `thigh` the thigh's length in pixels.
    """

    t: float
    closed: str | None
    angles: Angles
    back: Shape | str
    ankles: tuple[float, float]
    thigh: float

    @property
    def trusted(self) -> bool:
        """Whether the gate was open."""
        return self.closed is None


@dataclass(frozen=True, slots=True)
class Bend:
    """The frames from leaving the upright to coming back; `from_start`: already bent at first
    sight; `broken`: the stream or the trust ended before the member stood again."""

    frames: tuple[Frame, ...]
    from_start: bool
    broken: bool


class BendFinder:
    """Feeds on frames with angles against standing; yields each bend once it is over."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._frames: list[Frame] = []
        self._seen_upright = False
        self._bending = False
        self._deepest = 0.0
        self._rising = False

    @property
    def phase(self) -> Phase:
        """Where in a bend the member is."""
        if not self._bending:
            return "standing" if self._seen_upright else "none"
        return "rising" if self._rising else "bending"

    @property
    def frames(self) -> list[Frame]:
        """The frames of the bend under way, oldest first."""
        return self._frames if self._bending else []

    def update(self, frame: Frame, trunk: float, hip: float, far_hip: float) -> Bend | None:
        """Take in a frame with smoothed trunk inclination and hip flexion (near and far leg)
        against standing, degrees. A leg that swings alone opens nothing."""
        limits = self._limits
        opens = trunk > limits.open_trunk or (
            hip > limits.open_hip and far_hip > 0.6 * limits.open_hip
        )
        closes = trunk < limits.close_trunk and hip < limits.close_hip
        if not self._bending:
            if closes:
                self._seen_upright = True
                self._frames = [frame]
                return None
            self._frames.append(frame)
            if opens:
                self._bending, self._deepest, self._rising = True, 0.0, False
            elif frame.t - self._frames[0].t > MAX_BEND_S:
                self._frames = [frame]
            return None
        self._frames.append(frame)
        depth = max(trunk, hip)
        self._deepest = max(self._deepest, depth)
        self._rising = depth < self._deepest - 8.0
        if closes or frame.t - self._frames[0].t > MAX_BEND_S:
            return self._close(broken=not closes)
        return None

    def abandon(self) -> Bend | None:
        """The stream ended or the member is gone: the bend under way, broken off."""
        if not self._bending:
            self._frames = []
            return None
        return self._close(broken=True)

    def _close(self, *, broken: bool) -> Bend:
        bend = Bend(tuple(self._frames), from_start=not self._seen_upright, broken=broken)
        self._frames = self._frames[-1:]
        self._bending = False
        self._seen_upright = self._seen_upright or not broken
        return bend
