"""What each program holds, over the time of the soak, and whether that grows."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import median

SETTLE_S = 60.0
"""A program's first minute fills its caches."""
FIFTH = 5
MAX_GROWTH_MB = 8.0
MAX_GROWTH = 0.05
"""Of the proportional set size, over the longest stretch that a process lived in peace: so many
megabytes (1,000,000 bytes), and this share of what it had. The screen's memory goes up and down
with what happens to be on it, so it is medians that are compared."""
MAX_HANDLES, MAX_THREADS = 2, 1


@dataclass(frozen=True, slots=True)
class Weight:
    """One look at one process; megabytes of 1,000,000 bytes, `at` CLOCK_MONOTONIC seconds."""

    at: float
    pid: int
    rss: float
    pss: float
    handles: int
    threads: int


COLUMNS = tuple(each.name for each in fields(Weight))


def weigh(pid: int, at: float) -> Weight | None:
    """The process as it is now; None when it is gone."""
    process = Path(f"/proc/{pid}")
    try:
        rollup = (process / "smaps_rollup").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup[1:]}
        return Weight(
            at,
            pid,
            sizes["Rss"] * 1024 / 1e6,
            sizes["Pss"] * 1024 / 1e6,
            len(os.listdir(process / "fd")),
            len(os.listdir(process / "task")),
        )
    except (OSError, KeyError, ValueError, IndexError):
        return None


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one process over `seconds`, the median of its last fifth against that of its first."""

    seconds: float
    pss: float
    handles: float
    threads: float
    was: float
    """PSS at first."""

    @property
    def flat(self) -> bool:
        """Within what is allowed."""
        allowed = MAX_GROWTH_MB + MAX_GROWTH * self.was
        return self.pss <= allowed and self.handles <= MAX_HANDLES and self.threads <= MAX_THREADS


def growth(weights: Sequence[Weight]) -> Growth | None:
    """Of the process that was looked at for longest; None when none lived for long enough."""
    lives: dict[int, list[Weight]] = {}
    for weight in weights:
        lives.setdefault(weight.pid, []).append(weight)
    grown = [made for made in map(_grown, lives.values()) if made is not None]
    return max(grown, key=lambda each: each.seconds, default=None)


def _grown(life: list[Weight]) -> Growth | None:
    settled = [weight for weight in life if weight.at - life[0].at >= SETTLE_S]
    if len(settled) < 2 * FIFTH:
        return None
    share = len(settled) // FIFTH
    first, last = settled[:share], settled[-share:]

    def more(what: str) -> float:
        return median(getattr(w, what) for w in last) - median(getattr(w, what) for w in first)

    return Growth(
        settled[-1].at - settled[0].at,
        more("pss"),
        more("handles"),
        more("threads"),
        median(weight.pss for weight in first),
    )


@dataclass
class Scales:
    """Looks at all programs every so often, and writes each look down as a line of `file`."""

    every_s: float
    file: Path
    weights: dict[str, list[Weight]] = field(default_factory=dict)
    _due: float = 0.0

    def look(self, pids: Callable[[], Mapping[str, int | None]], now: float) -> None:
        """Weigh them, when it is time again."""
        if now < self._due:
            return
        self._due = now + self.every_s
        for name, pid in pids().items():
            if pid is not None and (weight := weigh(pid, now)) is not None:
                self.weights.setdefault(name, []).append(weight)
                with self.file.open("a", encoding="utf-8") as file:
                    print(name, *(getattr(weight, each) for each in COLUMNS), sep="\t", file=file)

    def at(self, name: str, moment: float) -> Weight | None:
        """The look nearest to `moment`."""
        looks = self.weights.get(name, [])
        return min(looks, key=lambda weight: abs(weight.at - moment), default=None)

    def between(self, name: str, first: float, last: float) -> list[Weight]:
        """All looks of a stretch of time."""
        return [w for w in list(self.weights.get(name, [])) if first <= w.at <= last]
