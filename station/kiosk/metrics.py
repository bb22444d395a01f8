"""Sizes on the screen, computed once from millimetres on the panel.

People read the station from three distances: across the room (poster), at two to three metres
while they move (coaching), and at arm's length (touch). Hence sizes are meant in millimetres, and
pixels follow from the panel. A text's size is its font size: capitals are 0.71 of it.

What was drawn for two metres grows with the distance at which members exercise where the panel is
large enough: then it is a smaller panel, magnified.
"""

from dataclasses import dataclass

PANEL_SHORT_SIDE_MM = 194.0
"""Short side of a 15.6 inch panel, the size these screens were drawn for."""

PANEL_SHAPE = 16 / 9
"""Its long side over its short one."""

COACHING_M = 2.0
"""Distance for which the sizes are meant. Words for nearer are not made smaller."""

LEAST_TOUCH_TEXT_MM = 5.0
LEAST_KEY_MM = 20.0
LEAST_GAP_MM = 8.0

COMPACT_MM = 190.0
"""An upright panel whose short side is less shows fewer things a screen, not smaller ones."""

COMPACT_SHORT_MM = 88.0
"""Short side of a 7 inch panel: the smallest one, whose words are those for COACHING_M."""

REACH = 0.45
"""Share of the height, from below, in which everything to touch lies where that is asked for."""

HAND_MM = 160.0
"""A panel no taller than this is within one hand's reach anyway: its keys stay where they are."""


def _drawn_mm(width: float, height: float, short_side_mm: float, distance_m: float) -> float:
    """The short side, millimetres, of the panel that is drawn, for somebody at COACHING_M."""
    if height > width and short_side_mm < COMPACT_MM:
        return max(short_side_mm, COMPACT_SHORT_MM)
    # One less long than 16 : 9 lacks length: it is drawn as if it were a larger one.
    longer = round(PANEL_SHAPE * min(width, height) / max(width, height), 6)
    least = PANEL_SHORT_SIDE_MM * max(1.0, longer)
    # Seen from further away a large panel is a smaller one, magnified.
    return max(least, short_side_mm / max(1.0, distance_m / COACHING_M))


def lack(width: float, height: float, short_side_mm: float, distance_m: float) -> str | None:
    """One sentence for the installer where the panel is too small for its distance, else None."""
    drawn = _drawn_mm(width, height, short_side_mm, distance_m)
    good_for = COACHING_M * short_side_mm / drawn
    if good_for > distance_m - 0.05:
        return None
    return (
        f"The panel ({short_side_mm:.0f} mm on its short side) has room for words that are read "
        f"from {good_for:.1f} m, not {distance_m:.1f} m: hang a larger one, or move the mat closer."
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """Pixel sizes for a window of `width` × `height` pixels at `px_per_mm`.

    `low`: everything to touch lies in the lower part.
    """

    width: float
    height: float
    px_per_mm: float
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
        """Sizes for a window that fills a panel whose short side is `short_side_mm`.

        A panel that has no room for words that large gets the largest it has room for: see `lack`.
        """
        px_per_mm = min(width, height) / _drawn_mm(width, height, short_side_mm, distance_m)
        low = keys_low and height > HAND_MM * min(width, height) / short_side_mm
        return cls(width, height, px_per_mm, low)

    def mm(self, length: float) -> float:
        """`length` millimetres in pixels."""
        return length * self.px_per_mm

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def compact(self) -> bool:
        """Too small for everything at once: only what matters most is shown."""
        return self.portrait and self.width < self.mm(COMPACT_MM)

    @property
    def reach(self) -> float:
        """Height, pixels from below, under which every key lies."""
        return self.height * REACH if self.low else self.height

    @property
    def cue(self) -> float:
        """The one cue, read in mid-movement."""
        return self.mm(26)

    @property
    def body(self) -> float:
        """Text that can be read from where one exercises."""
        return self.mm(12)

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
