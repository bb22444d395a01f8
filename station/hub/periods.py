"""Weeks put together until they may be shown: how people moved, and at which stations.

What is given of a gym is a function of its list of weeks, and that list only grows: a period is
made once, of consecutive weeks that reach k sessions together, and no later week changes it. The
last weeks that do not reach k wait. k is the largest of those that the period's own weeks were
closed under, so changing the setting moves no border of a period: if it did, the new periods could
be subtracted from the old ones. A larger k of today hides periods, and splits the others less.

Periods leave no gap: weeks without any session belong to one like any others, so that nobody can
tell them from weeks with a few. That the last week of a period reached k is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from station.hub import suppression, words
from station.hub.answers import (
    Fault,
    Halves,
    Pattern,
    StationGroup,
    StationsPeriod,
    TechniquePeriod,
)
from station.hub.technique import Shares, Totals
from station.hub.weeks import Week
from station.hub.words import Gettext

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """Exact sums of whole weeks, from `starts` to before `until`; never leave the hub as they are.

    `stations` has every station that had a session in this period or in any before it, by id.
    """

    starts: date
    until: date
    k: int
    totals: Totals
    stations: Mapping[str, Totals]


def periods(weeks: Sequence[Week]) -> list[Period]:
    """The periods of one gym, oldest first; `weeks` oldest first."""
    found: list[Period] = []
    known: set[str] = set()
    waiting: list[Week] = []
    for week in weeks:
        waiting.append(week)
        known.update(week.stations)
        k = max(one.k for one in waiting)
        if sum(one.totals.sessions for one in waiting) < k:
            continue
        found.append(
            Period(
                starts=found[-1].until if found else waiting[0].starts,
                until=week.starts + WEEK,
                k=k,
                totals=together(one.totals for one in waiting),
                stations={
                    station: together(
                        one.stations[station] for one in waiting if station in one.stations
                    )
                    for station in sorted(known)
                },
            )
        )
        waiting = []
    return found


def together(many: Iterable[Totals]) -> Totals:
    """The sums of sums."""
    several = list(many)
    if len(several) == 1:
        return several[0]
    return Totals(
        sessions=sum(one.sessions for one in several),
        patterns=_summed([one.patterns for one in several], Totals().patterns),
        faults=_summed([one.faults for one in several], {}),
        clean=_shares(one.clean for one in several),
        first_half=_shares(one.first_half for one in several),
        second_half=_shares(one.second_half for one in several),
    )


def _summed(counts: Sequence[Mapping[str, int]], start: dict[str, int]) -> dict[str, int]:
    for one in counts:
        for name, count in one.items():
            start[name] = start.get(name, 0) + count
    return start


def _shares(many: Iterable[Shares]) -> Shares:
    several = list(many)
    return Shares(
        total=sum(one.total for one in several), sessions=sum(one.sessions for one in several)
    )


def technique(weeks: Sequence[Week], k: int, _: Gettext) -> list[TechniquePeriod]:
    """How people moved, period by period, as far as it may be shown; `k` is hub.k of today."""
    labels = words.faults(_)
    return [_technique(period, max(k, period.k), labels, _) for period in _shown(weeks, k)]


def _technique(period: Period, k: int, labels: Mapping[str, str], _: Gettext) -> TechniquePeriod:
    totals = period.totals
    first, second = (_percent(half, k) for half in (totals.first_half, totals.second_half))
    return TechniquePeriod(
        from_=period.starts,
        until=period.until,
        weeks=(period.until - period.starts) // WEEK,
        sessions=suppression.rounded(totals.sessions),
        patterns=[
            Pattern(
                names=list(group.names),
                label=words.together(group.names, _),
                sessions=group.sessions,
            )
            for group in suppression.split(totals.patterns, k)
        ],
        faults=_faults(totals, k, labels),
        clean_percent=_percent(totals.clean, k),
        halves=None
        if first is None or second is None
        else Halves(first_percent=first, second_percent=second),
    )


def _faults(totals: Totals, k: int, labels: Mapping[str, str]) -> list[Fault]:
    """Known faults are always listed, in a fixed order, so that neither presence nor order says
    anything; others only when their count may be shown."""
    faults = [
        Fault(
            name=name,
            label=labels.get(name, words.plain(name)),
            sessions=suppression.with_and_without(totals.faults.get(name, 0), totals.sessions, k),
        )
        for name in [*words.FAULTS, *sorted(set(totals.faults) - set(words.FAULTS))]
    ]
    return [fault for fault in faults if fault.name in labels or fault.sessions is not None]


def stations(weeks: Sequence[Week], k: int) -> list[StationsPeriod]:
    """Sessions and clean shares by station, period by period; `k` is hub.k of today.

    Stations are grouped by `suppression.halved` over their sessions with reps, so that each
    group's share is of at least k of them, and so is what any groups leave of the gym's own share.
    Groups by fewer sessions than they hold leave more open, never less: every count of sessions
    that is not given has at least k possible values. Where the gym has k sessions but not k with
    reps, all stations are one group without a share.

    A station is listed from the period of its first session on: that it had one then, and none
    before, is told.
    """
    return [
        StationsPeriod(
            from_=period.starts,
            until=period.until,
            groups=[
                _group(names, period, max(k, period.k))
                for names in suppression.halved(
                    {name: totals.clean.sessions for name, totals in period.stations.items()},
                    max(k, period.k),
                )
            ],
        )
        for period in _shown(weeks, k)
    ]


def _group(names: Sequence[str], period: Period, k: int) -> StationGroup:
    totals = together(period.stations[name] for name in names)
    return StationGroup(
        stations=list(names),
        sessions=suppression.rounded(totals.sessions),
        clean_percent=_percent(totals.clean, k),
    )


def _shown(weeks: Sequence[Week], k: int) -> list[Period]:
    return [period for period in periods(weeks) if period.totals.sessions >= k]


def _percent(shares: Shares, k: int) -> int | None:
    return suppression.average_percent(shares.total, shares.sessions, k)
