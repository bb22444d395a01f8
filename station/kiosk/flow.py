"""Which screen, and when: attract → place → live → summary → attract, by itself.

No Kivy and no clock here: touches, the camera's state and the time are handed in, `view` is what
the screen shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from station.hinge import Cue, Summary
from station.kiosk.outcome import Outcome
from station.kiosk.sets import Snapshot
from station.vision import CameraState

Stage = Literal["attract", "place", "live", "summary"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds after which the station moves on by itself."""

    nobody_s: float = 10.0
    """Nobody in the picture, or no picture, ends a set."""
    summary_s: float = 20.0
    place_s: float = 60.0
    """Nobody found the right place for so long: whoever is in the picture did not tap."""
    unusable_s: float = 60.0
    """The gate stayed shut for so long during a set: the person seen is not exercising."""
    steady_s: float = 0.5
    """The gate must stay open for so long before the set is live."""
    cue_s: float = 2.0
    """A cue stays for at least so long after it was given, so that it can be read."""
    attract_s: float = 4.0
    """With a clip for a camera nobody taps: the station does it itself after so long."""
    debounce_s: float = 0.6
    """A second touch sooner than this after a change of screen belongs to the first."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows of the session. `snapshot` None = no frame yet."""

    stage: Stage
    camera: CameraState
    snapshot: Snapshot | None = None
    cue: Cue | None = None
    summary: Summary | None = None


class SetInProgress(Protocol):
    """What the flow asks of `Sets`."""

    def begin(self) -> None: ...
    def finish(self) -> Summary | None: ...
    @property
    def newest(self) -> Snapshot | None: ...


@dataclass(slots=True)
class _Session:
    """Everything remembered of one member; replaced as a whole, so that nothing is left over."""

    stage: Stage
    since: float
    """When the stage began."""
    seen_at: float
    """When somebody was last in the picture."""
    live_since: float
    open_at: float
    """When the gate was last open, and since when without a break."""
    open_since: float | None = None
    snapshot: Snapshot | None = None
    cue: Cue | None = None
    cue_at: float = 0.0
    summary: Summary | None = None


class Flow:
    """The state machine of one station. Times are seconds of one growing clock.

    `save(summary, seconds, outcome)` is called for every set with a bend in it. `restart_clip` is
    given where a clip stands in for the camera; the flow then starts itself, again and again.
    """

    def __init__(
        self,
        sets: SetInProgress,
        *,
        now: float,
        timing: Timing,
        save: Callable[[Summary, float, Outcome], None],
        restart_clip: Callable[[], None] | None = None,
    ) -> None:
        self._sets = sets
        self._timing = timing
        self._save = save
        self._restart_clip = restart_clip
        self._camera = CameraState("starting", "")
        self._session = _begin("attract", now)
        self.ended_sets = 0
        """Sets that ended so far, also those without a bend."""

    @property
    def view(self) -> View:
        """What the screen shows now."""
        session = self._session
        return View(session.stage, self._camera, session.snapshot, session.cue, session.summary)

    def press(self, now: float) -> None:
        """The screen's one key: start, give up placing, end the set, or leave the summary."""
        if now - self._session.since < self._timing.debounce_s:
            return
        match self._session.stage:
            case "attract":
                self._place(now)
            case "place" | "live":
                self._end_set(now, "finished")
            case "summary":
                self._session = _begin("attract", now)

    def stop(self, now: float) -> None:
        """The program ends: what was done so far is finished and saved."""
        if self._session.stage in {"place", "live"}:
            self._end_set(now, "stopped")

    def tick(self, now: float, camera: CameraState) -> None:
        """Take in the newest frame and the camera's state, and move on when it is time."""
        self._camera = camera
        timing, session = self._timing, self._session
        waited = now - session.since
        match session.stage:
            case "attract":
                if self._restart_clip and waited >= timing.attract_s:
                    self._restart_clip()
                    self._place(now)
            case "place":
                self._look(now)
                steady = 0.0 if session.open_since is None else now - session.open_since
                if self._clip_over():
                    self._end_set(now, "finished")
                elif self._nobody(now) or waited >= timing.place_s:
                    self._end_set(now, "left")
                elif steady >= timing.steady_s:
                    session.stage, session.since, session.live_since = "live", now, now
            case "live":
                self._look(now)
                if self._clip_over():
                    self._end_set(now, "finished")
                elif self._nobody(now) or now - session.open_at >= timing.unusable_s:
                    self._end_set(now, "left")
            case "summary":
                if waited >= timing.summary_s:
                    self._session = _begin("attract", now)

    def _look(self, now: float) -> None:
        session, snapshot = self._session, self._sets.newest
        if snapshot is None:
            return
        if session.snapshot is not None and snapshot.number == session.snapshot.number:
            return
        session.snapshot = snapshot
        if snapshot.somebody:
            session.seen_at = now
        if snapshot.update.gate.open:
            session.open_at = now
            session.open_since = now if session.open_since is None else session.open_since
        else:
            session.open_since = None
        if snapshot.update.cue is not None:
            session.cue, session.cue_at = snapshot.update.cue, now
        elif now - session.cue_at >= self._timing.cue_s:
            session.cue = None

    def _clip_over(self) -> bool:
        # Just after a restart the state may still be that of the run before.
        return self._camera.kind == "ended" and self._session.snapshot is not None

    def _nobody(self, now: float) -> bool:
        return now - self._session.seen_at >= self._timing.nobody_s

    def _place(self, now: float) -> None:
        self._sets.begin()
        self._session = _begin("place", now)

    def _end_set(self, now: float, outcome: Outcome) -> None:
        seconds = max(0.0, self._session.seen_at - self._session.live_since)
        summary = self._sets.finish()
        self.ended_sets += 1
        if summary is None or not summary.reps:
            self._session = _begin("attract", now)
            return
        self._save(summary, seconds, outcome)
        self._session = _begin("summary", now)
        self._session.summary = summary


def _begin(stage: Stage, now: float) -> _Session:
    return _Session(stage, since=now, seen_at=now, live_since=now, open_at=now)
