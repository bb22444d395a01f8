"""The set in progress: the checker on the pose thread, its newest word for the screen."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from station.hinge import Rep, Summary, Update
from station.hinge.frame import Pose


class Checker(Protocol):
    """What judges one set (`station.hinge.Checker`)."""

    def update(self, pose: Pose) -> Update: ...
    def finish(self) -> Summary: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest frame of a set and what was said of it.

    `number` grows with each frame. `frame` uint8 [height, width, 4] RGBA is the picture `pose` was
    found in, None when there is none (a recording). `reps` are all bends that ended so far.
    """

    number: int
    frame: NDArray[np.uint8] | None
    pose: Pose
    update: Update
    reps: tuple[Rep, ...]

    @property
    def somebody(self) -> bool:
        """Whether a person was found in the frame."""
        return not bool(np.isnan(self.pose.landmarks[:, :2]).all())


class Sets:
    """Runs one checker at a time; frames come from the pose thread, the screen reads `newest`.

    Between sets every frame is dropped at once: nothing of a person is kept while nobody has asked
    to be seen.
    """

    def __init__(self, new_checker: Callable[[], Checker]) -> None:
        self._new_checker = new_checker
        self._lock = threading.Lock()
        self._checker: Checker | None = None
        self._newest: Snapshot | None = None
        self._reps: tuple[Rep, ...] = ()
        self._number = 0

    def on_frame(self, frame: NDArray[np.uint8] | None, pose: Pose) -> None:
        """Judge one frame of the set in progress; called on the pose thread."""
        with self._lock:
            if self._checker is None:
                return
            update = self._checker.update(pose)
            if update.rep is not None:
                self._reps += (update.rep,)
            self._number += 1
            self._newest = Snapshot(self._number, frame, pose, update, self._reps)

    def begin(self) -> None:
        """Start a set; one that was in progress is dropped."""
        checker = self._new_checker()
        with self._lock:
            self._checker = checker
            self._newest, self._reps = None, ()

    def finish(self) -> Summary | None:
        """End the set in progress and forget its frames; None when there was none."""
        with self._lock:
            checker, self._checker = self._checker, None
            self._newest, self._reps = None, ()
            return checker.finish() if checker is not None else None

    @property
    def newest(self) -> Snapshot | None:
        """The newest frame of the set in progress, None before its first."""
        return self._newest
