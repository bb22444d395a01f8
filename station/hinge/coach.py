"""One cue at a time."""

from collections.abc import Collection

from station.hinge.exercise import Exercise
from station.hinge.gate import INSTRUCTIONS
from station.hinge.verdict import Cue, Gate, Rep

GATE_DWELL_S = 0.4
"""The gate must be closed so long before its instruction is shown: a dropped frame is no news."""

FAULT_DWELL_S = 0.2
"""A fault must be seen for so long before it is said: within 300 ms of its beginning in all, and
no single frame talks."""

HOLD_S = 3.0
"""Seconds a cue stays after the rep that gave it."""


class Coach:
    """Feeds on gate, faults seen in mid-bend and finished reps; answers the one cue to show now."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._closed_since: float | None = None
        self._seen_since: dict[str, float] = {}
        self._cue: Cue | None = None
        self._until = 0.0
        self._last_fault: str | None = None

    def update(self, t: float, gate: Gate, seen: Collection[str], rep: Rep | None) -> Cue | None:
        """The cue at time `t`, seconds; `seen` are the faults of this very frame, `rep` is the one
        that ended now."""
        if gate.reason is not None:
            self._closed_since = t if self._closed_since is None else self._closed_since
            if t - self._closed_since >= GATE_DWELL_S:
                return Cue(gate.reason, INSTRUCTIONS[gate.reason])
        else:
            self._closed_since = None
        self._seen_since = {name: self._seen_since.get(name, t) for name in seen}
        if rep is not None:
            self._cue, self._until = self._answer(rep), t + HOLD_S
        else:
            self._speak_up(t)
        return self._cue if t <= self._until else None

    def _speak_up(self, t: float) -> None:
        """In mid-bend: the most important fault that has been there long enough."""
        for fault in self._exercise.faults:
            since = self._seen_since.get(fault.name)
            if since is not None and t - since >= FAULT_DWELL_S:
                self._cue, self._until = Cue(fault.name, fault.cue), t + HOLD_S
                return

    def _answer(self, rep: Rep) -> Cue | None:
        fault = rep.faults[0] if rep.faults else None
        corrected = self._last_fault is not None and fault != self._last_fault
        praised, self._last_fault = self._last_fault, fault
        if fault is not None and rep.cue is not None:
            return Cue(fault, rep.cue)
        if rep.clean:
            return Cue("praise", "That is it" if corrected and praised else "Clean")
        return None
