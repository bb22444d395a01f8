"""Plays a fleet at the broker: one process, one thread, one selector."""

import selectors
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic

from station.errors import StationError
from station.messages import SessionEvent
from station.settings import BrokerSettings
from station.simulate import days, scout
from station.simulate.days import Done
from station.simulate.end import IN_FLIGHT, End
from station.simulate.fleet import Fleet

MOST_DAYS = 400
SWEEP_S, CARE_S, SAY_S = 0.05, 1.0, 1.0
SILENT_S = 120.0
FAREWELL_S = 5.0
AHEAD = 2 * IN_FLIGHT
"""Sets of the past that a station has made up before they are sent: no history lies in memory."""
CUT_EVERY_S, CUT_AFTER_S, CUT_FOR_S = 600.0, 90.0, 150.0
"""Live, a station that is away loses its network for so long, in every so many seconds."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """`days` of history before this hour, today's included; then, if `live`, on and on, simulated
    time running `speed` times as fast as time does."""

    fleet: Fleet
    days: int
    live: bool = False
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Raises StationError for a number out of range."""
        if not 0 <= self.days <= MOST_DAYS:
            raise StationError(f"--days {self.days}: must be from 0 to {MOST_DAYS}.")
        if not 0.1 <= self.speed <= 3600:
            raise StationError(f"--speed {self.speed:g}: must be from 0.1 to 3600.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done; `again` = sent once more because no ack came."""

    gyms: int
    stations: int
    sessions: int
    acknowledged: int
    again: int
    seconds: float
    whole: bool

    def sentence(self) -> str:
        """For people."""
        rate = self.acknowledged / self.seconds if self.seconds > 0 else 0.0
        return (
            f"{self.stations} stations in {self.gyms} gyms: {self.sessions} sessions, "
            f"{self.acknowledged} acknowledged by the hub, {self.again} sent again, "
            f"in {self.seconds:.1f} s ({rate:.0f} a second)"
            + ("." if self.whole else "; ended before its end.")
        )


def run(
    plan: Plan,
    broker: BrokerSettings,
    stop: Event,
    say: Say,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """Play it until the hub has all, or with `live` until `stop` is set.

    Raises StationError when there is no broker or hub, when a real station has one of the ids, and
    when the hub acknowledges nothing for two minutes.
    """
    scout.look(broker, (station.id for station in plan.fleet.stations))
    with selectors.DefaultSelector() as selector:
        play = _Play(plan, broker, selector, stop, say, now)
        try:
            whole = play.history()
            outcome = play.outcome(whole)
            if whole and plan.live:
                say(outcome.sentence())
                say("Live now; Ctrl-C ends it.")
                play.live()
                outcome = play.outcome(True)
            play.farewell()
        finally:
            play.leave()
    return outcome


class _Play:
    def __init__(
        self,
        plan: Plan,
        broker: BrokerSettings,
        selector: selectors.BaseSelector,
        stop: Event,
        say: Say,
        now: Callable[[], datetime],
    ) -> None:
        self._plan, self._selector, self._stop, self._say = plan, selector, stop, say
        self._now = now
        time = now().astimezone()
        self._until = time if plan.live else time.replace(minute=0, second=0, microsecond=0)
        last = time.date()
        first = last - timedelta(days=max(0, plan.days - 1))
        self._ends = [
            End(plan.fleet, station, first, last, broker, selector)
            for station in plan.fleet.stations
        ]
        if plan.days == 0:
            for end in self._ends:
                end.skip(self._until)
        self._began = self._heard_at = monotonic()
        self._acknowledged = 0
        self._swept = self._cared = self._said = 0.0

    def history(self) -> bool:
        """Hand over the past; False when stopped before."""
        behind = set(self._ends)
        away = {end for end in self._ends if end.station.trouble == "away"}
        absent: set[End] = set()

        def refill(end: End) -> None:
            if end in absent or end not in behind:
                return
            made = end.live_on(self._until, None, AHEAD)
            if end in away and end.late and end.linked and not end.waiting:
                end.cut()
                absent.add(end)
            elif made and not end.waiting and end.linked:
                behind.discard(end)

        for end in self._ends:
            end.connect()
        while behind:
            if self._stop.is_set():
                return False
            self._step(refill)
            if behind <= absent:
                # All the others are done: the network is back, and what was kept comes at once.
                away.clear()
                for end in absent:
                    end.connect()
                absent.clear()
        return True

    def live(self) -> None:
        """Go on until stopped."""
        began, start, plan = monotonic(), self._until, self._plan
        fast = plan.speed > 1
        cut: set[End] = set()

        def refill(end: End) -> None:
            until = start + timedelta(seconds=(monotonic() - began) * plan.speed)

            def passing(done: Done) -> SessionEvent:
                return days.in_passing(done, end.station, self._now(), fast)

            end.live_on(until, passing, 100_000)

        def cut_some() -> None:
            phase = (monotonic() - began) % CUT_EVERY_S
            for end in self._ends:
                if end.station.trouble != "away":
                    continue
                down = CUT_AFTER_S <= phase < CUT_AFTER_S + CUT_FOR_S
                if down and end not in cut:
                    cut.add(end)
                    end.cut()
                elif not down and end in cut:
                    cut.discard(end)
                    end.connect()

        while not self._stop.is_set():
            self._step(refill)
            cut_some()

    def farewell(self) -> None:
        """Say that all are switched off, and wait until the broker knows."""
        for end in self._ends:
            end.say_stopped()
        until = monotonic() + FAREWELL_S
        while not all(end.settled for end in self._ends) and monotonic() < until:
            self._turn(0.1)

    def leave(self) -> None:
        """Let go of every connection."""
        for end in self._ends:
            end.leave()

    def outcome(self, whole: bool) -> Outcome:
        done = sum(end.done for end in self._ends)
        return Outcome(
            gyms=len(self._plan.fleet.gyms),
            stations=len(self._ends),
            sessions=done,
            acknowledged=sum(end.acknowledged for end in self._ends),
            again=max(0, sum(end.sent for end in self._ends) - done),
            seconds=monotonic() - self._began,
            whole=whole,
        )

    def _step(self, refill: Callable[[End], None]) -> None:
        """Whatever comes within a moment; `refill` gives an end its next sets."""
        touched = self._turn(SWEEP_S)
        now = monotonic()
        if now - self._swept >= SWEEP_S:
            self._swept = now
            touched = set(self._ends)
        for end in touched:
            refill(end)
            end.tend(now)
        if now - self._cared >= CARE_S:
            self._cared, time = now, self._now()
            for end in self._ends:
                end.look_after(now, time)
            self._watch(now)

    def _turn(self, timeout_s: float) -> set[End]:
        touched = set()
        for key, mask in self._selector.select(timeout_s):
            end: End = key.data
            end.turn(mask)
            touched.add(end)
        return touched

    def _watch(self, now: float) -> None:
        outcome = self.outcome(False)
        if outcome.acknowledged > self._acknowledged or outcome.acknowledged == outcome.sessions:
            self._acknowledged, self._heard_at = outcome.acknowledged, now
        if now - self._heard_at > SILENT_S and not self._plan.live:
            raise StationError(
                f"The hub has acknowledged nothing for {SILENT_S:.0f} s; it has "
                f"{outcome.acknowledged} of {outcome.sessions} sessions."
            )
        if now - self._said >= SAY_S:
            self._said = now
            linked = sum(end.linked for end in self._ends)
            self._say(
                f"\r{linked} of {outcome.stations} stations connected, {outcome.acknowledged} "
                "sessions acknowledged"
            )
