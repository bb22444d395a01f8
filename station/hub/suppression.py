"""Small-count suppression: which numbers about people may leave the hub, and how exactly.

The rule, for one period over a fixed set of at least k sessions:

1. Periods of a gym never share a session and never change (`periods`): no two answers can be
   subtracted from one another. A period ends with a week that is over.
2. A period splits its sessions step by step along a tree that is fixed before anything is counted:
   `split` takes categories off one by one (all → hips | the rest → knees | the rest → …), `halved`
   halves a row (all stations → the first half | the second half → …), and a fault is the tree with
   two leaves: with it | without it. A node is split only when both sides hold at least k sessions;
   otherwise only their sum is given.
3. Counts that are given are rounded to the nearest 5. Averages of shares take each session once,
   need k sessions, are rounded to 5 % and stay within 5 to 95 %.
4. A period shown under a larger k than before is split less: every group is then a union of groups
   that were shown. The sets of sessions stay what they are, so raising k tells nothing new.

What it guarantees: every count given is of at least k sessions, and so is the complement it was
split from. Whoever knows every given count without the rounding, the exact number of sessions and
this rule, still cannot tell a side that was not given: with s sessions in an unsplit node, each
side may be anything from 0 to k-1, or from s-k+1 to s. So every count that is not given has at
least k possible values. Hiding small cells and then the next smallest ones does not reach this:
rounding and the order of sizes give hidden cells away.

What it does not: a threshold counts sessions, not people. Someone who does k sessions alone is a
group to it, and whoever knows that all others of a period are their own can tell the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
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
        Group(names, rounded(_sum(names, counts))) for names in _shown(tuple(counts), counts, k)
    )


def _shown(names: tuple[str, ...], counts: Mapping[str, int], k: int) -> Iterator[tuple[str, ...]]:
    total = _sum(names, counts)
    if total < k:
        return
    first = counts[names[0]]
    if len(names) > 1 and first >= k and total - first >= k:
        yield names[:1]
        yield from _shown(names[1:], counts, k)
    else:
        yield names


def halved(counts: Mapping[str, int], k: int) -> tuple[tuple[str, ...], ...]:
    """Names in groups of neighbours that hold at least k each; under k in all: one group.

    `counts`: sessions per name; its order must not depend on the counts. The tree halves the row
    again and again, so a name with few sessions is grouped with its next neighbours only.
    """
    return tuple(_halves(tuple(counts), counts, k))


def _halves(names: tuple[str, ...], counts: Mapping[str, int], k: int) -> Iterator[tuple[str, ...]]:
    middle = len(names) // 2
    sides = names[:middle], names[middle:]
    if all(_sum(side, counts) >= k for side in sides):
        for side in sides:
            yield from _halves(side, counts, k)
    elif names:
        yield names


def with_and_without(having: int, sessions: int, k: int) -> int | None:
    """Rounded count of sessions that have something; None when it or its complement is small."""
    return rounded(having) if having >= k and sessions - having >= k else None


def average_percent(total: float, sessions: int, k: int) -> int | None:
    """Average of shares in percent, rounded to 5 and kept within 5..95; None under k sessions.

    `total`: sum over sessions of a share 0..1.
    """
    if sessions < k:
        return None
    return min(95, max(5, rounded(100 * total / sessions)))


def _sum(names: Sequence[str], counts: Mapping[str, int]) -> int:
    return sum(counts[name] for name in names)


def rounded(count: float) -> int:
    """The nearest multiple of 5."""
    return ROUND_TO * round(count / ROUND_TO)
