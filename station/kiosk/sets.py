"""The set in progress: what is judged on the pose thread, and its newest word for the screen."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from station import hinge
from station.hinge import Exercise, FrontCheck, FrontReport, Rep, Summary, Update
from station.hinge.frame import Pose
from station.kiosk.button import Button, after_rep, follow
from station.kiosk.portrait import Portrait, Portraitist

FrontWanted = Literal["no", "start", "set"]


class Checker(Protocol):
    """What judges one set (`station.hinge.Checker`)."""

    def update(self, pose: Pose) -> Update: ...
    def finish(self) -> Summary: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest frame of a set and what was said of it.

    `number` grows with each frame. `frame` uint8 [height, width, 4] RGBA is the picture `pose` was
    found in, None when there is none (a recording). `reps` are all bends that ended so far.
    `front` is what is seen of a member facing the camera, where that was asked for.
    """

    number: int
    frame: NDArray[np.uint8] | None
    pose: Pose
    update: Update
    reps: tuple[Rep, ...]
    button: Button = field(default_factory=Button)
    portrait: Portrait | None = None
    front: FrontReport | None = None

    @property
    def somebody(self) -> bool:
        """Whether a person was found in the frame."""
        return not bool(np.isnan(self.pose.landmarks[:, :2]).all())


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of a set once it is over; `portrait` None when nobody bent."""

    summary: Summary
    portrait: Portrait | None = None


class _Running:
    """Everything of one set, in one place, so that it can be dropped in one step."""

    def __init__(self, exercise: Exercise, checker: Checker) -> None:
        self.exercise = exercise
        self.checker = checker
        self.front: FrontCheck | None = None
        self.portraitist = Portraitist()
        self.button = Button()
        self.reps: tuple[Rep, ...] = ()

    def look(self, number: int, frame: NDArray[np.uint8] | None, pose: Pose) -> Snapshot:
        update = self.checker.update(pose)
        self.portraitist.update(pose, update)
        if update.phase in {"bending", "rising"}:
            travel = update.angles.hip_travel if update.angles is not None else None
            self.button = follow(self.button, travel)
        else:
            self.button = follow(self.button, None)
        if update.rep is not None:
            self.reps += (update.rep,)
            self.button = after_rep(self.button, full=update.rep.kind == "rep")
        return Snapshot(
            number,
            frame,
            pose,
            update,
            self.reps,
            self.button,
            self.portraitist.portrait,
            self.front.update(pose) if self.front is not None else None,
        )


class Sets:
    """Runs one set at a time; frames come from the pose thread, the screen reads `newest`.

    Between sets every frame is dropped at once: nothing of a person is kept while nobody has asked
    to be seen.
    """

    def __init__(self, new_checker: Callable[[Exercise], Checker] = hinge.Checker) -> None:
        self._new_checker = new_checker
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._newest: Snapshot | None = None
        self._number = 0

    def on_frame(self, frame: NDArray[np.uint8] | None, pose: Pose) -> None:
        """Judge one frame of the set in progress; called on the pose thread."""
        with self._lock:
            if self._running is None:
                return
            self._number += 1
            self._newest = self._running.look(self._number, frame, pose)

    def begin(self, exercise: Exercise) -> None:
        """Start a set of `exercise`; one that was in progress is dropped."""
        running = _Running(exercise, self._new_checker(exercise))
        with self._lock:
            self._running, self._newest = running, None

    def look_at_front(self, wanted: FrontWanted) -> None:
        """Check how the member stands facing the camera: as a start position, in the set, no."""
        with self._lock:
            if self._running is not None:
                self._running.front = (
                    None
                    if wanted == "no"
                    else FrontCheck(self._running.exercise, live=wanted == "set")
                )

    def finish(self) -> Ended | None:
        """End the set in progress and forget its frames; None when there was none."""
        with self._lock:
            running, self._running = self._running, None
            self._newest = None
        if running is None:
            return None
        return Ended(running.checker.finish(), running.portraitist.portrait)

    @property
    def newest(self) -> Snapshot | None:
        """The newest frame of the set in progress, None before its first."""
        return self._newest
