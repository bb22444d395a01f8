"""What the flow's stories are told with: no window, no checker and no clock."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from station.hinge import (
    Angles,
    Back,
    Cue,
    Exercise,
    FrontReport,
    Gate,
    Neck,
    Rep,
    Summary,
    Update,
    View,
)
from station.kiosk import catalogue
from station.kiosk.flow import Flow
from station.kiosk.portrait import Portrait
from station.kiosk.sets import Ended, FrontWanted, Snapshot
from station.kiosk.timing import Timing
from station.kiosk.view import Action
from station.settings import Settings
from station.vision import CameraState, Pose

STARTING = CameraState("starting", "The camera is starting.")
LIVE = CameraState("live", "The camera is live.")
GONE = CameraState("offline", "The camera is not connected.")
ENDED = CameraState("ended", "The clip has ended.")

REP = Rep(
    kind="rep",
    start_s=0,
    bottom_s=1,
    end_s=2,
    pattern="hinge",
    angles=Angles(60, 80, 20, 0, None, None),
    back=Back("flat"),
    neck=Neck("cannot_tell"),
    faults=(),
    clean=True,
    cue=None,
)


EXERCISES = catalogue.load()
PORTRAIT = Portrait(np.zeros((33, 4), np.float32), None, "right", rounds=False)


@dataclass
class FakeSets:
    """A set whose frames the story writes by hand."""

    newest: Snapshot | None = None
    reps: tuple[Rep, ...] = ()
    begun: list[str] = field(default_factory=list)
    running: bool = False
    number: int = 0
    front: FrontWanted = "no"

    def begin(self, exercise: Exercise) -> None:
        self.newest, self.reps, self.running, self.front = None, (), True, "no"
        self.begun.append(exercise.id)

    def look_at_front(self, wanted: FrontWanted) -> None:
        self.front = wanted

    def finish(self) -> Ended | None:
        running, self.running, self.newest = self.running, False, None
        if not running:
            return None
        return Ended(Summary(self.begun[-1], 10.0, View("side"), 8.0, {}, self.reps), PORTRAIT)

    def see(
        self,
        *,
        somebody: bool = True,
        gate: str | None = None,
        advice: str | None = None,
        cue: Cue | None = None,
        ready: bool = False,
    ) -> None:
        landmarks = np.full((33, 4), 1.0 if somebody else np.nan, dtype=np.float32)
        update = Update(
            t=0.0,
            gate=Gate(gate if somebody else "nobody", advice),
            view=View(),
            phase="standing",
            angles=None,
            sagitta=None,
            rounds=False,
            dorsal=None,
            reps=len(self.reps),
            attempts=0,
            clean=0,
            rep=None,
            cue=cue,
        )
        self.number += 1
        pose = Pose(0.0, (640, 480), landmarks, landmarks[:, :3], None, None)
        front = FrontReport(0.0, True, (), None, ready) if self.front != "no" else None
        self.newest = Snapshot(self.number, None, pose, update, self.reps, front=front)


@dataclass
class Story:
    """Time passes; the camera sees the same thing at ten frames a second."""

    begun: list[float] = field(default_factory=list)
    saved: list[tuple[Summary, float, str]] = field(default_factory=list)
    now: float = 100.0
    camera: CameraState = LIVE
    sent: str | None = None

    def begin(
        self, *, demo: bool = False, screen: dict[str, Any] | None = None, **timing: float
    ) -> "Story":
        self.sets = FakeSets()
        self.flow = Flow(
            self.sets,
            exercises=EXERCISES,
            settings=Settings.model_validate({"screen": screen or {}}),
            now=self.now,
            timing=Timing(**timing) if timing else None,
            save=lambda *given: self.saved.append(given),
            on_begin=lambda: self.begun.append(self.now),
            sent=lambda: self.sent,
            demo=demo,
        )
        return self

    def wait(self, seconds: float, **seen: object) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += 0.1
            if seen and self.sets.running:
                self.sets.see(**seen)  # type: ignore[arg-type]
            self.flow.tick(self.now, self.camera)

    def act(self, action: Action, value: str = "") -> None:
        """A second passes, and somebody touches a key."""
        self.wait(1.0)
        self.flow.act(self.now, action, value)

    def choose(self, exercise: str = "hinge") -> None:
        """From the first screen to the place of an exercise."""
        self.act("start")
        self.act("choose", exercise)

    def go_live(self, exercise: str = "hinge", *reps: Rep) -> None:
        """... and on into the set, side-on."""
        self.choose(exercise)
        self.wait(1.0, somebody=True)
        assert self.stage == "live"
        self.sets.reps = reps
        self.wait(0.2, somebody=True)

    @property
    def stage(self) -> str:
        return self.flow.view.stage
