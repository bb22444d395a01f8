"""What came of the soak, and whether all of it is as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from tests.disks import NO_MOUNT
from tests.soak.faults import FAULTS, Fault
from tests.soak.journal import Account
from tests.soak.parts import EYE
from tests.soak.weight import MAX_GROWTH, MAX_GROWTH_MB, MAX_HANDLES, Growth, Weight

FEWEST_POSES = 8.0
"""A second; below, a fast bend falls between two of them."""
MARKS = (10, 50, 100)
"""Percent of the time, at which the programs' weights are shown."""


@dataclass
class Recoveries:
    """Of one kind of fault, seconds; a time above the bound is one that was too late."""

    times: list[float] = field(default_factory=list)
    never: int = 0
    """All was not well even long after the bound."""
    unfelt: int = 0
    """Nothing noticed it, so that it proves nothing, and its time is not counted."""

    @property
    def struck(self) -> int:
        return len(self.times) + self.never + self.unfelt


@dataclass
class Outcome:
    """Of a whole run; times in seconds."""

    disks: bool
    grace_s: float = 0.0
    """Allowed for deadly faults on top of their bounds."""
    faults: dict[str, Recoveries] = field(
        default_factory=lambda: {name: Recoveries() for name in FAULTS}
    )
    account: Account = field(default_factory=Account)
    deliveries: list[float] = field(default_factory=list)
    """From the ledger to the hub's database, one for each set."""
    weights: dict[str, dict[int, Weight]] = field(default_factory=dict)
    """Program → percent of the time → what it held."""
    growths: dict[str, Growth | None] = field(default_factory=dict)
    """Program → over the longest stretch without being killed."""
    poses: list[float] = field(default_factory=list)
    """A second, as the kiosk says while its camera is live, every few seconds."""
    inference_ms: list[float] = field(default_factory=list)
    disk_said: bool = False
    """The screen said that nothing can be written."""
    load: float = 0.0
    """The machine's load average at the end: how many wanted its processors."""
    cores: int = 1
    took_s: float = 0.0

    def struck_here(self) -> Mapping[str, Fault]:
        """The faults that can strike on this machine."""
        return {name: each for name, each in FAULTS.items() if self.disks or not each.needs_disk}

    def bound_s(self, name: str) -> float:
        """Within so long all has to be well again."""
        return FAULTS[name].bound_s + (self.grace_s if FAULTS[name].deadly else 0.0)

    def problems(self) -> list[str]:
        """What is not as it should be, one sentence each."""
        said = [*self._late(), *self._grown()]
        if not self.account.good:
            said.append("sets were lost or counted twice")
        if not self.account.finished:
            said.append("no set was finished, so that nothing is said of sets")
        if not self.poses or median(self.poses) < FEWEST_POSES:
            said.append(f"fewer than {FEWEST_POSES:.0f} poses a second: the machine is too busy")
        if self.disks and not self.disk_said:
            said.append("the screen never said that the disk was full")
        return said

    def _late(self) -> list[str]:
        said = []
        for name in self.struck_here():
            seen, bound_s = self.faults[name], self.bound_s(name)
            if not seen.struck:
                said.append(f"{name}: did not strike")
            if seen.never:
                said.append(f"{name}: {seen.never} times not back by itself")
            if late := sum(each > bound_s for each in seen.times):
                said.append(f"{name}: {late} times later than {bound_s:.0f} s")
            if seen.unfelt:
                said.append(f"{name}: {seen.unfelt} times nothing noticed it")
        return said

    def _grown(self) -> list[str]:
        said = []
        for program, grown in self.growths.items():
            # The camera's process starts anew with each of its faults, and decodes the clip beside.
            if program == EYE:
                continue
            if grown is not None and not grown.flat:
                said.append(f"{program}: grew")
            elif grown is None:
                said.append(f"{program}: never lived for long enough to see whether it grows")
        return said

    def table(self) -> str:
        """For people."""
        return "\n".join(
            [
                *self._fault_lines(),
                "",
                *self._weight_lines(),
                "",
                *self._set_lines(),
                *([""] if self.problems() else []),
                *(f"NOT GOOD: {problem}" for problem in self.problems()),
            ]
        )

    def _fault_lines(self) -> list[str]:
        lines = [f"{'fault':<30}{'times':>6}{'all well after, median':>24}{'worst':>8}{'bound':>8}"]
        for name in FAULTS:
            seen = self.faults[name]
            if name not in self.struck_here():
                times = f"{'not run':>24}{'':>8}"
            elif not seen.times:
                times = f"{'never':>24}{'':>8}"
            else:
                times = f"{median(seen.times):>22.1f} s{max(seen.times):>6.1f} s"
            lines.append(f"{name:<30}{seen.struck:>6}{times}{self.bound_s(name):>6.0f} s")
        struck = sum(seen.struck for seen in self.faults.values())
        lines.append(f"{'all':<30}{struck:>6}")
        if not self.disks:
            lines.append(f"Not run: full disks; {NO_MOUNT}.")
        return lines

    def _weight_lines(self) -> list[str]:
        heads = "".join(f"{f'at {mark} %':>22}" for mark in MARKS)
        lines = [f"{'RSS / PSS MB, handles':<22}{heads}   grown in peace"]
        for program, marks in self.weights.items():
            shown = "".join(
                f"{f'{w.rss:.0f} / {w.pss:.0f}, {w.handles}' if w is not None else '?':>22}"
                for w in map(marks.get, MARKS)
            )
            grown = self.growths.get(program)
            said = "?"
            if grown is not None:
                said = (
                    f"{grown.pss:+.1f} MB, {grown.handles:+.0f} handles, {grown.threads:+.0f} "
                    f"threads in {grown.seconds / 60:.1f} min"
                )
            lines.append(f"{program:<22}{shown}   {said}")
        lines.append(
            f"Flat = of one process, in its longest stretch, at most {MAX_GROWTH_MB:.0f} MB and "
            f"{100 * MAX_GROWTH:.0f} % of PSS more, and {MAX_HANDLES} handles. The camera's "
            "process, which decodes the clip in the place of a driver, is only shown."
        )
        return lines

    def _set_lines(self) -> list[str]:
        account = self.account
        lines = [
            f"Sets finished: {account.finished}; in the ledger: {account.stored}; lost: "
            f"{account.unsaved} before the ledger, {len(account.lost)} after it; "
            f"counted twice: {account.doubled}."
        ]
        if self.deliveries:
            lines.append(
                f"From the ledger to the hub: median {median(self.deliveries):.1f} s, "
                f"at most {max(self.deliveries):.0f} s (faults included)."
            )
        if self.poses:
            lines.append(
                f"Poses a second while the camera is live: median {median(self.poses):.1f}, "
                f"nine times out of ten at least {sorted(self.poses)[len(self.poses) // 10]:.1f}; "
                f"inference median "
                f"{median(self.inference_ms or [0.0]):.0f} ms."
            )
        lines.append(
            f"Took {self.took_s / 60:.1f} min on {self.cores} cores; load at the end "
            f"{self.load:.1f}."
        )
        return lines
