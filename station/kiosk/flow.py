"""Which screen, and when: attract → choose → place → start → live → summary → attract.

No Kivy and no clock here: touches, the camera's state and the time are handed in, `view` is what
the screen shows. Whatever happens or does not happen, every stage but attract ends by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from station.exercises import DEFAULT
from station.hinge import Exercise, FrontReport, Summary
from station.kiosk.outcome import Outcome
from station.kiosk.portrait import Portrait
from station.kiosk.presence import Presence
from station.kiosk.sets import Ended, FrontWanted, Snapshot
from station.kiosk.timing import Timing
from station.kiosk.view import LANGUAGES, Action, Question, Stage, View
from station.settings import Settings
from station.vision import CameraState

SET_STAGES: frozenset[Stage] = frozenset(("place", "start", "live"))
"""The camera's pictures are looked at, for a member."""

TOUCHED_STAGES: frozenset[Stage] = frozenset(("choose", "why", "privacy", "staff"))
"""Left when nobody touches the screen for long."""

NOT_YET = FrontReport(t=0.0, facing=False, points=(), cue=None, ready=False)
"""The start position is being checked, and no frame has come since that was asked for."""


class SetInProgress(Protocol):
    """What the flow asks of `Sets`."""

    def begin(self, exercise: Exercise) -> None: ...
    def look_at_front(self, wanted: FrontWanted) -> None: ...
    def finish(self) -> Ended | None: ...
    @property
    def newest(self) -> Snapshot | None: ...


@dataclass(slots=True)
class _Session:
    """Everything remembered of one member; replaced as a whole, so that nothing is left over."""

    stage: Stage
    since: float
    """When the stage began."""
    touched: float
    language: str
    exercise: Exercise
    came_from: Stage = "attract"
    by_itself: bool = False
    """A demo that nobody has touched."""
    presence: Presence | None = None
    front: bool = False
    """The start position is being checked."""
    summary: Summary | None = None
    portrait: Portrait | None = None
    asking: Question = ""
    asked: float = 0.0


class Flow:
    """The state machine of one station. Times are seconds of one growing clock.

    `save(summary, seconds, outcome)` is called for every set with a bend in it, `on_begin` when
    somebody is about to stand in front of the camera. `sent` tells what was handed over last.
    `demo`: a clip stands in for the camera; the flow then starts itself, again and again.
    `timing` stands in for the settings' own.
    """

    def __init__(
        self,
        sets: SetInProgress,
        *,
        exercises: Mapping[str, Exercise],
        settings: Settings,
        now: float,
        save: Callable[[Summary, float, Outcome], None],
        on_begin: Callable[[], None] = lambda: None,
        sent: Callable[[], str | None] = lambda: None,
        demo: bool = False,
        timing: Timing | None = None,
    ) -> None:
        self._sets = sets
        self._exercises = exercises
        self._save = save
        self._on_begin = on_begin
        self._sent = sent
        self._demo = demo
        self._camera: CameraState | None = None
        self._now = now
        self.ended_sets = 0
        """Sets that ended so far, also those without a bend."""
        self._settings = settings
        self._waiting: Settings | None = None
        self._timing = timing or Timing.of(settings.screen, demo=demo)
        self._session = self._new_session(now)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def view(self) -> View:
        """What the screen shows now."""
        session, presence = self._session, self._session.presence
        snapshot = presence.snapshot if presence is not None else None
        front = snapshot.front if snapshot is not None else None
        if session.stage == "start":
            front = (front or NOT_YET) if session.front else None
        return View(
            stage=session.stage,
            camera=self._camera or CameraState("starting", ""),
            exercise=session.exercise,
            language=session.language,
            snapshot=snapshot,
            cue=presence.cue if presence is not None else None,
            front=front,
            summary=session.summary,
            portrait=session.portrait,
            sent=self._sent(),
            asking=session.asking,
            left_s=self._left_s(self._now),
        )

    def apply(self, settings: Settings) -> None:
        """Use other settings as soon as no member is at the station."""
        self._waiting = settings

    def touch(self, now: float) -> None:
        """Somebody touched the screen, wherever: they are still there."""
        session = self._session
        session.touched, session.by_itself = now, False
        if session.asking == "still_there":
            session.asking = ""

    def act(self, now: float, action: Action, value: str = "") -> None:
        """A member or staff asked for something; what makes no sense now is passed over."""
        session = self._session
        self.touch(now)
        if session.asking == "end_set":
            self._answer(now, action)
            return
        if action == "language":
            if value in LANGUAGES:
                session.language = value
            return
        if now - session.since < self._timing.debounce_s:
            return
        match session.stage, action:
            case "attract", "start":
                self._go(now, "choose")
            case "attract" | "choose", "why" | "privacy" | "staff":
                self._visit(now, action)
            case "why" | "privacy" | "staff", "back":
                self._return(now)
            case "choose" | "summary", "choose" if value in self._exercises:
                self._place(now, self._exercises[value])
            case "summary", "again":
                self._place(now, session.exercise)
            case "place" | "start", "back" | "finish":
                self._end_set(now, "finished")
            case "live", "back" | "finish":
                self._ask_or_end(now)
            case ("choose", "back") | (_, "done") if session.stage not in SET_STAGES:
                self._wipe(now)

    def stop(self, now: float) -> None:
        """The program ends, or starts over: what was done so far is finished and saved."""
        if self._session.stage in SET_STAGES:
            self._end_set(now, "stopped")
        self._wipe(now)

    def tick(self, now: float, camera: CameraState) -> None:
        """Take in the newest frame and the camera's state, and move on when it is time."""
        if self._camera is None:
            # The clock starts with the first screen, however long it took to build.
            self._session.since = self._session.touched = now
        self._camera, self._now = camera, now
        session, timing = self._session, self._timing
        if session.presence is not None:
            session.presence.look(now, self._sets.newest)
        if session.asking and self._left_s(now) <= 0:
            if session.asking == "still_there":
                self._wipe(now)
                return
            session.asking = ""
        match session.stage:
            case "attract":
                self._tick_attract(now)
            case "place" | "start" | "live":
                self._tick_set(now, camera)
            case "summary":
                if now - session.touched >= timing.summary_s:
                    self._wipe(now)
            case "choose" if session.by_itself and now - session.since >= timing.choose_s:
                self._place(now, session.exercise)
            case _:
                if not session.asking and now - session.touched >= timing.idle_s:
                    session.asking, session.asked = "still_there", now

    def _tick_attract(self, now: float) -> None:
        session, timing = self._session, self._timing
        if self._waiting is not None:
            settings, self._waiting = self._waiting, None
            self._settings = settings
            self._timing = Timing.of(settings.screen, demo=self._demo)
            self._wipe(now)
        elif session.language != self._settings.station.language:
            # Somebody chose a language and went away again.
            if now - session.touched >= timing.idle_s:
                self._wipe(now)
        elif self._demo and now - session.touched >= timing.attract_s:
            self._go(now, "choose")
            session.by_itself = True

    def _tick_set(self, now: float, camera: CameraState) -> None:
        session, timing = self._session, self._timing
        seen = session.presence
        assert seen is not None
        if camera.kind == "starting":
            # The model still loads: nobody can have been seen.
            seen.seen_at = now
        # Just after a restart of the clip the state may still be that of the run before.
        if camera.kind == "ended" and seen.snapshot is not None:
            self._end_set(now, "finished")
        elif now - seen.seen_at >= timing.nobody_s:
            self._end_set(now, "left")
        elif session.stage != "live":
            self._tick_placing(now, seen)
        elif now - seen.open_at >= timing.unusable_s or now - seen.bent_at >= timing.rest_s:
            self._end_set(now, "left")
        elif (
            session.exercise.mode == "pick_up"
            and seen.bent
            and now - seen.bent_at >= timing.pick_up_s
        ):
            self._end_set(now, "finished")

    def _tick_placing(self, now: float, seen: Presence) -> None:
        session, timing = self._session, self._timing
        if now - seen.begun >= timing.place_s:
            self._end_set(now, "left")
        elif seen.judged_s(now) >= timing.steady_s or (session.stage == "start" and seen.bent):
            # Who bends already is exercising, at whatever angle.
            self._go_live(now, seen)
        elif session.stage == "place":
            if seen.whole_s(now) >= timing.steady_s:
                self._go(now, "start")
                self._check_front(self._wants_front())
        elif now - seen.whole_at >= timing.lost_s:
            self._check_front(False)
            self._go(now, "place")
        elif session.front and (
            seen.ready_s(now) >= timing.ready_s or now - session.since >= timing.front_s
        ):
            self._check_front(False)

    def _wants_front(self) -> bool:
        exercise = self._session.exercise
        # A pick-up is done as always: there is no start position to take.
        return (
            self._settings.screen.front_check
            and bool(exercise.front.checks)
            and exercise.mode != "pick_up"
        )

    def _check_front(self, wanted: bool) -> None:
        self._session.front = wanted
        self._sets.look_at_front("start" if wanted else "no")

    def _go_live(self, now: float, seen: Presence) -> None:
        self._session.front = False
        self._sets.look_at_front("set" if self._session.exercise.front.live else "no")
        seen.live_since = seen.open_at = seen.bent_at = now
        self._go(now, "live")

    def _ask_or_end(self, now: float) -> None:
        session = self._session
        if session.presence is not None and session.presence.exercising:
            session.asking, session.asked = "end_set", now
        else:
            self._end_set(now, "finished")

    def _answer(self, now: float, action: Action) -> None:
        session = self._session
        if now - session.asked < self._timing.debounce_s:
            return
        if action == "yes":
            self._end_set(now, "finished")
        elif action == "no":
            session.asking = ""

    def _left_s(self, now: float) -> float:
        session, timing = self._session, self._timing
        if not session.asking:
            return 0.0
        allowed = timing.answer_s if session.asking == "still_there" else timing.end_set_s
        return max(0.0, session.asked + allowed - now)

    def _place(self, now: float, exercise: Exercise) -> None:
        session = self._session
        self._on_begin()
        self._sets.begin(exercise)
        session.exercise = exercise
        session.summary = session.portrait = None
        session.presence = Presence(now)
        self._go(now, "place")

    def _visit(self, now: float, stage: Stage) -> None:
        self._session.came_from = self._session.stage
        if stage == "staff":
            # Whoever mounts the station sees what the camera sees; no set comes of it.
            self._on_begin()
            self._sets.begin(self._exercises[DEFAULT])
            self._session.presence = Presence(now)
        self._go(now, stage)

    def _return(self, now: float) -> None:
        self._sets.finish()
        self._session.presence = None
        self._go(now, self._session.came_from)

    def _end_set(self, now: float, outcome: Outcome) -> None:
        session, seen = self._session, self._session.presence
        session.presence, session.front, session.asking = None, False, ""
        ended = self._sets.finish()
        self.ended_sets += 1
        if ended is not None and ended.summary.reps:
            seconds = max(0.0, seen.seen_at - seen.live_since) if seen is not None else 0.0
            self._save(ended.summary, seconds, outcome)
            session.summary, session.portrait = ended.summary, ended.portrait
            session.touched = now
            self._go(now, "summary")
        elif outcome == "finished" and not self._demo:
            # Whoever touched the key is still there, and may want something else.
            self._go(now, "choose")
        else:
            self._wipe(now)

    def _go(self, now: float, stage: Stage) -> None:
        self._session.stage, self._session.since = stage, now

    def _wipe(self, now: float) -> None:
        self._sets.finish()
        self._session = self._new_session(now)

    def _new_session(self, now: float) -> _Session:
        language = self._settings.station.language
        return _Session("attract", now, now, language, self._exercises[DEFAULT])
