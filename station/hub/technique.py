"""How people move: what one session adds to the sums, and sums of many."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from station.messages import SessionEvent

PATTERNS = ("hinge", "squat", "stoop", "unclear")
"""The tree of `suppression.split`: the commonest first, so that the rest is split as far as can."""
COLUMNS = (
    "sessions",
    *PATTERNS,
    "clean_n",
    "clean_permille",
    "halves_n",
    "first_permille",
    "second_permille",
)
"""What is summed, in this order; shares in thousandths."""


class Shares(BaseModel):
    """A sum of shares 0..1, one for each of `sessions`."""

    model_config = ConfigDict(frozen=True)

    total: float = 0.0
    sessions: int = 0


class Totals(BaseModel):
    """Sums over many sessions: exact, so they never leave the hub as they are."""

    model_config = ConfigDict(frozen=True)

    sessions: int = 0
    patterns: dict[str, int] = Field(default_factory=lambda: dict.fromkeys(PATTERNS, 0))
    faults: dict[str, int] = Field(default_factory=dict)
    clean: Shares = Shares()
    first_half: Shares = Shares()
    second_half: Shares = Shares()


def counted(event: SessionEvent) -> tuple[int, ...]:
    """What a session adds to COLUMNS. It counts once: by its commonest pattern and by its shares
    of clean reps, however many reps it had."""
    pattern = _commonest(event)
    clean = first = second = 0
    if event.reps:
        clean = _permille(event.clean, event.reps)
        # The station counts the rep in the middle of an odd set as one of the first half.
        half = (event.reps + 1) // 2
        # One rep has no second half. It is in both all the same: shares of different sessions
        # could be subtracted from one another.
        first = _permille(event.first_half_clean, half)
        second = _permille(event.second_half_clean, event.reps - half) if event.reps > 1 else clean
    return (
        1,
        *(int(name == pattern) for name in PATTERNS),
        int(event.reps > 0),
        clean,
        int(event.reps > 0),
        first,
        second,
    )


def faults_seen(event: SessionEvent) -> list[str]:
    """The faults that occurred in a session at all."""
    return [name for name, reps in event.faults.items() if reps]


def totals(sums: Iterable[int], faults: dict[str, int]) -> Totals:
    """Sums in the order of COLUMNS, and sessions per fault, as Totals."""
    (sessions, hinge, squat, stoop, unclear, clean_n, clean, halves_n, first, second) = sums
    return Totals(
        sessions=sessions,
        patterns=dict(zip(PATTERNS, (hinge, squat, stoop, unclear), strict=True)),
        faults=faults,
        clean=Shares(total=clean / 1000, sessions=clean_n),
        first_half=Shares(total=first / 1000, sessions=halves_n),
        second_half=Shares(total=second / 1000, sessions=halves_n),
    )


def add_up(events: Iterable[SessionEvent]) -> Totals:
    """Sums over sessions."""
    sums = [0] * len(COLUMNS)
    faults: dict[str, int] = {}
    for event in events:
        sums = [one + more for one, more in zip(sums, counted(event), strict=True)]
        for name in faults_seen(event):
            faults[name] = faults.get(name, 0) + 1
    return totals(sums, faults)


def _permille(part: int, whole: int) -> int:
    return min(1000, round(1000 * part / whole))


def _commonest(event: SessionEvent) -> str:
    counts = event.patterns
    numbers = (counts.hinge, counts.squat, counts.stoop, counts.unclear)
    most = max(numbers)
    return PATTERNS[numbers.index(most)] if numbers.count(most) == 1 else "unclear"
