"""What a finished set becomes in the ledger: counts and bands, nothing of the person."""

from collections import Counter
from statistics import median
from typing import Literal

from station.hinge import Rep, Summary
from station.ledger import FinishedSession

Outcome = Literal["finished", "left", "stopped"]
Source = Literal["camera", "demo", "simulated"]
Mode = Literal["set", "drill", "pick_up"]
DepthBand = Literal["none", "shallow", "half", "deep"]
MinutesBand = Literal["under_1", "1_to_3", "3_to_10", "over_10"]


def finished_session(
    summary: Summary, *, seconds: float, source: Source, mode: Mode, outcome: Outcome, cfg: int
) -> FinishedSession | None:
    """The ledger's record of a set that lasted `seconds`; None when nothing was attempted."""
    full = [rep for rep in summary.reps if rep.kind == "rep"]
    attempts = summary.count("attempt")
    if not full and not attempts:
        return None
    middle = (len(full) + 1) // 2
    return FinishedSession(
        source=source,
        exercise=summary.exercise,
        mode=mode,
        reps=len(full),
        clean=_clean(full),
        attempts=attempts,
        patterns=dict(Counter(str(rep.pattern) for rep in full)),
        faults=dict(Counter(fault for rep in full for fault in rep.faults)),
        first_half_clean=_clean(full[:middle]),
        second_half_clean=_clean(full[middle:]),
        depth_band=depth_band(full),
        minutes_band=minutes_band(seconds),
        outcome=outcome,
        cfg=cfg,
    )


def depth_band(full: list[Rep]) -> DepthBand:
    """Band of the median hip flexion of the full reps, degrees: < 60 shallow, 60–80 half, deep."""
    if not full:
        return "none"
    depth = median(rep.angles.hip_flexion for rep in full)
    if depth < 60:
        return "shallow"
    return "half" if depth <= 80 else "deep"


def minutes_band(seconds: float) -> MinutesBand:
    """Band of the set's length."""
    if seconds < 60:
        return "under_1"
    if seconds < 180:
        return "1_to_3"
    return "3_to_10" if seconds < 600 else "over_10"


def _clean(reps: list[Rep]) -> int:
    return sum(rep.clean for rep in reps)
