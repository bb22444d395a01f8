"""One cue at a time."""

from station.hinge.exercise import Exercise
from station.hinge.gate import INSTRUCTIONS
from station.hinge.verdict import Cue, Gate, Rep

GATE_DWELL_S = 0.4
"""The gate must be closed so long before its instruction is shown: a dropped frame is no news."""

HOLD_S = 3.0
"""Seconds a cue stays after the rep that gave it."""


class Coach:
    """Feeds on gate and finished reps; answers the one cue to show now."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._closed_since: float | None = None
        self._cue: Cue | None = None
        self._until = 0.0
        self._last_fault: str | None = None

    def update(self, t: float, gate: Gate, rep: Rep | None) -> Cue | None:
        """The cue at time `t`, seconds; `rep` is the one that ended now."""
        if gate.reason is not None:
            self._closed_since = t if self._closed_since is None else self._closed_since
            if t - self._closed_since >= GATE_DWELL_S:
                return Cue(gate.reason, INSTRUCTIONS[gate.reason])
        else:
            self._closed_since = None
        if rep is not None:
            self._cue, self._until = self._answer(rep), t + HOLD_S
        return self._cue if t <= self._until else None

    def _answer(self, rep: Rep) -> Cue | None:
        fault = rep.faults[0] if rep.faults else None
        corrected = self._last_fault is not None and fault != self._last_fault
        praised, self._last_fault = self._last_fault, fault
        if fault is not None and rep.cue is not None:
            return Cue(fault, rep.cue)
        if rep.clean:
            return Cue("praise", "That is it" if corrected and praised else "Clean")
        return None
