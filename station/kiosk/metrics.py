"""Sizes on the screen, computed once from millimetres on the panel.

People read the station from three distances: across the room, at two to three metres while they
move, and at arm's length when they touch it. Hence sizes are meant in millimetres, and pixels
follow from the panel.
"""

from dataclasses import dataclass

PANEL_SHORT_SIDE_MM = 194.0
"""Short side of a 15.6 inch panel, the size these screens were drawn for."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Pixel sizes for a window of `width` × `height` pixels at `px_per_mm`."""

    width: float
    height: float
    px_per_mm: float

    @classmethod
    def of(
        cls, width: float, height: float, short_side_mm: float = PANEL_SHORT_SIDE_MM
    ) -> "Metrics":
        """Sizes for a window that fills a panel whose short side is `short_side_mm`."""
        return cls(width, height, min(width, height) / short_side_mm)

    def mm(self, length: float) -> float:
        """`length` millimetres in pixels."""
        return length * self.px_per_mm

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def body(self) -> float:
        """Text that can be read at two metres."""
        return self.mm(12)

    @property
    def small(self) -> float:
        """Text for arm's length only: notices, the privacy line."""
        return self.mm(8)

    @property
    def title(self) -> float:
        """The one thing a quiet screen says."""
        return self.mm(24)

    @property
    def cue(self) -> float:
        """The one cue, read in mid-movement."""
        return self.mm(26)

    @property
    def count(self) -> float:
        """The rep count, read in mid-movement."""
        return self.mm(64)

    @property
    def key(self) -> float:
        """Least side of anything that is touched."""
        return self.mm(22)

    @property
    def gap(self) -> float:
        """Between things that belong apart; never less between two keys."""
        return self.mm(9)

    @property
    def line(self) -> float:
        """Width of a bone of the stick figure."""
        return self.mm(1.8)
