"""Small-count suppression: which numbers about people may leave the hub, and how exactly.

The rule, for one report over a fixed set of at least k sessions:

1. Reports never share a session and never change once closed (`Store.close_reports`), so no two
   answers can be subtracted from one another. A report closes at the end of an hour at the
   earliest: what happens in the current hour is in none.
2. A report splits its sessions step by step along a fixed tree (`split`): all → hips | the rest →
   knees | the rest → … A node is split only when both sides hold at least k sessions; otherwise
   only their sum is given. A fault is the tree with two leaves: with it | without it.
3. Counts that are given are rounded to the nearest 5. Averages of shares take each session once,
   need k sessions, are rounded to 5 % and stay within 5 to 95 %.

What it guarantees: every count given is of at least k sessions, and so is the complement it was
split from. Whoever knows every given count without the rounding, the exact number of sessions and
this rule, still cannot tell a side that was not given: with s sessions in an unsplit node, each
side may be anything from 0 to k-1, or from s-k+1 to s. Hiding small cells and then the next
smallest ones does not reach this: rounding and the order of sizes give hidden cells away.

What it does not: a threshold counts sessions, not people. Someone who does k sessions alone is a
group to it, and whoever knows that all others of a report are their own can tell the last one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Categories given only together, and their count of sessions, rounded to 5."""

    names: tuple[str, ...]
    sessions: int


def split(counts: Mapping[str, int], k: int) -> tuple[Group, ...]:
    """The groups of a partition that may be shown.

    `counts`: sessions per category, each session in exactly one; its order is the tree's, first
    category against the rest, and must not depend on the counts. Under k in all: no group.
    """
    return tuple(
        Group(names, rounded(sum(counts[name] for name in names)))
        for names in _shown(tuple(counts), counts, k)
    )


def _shown(names: tuple[str, ...], counts: Mapping[str, int], k: int) -> Iterator[tuple[str, ...]]:
    total = sum(counts[name] for name in names)
    if total < k:
        return
    first = counts[names[0]]
    if len(names) > 1 and first >= k and total - first >= k:
        yield names[:1]
        yield from _shown(names[1:], counts, k)
    else:
        yield names


def with_and_without(having: int, sessions: int, k: int) -> int | None:
    """Rounded count of sessions that have something; None when it or its complement is small."""
    groups = split({"with": having, "without": sessions - having}, k)
    return groups[0].sessions if len(groups) == 2 else None


def average_percent(total: float, sessions: int, k: int) -> int | None:
    """Average of shares in percent, rounded to 5 and kept within 5..95; None under k sessions.

    `total`: sum over sessions of a share 0..1.
    """
    if sessions < k:
        return None
    return min(95, max(5, rounded(100 * total / sessions)))


def rounded(count: float) -> int:
    """The nearest multiple of 5."""
    return ROUND_TO * round(count / ROUND_TO)
