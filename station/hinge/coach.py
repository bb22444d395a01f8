"""One cue at a time, and not after every rep: chosen, held back, faded, and taken back if wrong."""

from collections.abc import Collection
from dataclasses import dataclass

from station.hinge.exercise import Exercise, Fault
from station.hinge.gate import INSTRUCTIONS
from station.hinge.verdict import Cue, Gate, Rep

GATE_DWELL_S = 0.4
"""The gate must be closed so long before its instruction is shown: a dropped frame is no news."""

FAULT_DWELL_S = 0.12
"""A fault must be seen for so long before it is said: no single frame talks. With a frame of
waiting and the 40 to 70 ms the angles lag, that is within 300 ms down to 15 frames a second."""

FLICKER_S = 0.1
"""A fault unseen for no longer than this was there all the time: an edge of a mask flickers."""

HOLD_S = 3.0
"""Seconds a cue stays after it was last due."""

LONGEST_PAUSE = 3
"""Reps a cue that was often given is silent for, at most."""

PRAISE = "praise"
CORRECTED, CLEAN = "That is it", "Clean"


@dataclass(slots=True)
class _Given:
    """How often a cue was given since it was last not due, and how many reps it is silent for."""

    times: int = 0
    pause: int = 0


class Coach:
    """Feeds on gate, faults seen in mid-bend and finished reps; answers the one cue to show now.

    A fault is said in mid-bend once it has been seen for FAULT_DWELL_S; only a more important one
    takes its place in the same bend. At the end of the rep its verdict has the word. What it does
    not confirm was put right on the way, or was an error (plates hide shins): that fault is not
    said in mid-bend again before a verdict has had it. A fault barely past its limit is said only
    when two reps in a row have it. A cue given twice in a row is silent for a rep, then given
    again, then silent for two, and so on; praise for clean reps likewise. The first clean rep after
    a fault was spoken of is praised always. Bends that could not be judged say and change nothing,
    and an everyday pick-up is told what moved, not what to change.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._silent = exercise.mode == "pick_up"
        self._closed_since: float | None = None
        self._advised: tuple[str, float] | None = None
        self._seen: dict[str, tuple[float, float]] = {}
        self._cue: Cue | None = None
        self._until = 0.0
        self._given: dict[str, _Given] = {}
        self._last_faults: tuple[str, ...] = ()
        self._spoken_of: Cue | None = None
        self._said_now: str | None = None
        self._doubted: set[str] = set()

    def update(self, t: float, gate: Gate, seen: Collection[str], rep: Rep | None) -> Cue | None:
        """The cue at time `t`, seconds; `seen` are the faults of this very frame, `rep` is the one
        that ended now."""
        if rep is not None and not self._silent and _judged(rep):
            self._answer(t, rep)
        self._notice(t, seen if gate.judged else ())
        if rep is None and not self._silent:
            self._speak_up(t)
        instruction = self._instruction(t, gate)
        if instruction is not None:
            return instruction
        if self._cue is not None and t <= self._until:
            return self._cue
        return self._advice(t, gate)

    def _instruction(self, t: float, gate: Gate) -> Cue | None:
        """What opens the gate, or lets form be judged; None while there is nothing to say."""
        reason = gate.reason or (gate.advice if not gate.judged else None)
        if reason is None:
            self._closed_since = None
            return None
        self._closed_since = t if self._closed_since is None else self._closed_since
        return Cue(reason, INSTRUCTIONS[reason]) if t - self._closed_since >= GATE_DWELL_S else None

    def _advice(self, t: float, gate: Gate) -> Cue | None:
        """What could be better although form is judged: said once, when there is nothing else."""
        if gate.advice is None or not gate.judged:
            self._advised = None
            return None
        if self._advised is None or self._advised[0] != gate.advice:
            self._advised = (gate.advice, t)
        waited = t - self._advised[1]
        if GATE_DWELL_S <= waited <= GATE_DWELL_S + HOLD_S:
            return Cue(gate.advice, INSTRUCTIONS[gate.advice])
        return None

    def _notice(self, t: float, seen: Collection[str]) -> None:
        """Since when each fault has been seen, and when last."""
        kept = {n: span for n, span in self._seen.items() if 0 <= t - span[1] <= FLICKER_S}
        self._seen = kept | {name: (kept.get(name, (t, t))[0], t) for name in seen}

    def _speak_up(self, t: float) -> None:
        """In mid-bend: the most important fault that has been there long enough."""
        for fault in self._exercise.faults:
            since, last = self._seen.get(fault.name, (t, t))
            if last - since >= FAULT_DWELL_S and fault.name not in self._doubted:
                if self._pause(fault.name) == 0:
                    self._say_now(t, fault)
                return
            if fault.name == self._said_now and t <= self._until:
                return

    def _say_now(self, t: float, fault: Fault) -> None:
        text = fault.cue_now or fault.cue
        if self._spoken_of is not None and self._spoken_of.name == fault.name:
            text = self._spoken_of.text
        self._cue, self._until = Cue(fault.name, text), t + HOLD_S
        self._said_now = fault.name

    def _answer(self, t: float, rep: Rep) -> None:
        """What the verdict on a rep has to say."""
        now, before = self._said_now, self._last_faults
        self._doubted -= set(rep.faults)
        if now is not None and now not in rep.faults:
            self._doubted.add(now)
        self._cue, self._until, self._seen, self._said_now = None, t + HOLD_S, {}, None
        if rep.kind == "rep":
            self._last_faults = rep.faults
            due = {*rep.faults, PRAISE} if rep.clean else set(rep.faults)
            self._given = {name: given for name, given in self._given.items() if name in due}
        if rep.clean:
            self._praise(rep, now)
            return
        # What was said in mid-bend was beyond doubt there, however mild it is at the bottom.
        name = next((n for n in rep.faults if n not in rep.mild or n in before or n == now), None)
        if name is not None and self._give(name):
            self._cue = self._spoken_of = Cue(name, self._words(name, rep))

    def _praise(self, rep: Rep, now: str | None) -> None:
        """A clean rep; `now` is the fault said in the midst of it, as good as corrected."""
        said = now if self._spoken_of is None else self._spoken_of.name
        self._spoken_of = None
        given = self._give(PRAISE)
        if said is not None:
            unseen = said.startswith("back_") and rep.back.verdict == "cannot_tell"
            self._cue = None if unseen else Cue(PRAISE, CORRECTED)
        elif given:
            self._cue = Cue(PRAISE, CLEAN)

    def _words(self, name: str, rep: Rep) -> str:
        """The rep's own cue where it is of that fault: it knows when the fault began."""
        fault = self._exercise.fault(name)
        if fault is None or name == rep.faults[0]:
            return rep.cue or ""
        return fault.cue

    def _give(self, name: str) -> bool:
        """Counts one more rep with that cue due; whether to give it this time."""
        given = self._given.setdefault(name, _Given())
        if given.pause:
            given.pause -= 1
            return False
        given.times += 1
        given.pause = min(given.times - 1, LONGEST_PAUSE)
        return True

    def _pause(self, name: str) -> int:
        return self._given[name].pause if name in self._given else 0


def _judged(rep: Rep) -> bool:
    """A judged rep either has a fault or is clean."""
    return rep.kind != "uncertain" and (rep.clean or bool(rep.faults))
