"""What was done in which root, how long it took and what came of it."""

from dataclasses import dataclass
from typing import Literal

Result = Literal["ok", "FAILED", "not run"]
"""`not run`: it cannot be here, and the note says why. It is no failure, and no success."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of it. `seconds`: None for what was not run."""

    root: str
    step: str
    seconds: float | None
    result: Result
    note: str = ""


def table(rows: list[Row]) -> str:
    """For people; a note stands at the end of its line."""
    roots, steps = (
        max(map(len, column))
        for column in (["root", *(r.root for r in rows)], ["step", *(r.step for r in rows)])
    )
    lines = [f"{'root':<{roots}}  {'step':<{steps}}  {'seconds':>8}  result"]
    for row in rows:
        took = "–" if row.seconds is None else f"{row.seconds:,.1f}"
        line = f"{row.root:<{roots}}  {row.step:<{steps}}  {took:>8}  {row.result:<8} {row.note}"
        lines.append(line.rstrip())
    failed = sum(row.result == "FAILED" for row in rows)
    skipped = sum(row.result == "not run" for row in rows)
    told = f"{len(rows) - failed - skipped} ok, {failed} failed, {skipped} not run"
    return "\n".join([*lines, told])


def good(rows: list[Row]) -> bool:
    """Whether something was done and nothing failed."""
    return any(row.result == "ok" for row in rows) and all(r.result != "FAILED" for r in rows)
