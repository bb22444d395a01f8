"""Finished weeks of a gym: what everything published about people is made of."""

from dataclasses import dataclass
from datetime import date

from station.hub.technique import Totals


@dataclass(frozen=True)
class Week:
    """Exact sums of one gym's finished week; never leave the hub as they are."""

    starts: date
    """A Monday, the hub's local time."""
    k: int
    """hub.k when the week was closed."""
    totals: Totals
    stations: dict[str, Totals]
    hours: tuple[int, ...]
    """168 numbers of sessions, index = day * 24 + hour, local time, Monday first."""
