"""Sizes on the screen, computed once from millimetres on the panel.

People read the station from three distances: across the room (poster), at two to three metres
while they move (coaching), and at arm's length (touch). Hence sizes are meant in millimetres, and
pixels follow from the panel. A text's size is its font size: capitals are 0.71 of it.

What was drawn for two metres grows with the distance at which members exercise. What is touched is
at arm's length however far the mat is.
"""

from dataclasses import dataclass

PANEL_SHORT_SIDE_MM = 194.0
"""Short side of a 15.6 inch panel, the size these screens were drawn for."""

COACHING_M = 2.0
"""Distance at which the coaching sizes hold as they stand here."""

LEAST_TOUCH_TEXT_MM = 5.0
LEAST_KEY_MM = 20.0
LEAST_GAP_MM = 8.0

COMPACT_MM = 130.0
"""A panel whose short side is less shows fewer things a screen, not smaller ones."""

REACH = 0.45
"""Share of the height, from below, in which everything to touch lies where that is asked for."""

HAND_MM = 160.0
"""A panel no taller than this is within one hand's reach anyway: its keys stay where they are."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Pixel sizes for a window of `width` × `height` pixels at `px_per_mm`.

    `distance_m`: how far away members exercise. `low`: everything to touch lies in the lower part.
    """

    width: float
    height: float
    px_per_mm: float
    distance_m: float = COACHING_M
    low: bool = False

    @classmethod
    def of(
        cls,
        width: float,
        height: float,
        short_side_mm: float = PANEL_SHORT_SIDE_MM,
        *,
        distance_m: float = COACHING_M,
        keys_low: bool = False,
    ) -> "Metrics":
        """Sizes for a window that fills a panel whose short side is `short_side_mm`."""
        px_per_mm = min(width, height) / short_side_mm
        low = keys_low and height / px_per_mm > HAND_MM
        return cls(width, height, px_per_mm, distance_m, low)

    def mm(self, length: float) -> float:
        """`length` millimetres in pixels."""
        return length * self.px_per_mm

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def compact(self) -> bool:
        """Too small for everything at once: only what matters most is shown."""
        return min(self.width, self.height) < self.mm(COMPACT_MM)

    @property
    def reach(self) -> float:
        """Height, pixels from below, under which every key lies."""
        return self.height * REACH if self.low else self.height

    def coaching(self, length: float) -> float:
        """`length` millimetres, meant for two metres, in pixels at this station's distance."""
        return self.mm(length) * self.distance_m / COACHING_M

    @property
    def cue(self) -> float:
        """The one cue, read in mid-movement."""
        return self.coaching(26)

    @property
    def body(self) -> float:
        """Text that can be read from where one exercises."""
        return self.coaching(12)

    @property
    def count(self) -> float:
        """The rep count, read in mid-movement."""
        return self.mm(40) if self.compact else max(self.mm(64), self.cue)

    @property
    def title(self) -> float:
        """The one thing a quiet screen says, seen across the room."""
        return self.mm(12) if self.compact else self.mm(24)

    @property
    def small(self) -> float:
        """Text for arm's length: keys, notices, explanations."""
        return self.mm(6) if self.compact else self.mm(8)

    @property
    def touch(self) -> float:
        """The least text there is, arm's length only."""
        return self.mm(LEAST_TOUCH_TEXT_MM)

    def least(self, wanted: float) -> float:
        """How far text meant to be `wanted` pixels may shrink: never out of its class.

        But on a compact panel a word of six letters in the cue's size is longer than the panel, so
        that there the cue may be as small as other words for the same distance.
        """
        for size in (self.body, self.touch) if self.compact else (self.cue, self.body, self.touch):
            if wanted >= size - 0.01:
                return size
        return wanted

    @property
    def key(self) -> float:
        """Least side of anything that is touched."""
        return self.mm(LEAST_KEY_MM if self.compact else 22)

    @property
    def gap(self) -> float:
        """Between things that belong apart; never less between two keys."""
        return self.mm(LEAST_GAP_MM if self.compact else 9)

    @property
    def margin(self) -> float:
        """Between the panel's edge and what is on it."""
        return self.mm(5) if self.compact else self.mm(14)

    @property
    def line(self) -> float:
        """Width of a bone of the stick figure."""
        return self.mm(1.0) if self.compact else self.mm(1.8)

    @property
    def corner(self) -> float:
        """Side of the square in a corner that opens the staff's menu when held."""
        return self.mm(LEAST_KEY_MM)
