"""How busy each hour of the week is, in steps of at least k sessions.

A cell is one hour of the week, pooled over all weeks of a gym so far. It is first shown when k
sessions have come in it, and what is shown moves on only when at least k more have come since: k
is the largest of those that the weeks in between were closed under. A step is made by the end of a
week and never changes, so two answers, however far apart, differ in a cell by at least k sessions
or not at all. A larger hub.k of today hides cells of fewer sessions; it makes no other steps.

Guaranteed, for whoever knows the sums without their rounding, for every week that does not end a
step: how many sessions it had in an hour has at least two possible values, none being one of them.
A week that ends a step had at least one, and where it is the step alone, at least k are told.
`in_use_percent` says of the weeks that end no step only how many were in use, of at least BLOCK at
once and later of as many as before, and never tells none from one nor all from all but one.

Not guaranteed: the page of now shows a gym's exact sessions of today, as anybody sees who stands
there. Who writes that number down hour by hour knows each hour: when somebody was there, never how
they moved. This page adds nothing to it. Nor is one page guarded against another: a gym's sums of
periods, less what all its hours show, leave what waits in all hours together. Where it can wait in
a single hour only, no more than the rounding of those sums keeps that number open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from station.hub.answers import Cell
from station.hub.suppression import rounded
from station.hub.weeks import Week

HOURS = 7 * 24
BLOCK = 4
"""Fewer open weeks than this are not counted as in use or not."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown of a cell until the next step: the exact sum over the first `weeks` weeks, and
    in which percentage of the first weeks, perhaps fewer, the hour was in use."""

    weeks: int
    sessions: int
    in_use_percent: int | None


@dataclass(frozen=True, slots=True)
class Busyness:
    """The cells in the order of the week, and the weeks they are of; no date = nothing shown."""

    cells: tuple[Cell, ...]
    weeks: int
    starts: date | None
    until: date | None


def busyness(weeks: Sequence[Week], k: int) -> Busyness:
    """What may be shown of a gym's weeks, oldest first; `k` is hub.k of today."""
    steps = [_shown(latest_step(weeks, index), k) for index in range(HOURS)]
    shown = max((step.weeks for step in steps if step), default=0)
    return Busyness(
        cells=tuple(_cell(index, step) for index, step in enumerate(steps)),
        weeks=shown,
        starts=weeks[0].starts if shown else None,
        until=weeks[0].starts + timedelta(weeks=shown) if shown else None,
    )


def latest_step(weeks: Sequence[Week], index: int) -> Step | None:
    """The newest step of one hour of the week; weeks that are absent had no sessions."""
    step = None
    sessions = since = k = 0
    # Weeks that end a step were in use, and that is told; the others are open until told in blocks.
    ends = told = told_in_use = in_use = 0
    percent = None
    for week in weeks:
        count = week.hours[index]
        sessions += count
        since += count
        k = max(k, week.k)
        if since < k:
            in_use += count > 0
            continue
        number = (week.starts - weeks[0].starts).days // 7 + 1
        ends += 1
        block = number - ends - told
        if block >= max(BLOCK, told):
            told_in_use += min(max(in_use, 1), block - 1)
            told, in_use, block = number - ends, 0, 0
        if block == 0 and number >= BLOCK:
            percent = min(95, max(5, rounded(100 * (ends + told_in_use) / number)))
        step = Step(number, sessions, percent)
        since = k = 0
    return step


def _shown(step: Step | None, k: int) -> Step | None:
    return step if step and step.sessions >= k else None


def _cell(index: int, step: Step | None) -> Cell:
    day, hour = divmod(index, 24)
    if step is None:
        return Cell(day=day, hour=hour, per_week=None, in_use_percent=None)
    return Cell(
        day=day,
        hour=hour,
        per_week=round(rounded(step.sessions) / step.weeks, 1),
        in_use_percent=step.in_use_percent,
    )
