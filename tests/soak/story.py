"""Members come all the time, faults strike, and everything has to come back by itself.

Faults that kill a program strike in the first tenth of the time, and again at half-time in a long
run; what lies between belongs to those that every program outlives, so that memory can be watched.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from station.commands.supervisor import LONGEST_RESTART_S, SETTLED_S
from station.kiosk.words import DISK
from tests.disks import mounted
from tests.soak.faults import FAULTS, Before, Fault, new_kiosk
from tests.soak.journal import Entry, account
from tests.soak.parts import EYE, PROGRAMS, Gym, await_
from tests.soak.report import MARKS, Outcome
from tests.soak.weight import Growth, Scales, growth

STATION_KIB, HUB_KIB = 32 * 1024, 64 * 1024
LOOKS = 720
"""At the programs' weights, over the whole run, unless that is more than every two seconds."""
LONG_MIN = 20.0
"""From so many minutes on there is a second round of kills, and more time between faults."""
FIRST, AGAIN, HALF = 0.10, 0.60, 0.50
NEVER_S = 120.0
"""So long after its bound a fault that is not over never will be."""
START_S = 90.0
SETTLE_S = 90.0

Say = Callable[[str], None]


class Soak:
    """One run."""

    def __init__(self, folder: Path, minutes: float, seed: int, say: Say) -> None:
        self._folder, self._minutes, self._say = folder, minutes, say
        self._long = minutes >= LONG_MIN
        self._dice = random.Random(seed)
        self._scales = Scales(max(2.0, minutes * 60 / LOOKS), folder / "weights.tsv")
        self._arrived: dict[str, float] = {}
        self._peace: list[tuple[float, float]] = []
        self._looked = 0.0

    def run(self) -> Outcome:
        """Until the time is over and all is delivered, or is known not to come."""
        with ExitStack() as stack:
            disks = [
                stack.enter_context(mounted(self._folder / name, kib))
                for name, kib in (("station", STATION_KIB), ("hub", HUB_KIB))
            ]
            self._outcome = Outcome(
                None not in disks,
                cores=os.cpu_count() or 1,
                grace_s=0.0 if self._long else LONGEST_RESTART_S,
            )
            self._gym = Gym(self._folder, *disks, every_tick=self._tick)
            stack.callback(self._gym.end)
            self._gym.start()
            self._begun = time.monotonic()
            if not await_(self._all_well, START_S):
                self._say("The programs did not come up within a minute and a half.")
            else:
                self._strike_all()
            self._settle()
        self._outcome.load = os.getloadavg()[0]
        self._outcome.took_s = time.monotonic() - self._begun
        return self._outcome

    def _all_well(self) -> bool:
        gym = self._gym
        return gym.camera() == "live" and gym.hub_answers() and gym.linked_since(self._begun)

    def _strike_all(self) -> None:
        deadly = {name for name, fault in self._outcome.struck_here().items() if fault.deadly}
        gentle = set(self._outcome.struck_here()) - deadly
        self._act(deadly, FIRST)
        if self._long:
            self._in_peace(gentle, HALF)
            self._act(deadly, AGAIN)
        self._in_peace(gentle, 1.0)

    def _in_peace(self, names: set[str], until: float) -> None:
        begun = time.monotonic()
        self._act(names, until)
        self._peace.append((begun, time.monotonic()))

    def _act(self, names: set[str], until: float) -> None:
        """Each of `names`, in another order each time, until that share of the time is over; each
        of them once, however long it takes."""
        end = self._begun + until * self._minutes * 60
        for first, name in self._shuffled(names):
            if not first and time.monotonic() >= end:
                return
            self._strike(name, FAULTS[name])
            time.sleep(self._dice.uniform(*((5, 25) if self._long else (1, 4))))

    def _shuffled(self, names: set[str]) -> Iterator[tuple[bool, str]]:
        first = True
        while True:
            order = sorted(names)
            self._dice.shuffle(order)
            for name in order:
                yield first, name
            first = False

    def _strike(self, name: str, fault: Fault) -> None:
        gym, seen = self._gym, self._outcome.faults[name]
        bound_s = self._outcome.bound_s(name)
        if self._long and new_kiosk in fault.back:
            await_(lambda: gym.programs["kiosk"].age_s > SETTLED_S, 2 * SETTLED_S, 0.5)
        before = Before.of(gym)
        struck = fault.strike(gym, self._dice)
        allowed = struck.since + bound_s + NEVER_S - time.monotonic()
        well = await_(
            lambda: all(check(gym, before, struck.since) for check in fault.back), allowed
        )
        after = time.monotonic() - struck.since
        if not well:
            seen.never += 1
        elif struck.felt:
            seen.times.append(after)
        else:
            seen.unfelt += 1
        self._say(
            f"{(time.monotonic() - self._begun) / 60:6.1f} min  {name}: "
            + (f"{after:.1f} s" if well else "NOT BACK")
            + ("" if struck.felt else " (nothing noticed it)")
            + ("  LATE" if well and after > bound_s else "")
        )

    def _settle(self) -> None:
        """The kiosk ends as it does at night, and the uplink hands over what is left."""
        now = time.monotonic()
        outcome, gym = self._outcome, self._gym
        for program in (*PROGRAMS, EYE):
            marks = {
                mark: self._scales.at(program, self._begun + mark / 100 * (now - self._begun))
                for mark in MARKS
            }
            outcome.weights[program] = {m: w for m, w in marks.items() if w is not None}
            outcome.growths[program] = self._growth(program)
        gym.programs["kiosk"].stop()
        await_(gym.delivered, SETTLE_S, 0.2)
        self._note_arrivals()
        entries = gym.journal()
        outcome.account = account(entries, gym.hub_ids())
        outcome.deliveries = self._deliveries(entries)
        outcome.disk_said = any(DISK in e.text for e in entries if e.what == "notice")

    def _growth(self, program: str) -> Growth | None:
        stretches = (self._scales.between(program, *span) for span in self._peace)
        grown = [made for made in map(growth, stretches) if made is not None]
        # Of two long stretches the worse one is told.
        return max(grown, key=lambda each: (not each.flat, each.seconds), default=None)

    def _deliveries(self, entries: list[Entry]) -> list[float]:
        stored = {entry.text: entry.at for entry in entries if entry.what == "stored"}
        return [max(0.0, self._arrived[i] - at) for i, at in stored.items() if i in self._arrived]

    def _note_arrivals(self) -> None:
        now = time.monotonic()
        for one in self._gym.hub_ids():
            self._arrived.setdefault(one, now)

    def _tick(self) -> None:
        """On the supervisor's thread, ten times a second."""
        now = time.monotonic()
        self._scales.look(self._gym.pids, now)
        if now - self._looked < 1.0:
            return
        self._looked = now
        self._note_arrivals()
        state = self._gym.kiosk_state()
        if state is None or state.camera != "live" or state.silent_s is None:
            return
        # It says so every ten seconds, and what it said last is not to count ten times.
        if state.silent_s < 1.0 and state.fps is not None:
            self._outcome.poses.append(state.fps)
            if state.inference_ms is not None:
                self._outcome.inference_ms.append(state.inference_ms)
