"""Runs the checker over a file and puts what it says into the JSON of `station check`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station import exercises
from station.commands.progress import progress
from station.hinge import Back, Checker, Exercise, Rep, Summary, Update
from station.settings import Settings

if TYPE_CHECKING:
    from station.vision import Pose

Watch = Callable[["Pose", Update], None]
"""Looks at every frame as it is checked."""


@dataclass(frozen=True)
class Checked:
    """One file, checked; `start_s` is the time of its first frame."""

    path: Path
    frames: int
    fps: float
    start_s: float
    duration_s: float
    exercise: Exercise
    summary: Summary

    @property
    def still(self) -> bool:
        """Whether it is a single picture."""
        return self.frames == 1


def check_file(
    path: Path, exercise_id: str, settings: Settings, *, watch: Watch | None = None
) -> Checked:
    """Check the video or recording at `path` as fast as it can be read.

    Raises StationError for an unknown exercise, an unreadable file or a missing pose model.
    """
    exercise = exercises.load(exercise_id)
    checker = Checker(exercise)
    from station.vision import open_poses

    frames, first, last = 0, 0.0, 0.0
    with open_poses(path, settings) as stream:
        for pose in progress(stream, stream.frame_count, path.name):
            update = checker.update(pose)
            if watch is not None:
                watch(pose, update)
            first, last = (pose.t if frames == 0 else first), pose.t
            frames += 1
    duration = last - first
    fps = (frames - 1) / duration if duration > 0 else 0.0
    return Checked(path, frames, fps, first, duration, exercise, checker.finish())


def as_json(checked: Checked, trace: list[Update] | None = None) -> dict[str, Any]:
    """The document of `station check --json`; angles in degrees, times in seconds."""
    summary = checked.summary
    document: dict[str, Any] = {
        "input": str(checked.path),
        "frames": checked.frames,
        "fps": round(checked.fps, 2),
        "duration_s": round(checked.duration_s, 3),
        "exercise": summary.exercise,
        "view": {
            "kind": summary.view.kind,
            "yaw_deg": _rounded(summary.view.yaw_deg, 1),
            "facing": summary.view.facing,
        },
        "gate": {
            "open_s": round(summary.open_s, 3),
            "closed": {reason: round(s, 3) for reason, s in sorted(summary.closed_s.items())},
        },
        "reps": [_rep(rep) for rep in summary.reps],
        "counts": {
            "rep": summary.count("rep"),
            "attempt": summary.count("attempt"),
            "uncertain": summary.count("uncertain"),
            "clean": summary.clean,
        },
    }
    if trace is not None:
        document["frames_out"] = [_frame(update) for update in trace]
    return document


def _rep(rep: Rep) -> dict[str, Any]:
    angles = rep.angles
    return {
        "kind": rep.kind,
        "start_s": round(rep.start_s, 3),
        "bottom_s": round(rep.bottom_s, 3),
        "end_s": round(rep.end_s, 3),
        "pattern": rep.pattern,
        "trunk_deg": round(angles.trunk, 1),
        "hip_flexion_deg": round(angles.hip_flexion, 1),
        "knee_flexion_deg": round(angles.knee_flexion, 1),
        "shin_deg": round(angles.shin, 1),
        "hip_travel": _rounded(angles.hip_travel, 3),
        "back": _back(rep.back),
        "neck": {"verdict": rep.neck.verdict, "deg": _rounded(rep.neck.deg, 1)},
        "faults": list(rep.faults),
        "clean": rep.clean,
        "cue": rep.cue,
        "tempo": _tempo(rep),
        "balance": _rounded(rep.balance, 3),
        "success": rep.success,
    }


def _tempo(rep: Rep) -> dict[str, float] | None:
    tempo = rep.tempo
    if tempo is None:
        return None
    return {
        "down_s": round(tempo.down_s, 2),
        "hold_s": round(tempo.hold_s, 2),
        "up_s": round(tempo.up_s, 2),
    }


def _back(back: Back) -> dict[str, Any]:
    return {
        "verdict": back.verdict,
        "onset": back.onset,
        "low": _rounded(back.low, 4),
        "high": _rounded(back.high, 4),
        "sagitta": _rounded(back.sagitta, 4),
        "confidence": _rounded(back.confidence, 2),
        "reason": back.reason,
        "depth_deg": _rounded(back.depth_deg, 1),
    }


def _frame(update: Update) -> dict[str, Any]:
    a = update.angles
    return {
        "t": round(update.t, 3),
        "trunk_deg": None if a is None else round(a.trunk, 1),
        "hip_flexion_deg": None if a is None else round(a.hip_flexion, 1),
        "knee_flexion_deg": None if a is None else round(a.knee_flexion, 1),
        "shin_deg": None if a is None else round(a.shin, 1),
        "hip_travel": None if a is None else _rounded(a.hip_travel, 3),
        "sagitta": _rounded(update.sagitta, 4),
        "gate": update.gate.reason or "open",
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
