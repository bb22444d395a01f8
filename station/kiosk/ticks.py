"""How evenly the screen's thread runs, measured while a set is live."""

from collections import Counter
from dataclasses import dataclass

STALL_S = 0.050
EDGES_MS = (18, 20, 25, 33, 50)
"""Upper ends of the histogram's bins; the last one is open. 25 ms is the bar for 99 %."""


@dataclass(frozen=True, slots=True)
class TickFigures:
    """Intervals between two ticks of the screen's thread, milliseconds; None = never live."""

    ticks: int
    median_ms: float | None
    p99_ms: float | None
    worst_ms: float | None
    stalls: int

    def __str__(self) -> str:
        if self.median_ms is None:
            return "screen thread: never live"
        return (
            f"screen thread: {self.ticks} ticks live, {self.median_ms:.0f} ms median, "
            f"{self.p99_ms:.0f} ms p99, {self.worst_ms:.0f} ms worst, "
            f"{self.stalls} over {STALL_S * 1000:.0f} ms"
        )


class TickMonitor:
    """Counts intervals in whole milliseconds, so that months of them take no memory."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._counts: Counter[int] = Counter()
        self._worst = 0.0
        self._stalls = 0

    def tick(self, now: float, *, live: bool) -> None:
        """One tick at `now`, seconds of a real clock; only those between live ticks count."""
        if not live:
            self._last = None
            return
        if self._last is not None:
            interval = now - self._last
            self._counts[min(round(interval * 1000), 1000)] += 1
            self._worst = max(self._worst, interval)
            self._stalls += interval > STALL_S
        self._last = now

    @property
    def histogram(self) -> list[tuple[int | None, int]]:
        """(up to so many milliseconds, ticks) from the shortest on; None = longer than all."""
        bins: list[tuple[int | None, int]] = []
        last = -1
        for edge in (*EDGES_MS, None):
            inside = (
                count
                for ms, count in self._counts.items()
                if ms > last and (edge is None or ms <= edge)
            )
            bins.append((edge, sum(inside)))
            last = last if edge is None else edge
        return bins

    def drawn(self) -> str:
        """The histogram in lines of text."""
        total = max(1, sum(self._counts.values()))
        lines, last = [], 0
        for edge, count in self.histogram:
            span = f"over {last:2d} ms" if edge is None else f"{last:3d} to {edge:2d} ms"
            bar = "#" * round(40 * count / total)
            lines.append(f"{span:>12} {count:6d} {100 * count / total:6.2f} %  {bar}".rstrip())
            last = last if edge is None else edge
        return "\n".join(lines)

    @property
    def figures(self) -> TickFigures:
        """What was counted so far."""
        ticks = sum(self._counts.values())
        if not ticks:
            return TickFigures(0, None, None, None, 0)
        return TickFigures(
            ticks, self._share(0.5), self._share(0.99), self._worst * 1000, self._stalls
        )

    def _share(self, share: float) -> float:
        wanted, seen = share * sum(self._counts.values()), 0
        for milliseconds in sorted(self._counts):
            seen += self._counts[milliseconds]
            if seen >= wanted:
                return float(milliseconds)
        return 0.0
