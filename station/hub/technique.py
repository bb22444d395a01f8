"""How people move: sums over the sessions of one report, and what of them may be shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from station.hub import suppression, words
from station.messages import SessionEvent

PATTERNS = ("hinge", "squat", "stoop", "unclear")
"""The tree of `suppression.split`: the commonest first, so that the rest is split as far as can."""
LARGEST = 20
"""Reports grow to this many times k: large ones are split further, small ones come sooner."""


class Shares(BaseModel):
    """A sum of shares 0..1, one for each of `sessions`."""

    model_config = ConfigDict(frozen=True)

    total: float = 0.0
    sessions: int = 0


class Totals(BaseModel):
    """Sums over the sessions of one report: exact, so they never leave the hub as they are."""

    model_config = ConfigDict(frozen=True)

    sessions: int = 0
    patterns: dict[str, int] = Field(default_factory=lambda: dict.fromkeys(PATTERNS, 0))
    faults: dict[str, int] = Field(default_factory=dict)
    clean: Shares = Shares()
    first_half: Shares = Shares()
    second_half: Shares = Shares()


class Report(BaseModel):
    """A closed report: `gym`, the k it was closed under, until when (hour, UTC), and the sums."""

    model_config = ConfigDict(frozen=True)

    gym: str
    k: int
    until: datetime
    totals: Totals


def sessions_needed(reports_so_far: int, k: int) -> int:
    """Sessions that a gym's next report waits for: k for the first, then twice as many, to 20 k."""
    return k * min(1 << min(reports_so_far, LARGEST), LARGEST)


def add_up(events: Iterable[SessionEvent]) -> Totals:
    """Sums over sessions. Each counts once: by its commonest pattern, by whether a fault occurred
    at all, and by its shares of clean reps, however many reps it had."""
    sessions = 0
    patterns = dict.fromkeys(PATTERNS, 0)
    faults: dict[str, int] = {}
    clean: list[float] = []
    halves: list[tuple[float, float]] = []
    for event in events:
        sessions += 1
        patterns[_commonest(event)] += 1
        for name, reps in event.faults.items():
            if reps:
                faults[name] = faults.get(name, 0) + 1
        if event.reps:
            clean.append(min(1.0, event.clean / event.reps))
        if event.reps >= 2:
            first = event.reps // 2
            halves.append(
                (
                    min(1.0, event.first_half_clean / first),
                    min(1.0, event.second_half_clean / (event.reps - first)),
                )
            )
    return Totals(
        sessions=sessions,
        patterns=patterns,
        faults=faults,
        clean=Shares(total=sum(clean), sessions=len(clean)),
        first_half=Shares(total=sum(first for first, _ in halves), sessions=len(halves)),
        second_half=Shares(total=sum(second for _, second in halves), sessions=len(halves)),
    )


def _commonest(event: SessionEvent) -> str:
    counts = event.patterns.model_dump()
    most = max(counts.values())
    leaders = [name for name in PATTERNS if counts[name] == most]
    return leaders[0] if len(leaders) == 1 else "unclear"


def publish(report: Report | None, gym: str, k: int, _: words.Gettext) -> dict[str, Any]:
    """What may be shown of a gym's latest report, as the API gives it.

    A report closed under a larger k keeps it. Known faults are always listed, in a fixed order, so
    that neither presence nor order says anything; others only when their count may be shown.
    """
    if report is not None:
        k = max(k, report.k)
    if report is None or report.totals.sessions < k:
        return {"gym": gym, "shown": False, "sentence": words.not_enough(k, _)}
    totals = report.totals
    labels = words.faults(_)
    names = [*words.FAULTS, *sorted(set(totals.faults) - set(words.FAULTS))]
    faults = [
        {
            "name": name,
            "label": labels.get(name, words.plain(name)),
            "sessions": suppression.with_and_without(
                totals.faults.get(name, 0), totals.sessions, k
            ),
        }
        for name in names
    ]
    first, second = (
        suppression.average_percent(half.total, half.sessions, k)
        for half in (totals.first_half, totals.second_half)
    )
    return {
        "gym": gym,
        "shown": True,
        "until": report.until.isoformat(),
        "sessions": suppression.rounded(totals.sessions),
        "patterns": [
            {
                "names": list(group.names),
                "label": words.together(group.names, _),
                "sessions": group.sessions,
            }
            for group in suppression.split(totals.patterns, k)
        ],
        "faults": [
            entry
            for entry in faults
            if entry["name"] in words.FAULTS or entry["sessions"] is not None
        ],
        "clean_percent": suppression.average_percent(totals.clean.total, totals.clean.sessions, k),
        "halves": None
        if first is None or second is None
        else {"first_percent": first, "second_percent": second},
    }
