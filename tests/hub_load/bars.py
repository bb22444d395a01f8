"""What was measured against what it is to hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` in `unit`; None as `limit`: only told. `least`: the limit is a lower one."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False
    told: str = ""

    @property
    def met(self) -> bool:
        """Held, or only told."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit


def table(bars: list[Bar]) -> str:
    """For people."""
    width = max(len(bar.name) for bar in bars)
    lines = []
    for bar in bars:
        limit = ""
        if bar.limit is not None:
            limit = f"bar: {'≥' if bar.least else '≤'} {bar.limit:g}"
        mark = {True: "ok", False: "MISSED"}[bar.met] if bar.limit is not None else ""
        value = f"{bar.value:>9,.1f} {bar.unit:<10}"
        lines.append(f"{bar.name:<{width}}  {value} {limit:<12} {mark:<6} {bar.told}".rstrip())
    return "\n".join(lines)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
