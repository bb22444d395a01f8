"""What is known of labelled clips: labels.toml, and the exact truth of rendered ones."""

import json
import tomllib
from bisect import bisect_left
from pathlib import Path
from statistics import median
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from station.errors import StationError
from station.settings import first_problem

ANGLES = {
    "trunk": "trunk_inclination_deg",
    "hip_flexion": "hip_flexion_deg",
    "knee_flexion": "knee_flexion_deg",
    "shin": "shin_angle_deg",
}
"""Our angle → its name in a rendered clip's truth."""

STANDING_S = 1.0
"""Hip travel counts from the pelvis's place in the last upright frames of so many seconds."""

UPRIGHT_DEG = 8.0
"""Trunk inclination and hip flexion below which the truth shows somebody standing."""


MIN_SWING = 0.1
"""Radians the thigh must move through to show how long it is."""

FOOT_SLIP_M = 0.03
"""Largest distance of the pelvis from where planted feet would put it: beyond, the feet moved.
(Rendered hinges stay below 0.01, and a body's thigh comes out the same from each of its clips.)"""


class Label(BaseModel):
    """One `[[clip]]` of labels.toml; further keys are the labeller's own notes.

    `reps` … `reps_max` are the complete reps a strict and a generous counter would accept; `reps`
    left out = unknown. `pattern` and `back` are of most reps.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    file: str
    exercise: str = "hinge"
    view: Literal["side", "oblique", "front", "unknown"] = "unknown"
    yaw_deg: float | None = Field(None, description="Off side-on, degrees, where it is known")
    reps: int | None = Field(None, ge=0)
    reps_max: int | None = Field(None, ge=0)
    attempts: int | None = Field(None, ge=0)
    pattern: Literal["hinge", "squat", "stoop", "unclear"] | None = None
    back: Literal["flat", "rounded", "arched", "unknown"] = "unknown"
    onset: Literal["start", "late"] | None = None
    truth: str | None = None

    @property
    def most_reps(self) -> int | None:
        """The most reps that may be counted; None = unknown."""
        if self.reps is None or self.reps_max is None:
            return self.reps
        return max(self.reps, self.reps_max)

    @property
    def beyond_side(self) -> bool:
        """Whether it is seen from more than 30° off side-on."""
        return self.view in ("oblique", "front") and (
            self.yaw_deg is None or abs(self.yaw_deg) > 30
        )


def read_labels(path: Path) -> list[Label]:
    """The labels of a folder. Raises StationError with path and reason."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[Label]).validate_python(document.get("clip", []))
    except OSError as error:
        raise StationError(f"Labels {path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"Labels {path}: not valid TOML ({error}).") from error
    except ValidationError as error:
        raise StationError(f"Labels {path}: {first_problem(error)}.") from error


class Truth:
    """A rendered clip's exact angles, degrees, frame by frame."""

    def __init__(self, path: Path) -> None:
        """Read the truth at `path`. Raises StationError when it is none."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            self._frames: list[dict[str, Any]] = document["frames"]
            self._times = [float(frame["time_s"]) for frame in self._frames]
            columns = {
                name: [float(frame[key]) for frame in self._frames] for name, key in ANGLES.items()
            }
            clip = document.get("clip", {})
            yaw = clip.get("yaw_deg", clip.get("yaw"))
            self.yaw_deg = None if yaw is None else float(yaw)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StationError(f"Truth {path}: not a rendered clip's truth ({error}).") from error
        if not self._times:
            raise StationError(f"Truth {path}: it holds no frame.")
        self._angles = columns

    def angles(self, t: float) -> dict[str, float]:
        """The angles at time `t`, seconds, by our names."""
        at = self._nearest(t)
        return {name: values[at] for name, values in self._angles.items()}

    def hip_travel(self, t: float) -> float | None:
        """How far the pelvis is behind where it last stood, thigh lengths; None = not known."""
        if "pelvis_m" not in self._frames[0]:
            return None
        at = self._nearest(t)
        upright = [
            i
            for i in range(at)
            if max(abs(self._angles[name][i]) for name in ("trunk", "hip_flexion")) < UPRIGHT_DEG
        ]
        thigh = self._thigh_m()
        if not upright or thigh is None:
            return None
        last = self._times[upright[-1]]
        place = median(self._x(i) for i in upright if last - self._times[i] <= STANDING_S)
        return (place - self._x(at)) / thigh

    def _nearest(self, t: float) -> int:
        after = min(bisect_left(self._times, t), len(self._times) - 1)
        before = max(after - 1, 0)
        return before if t - self._times[before] < self._times[after] - t else after

    def _x(self, index: int) -> float:
        """Metres, + the way the person faces."""
        return float(self._frames[index]["pelvis_m"][0])

    def _thigh_m(self) -> float | None:
        """The thigh's length, metres: from the joints where they are given, else from how the
        pelvis moves over planted feet, x = foot + shank · sin(shin) + thigh · sin(thigh)."""
        joints = self._frames[0].get("joints_m")
        if joints:
            return float(np.linalg.norm(np.subtract(joints["hip.L"], joints["knee.L"])))
        lean, shin = (
            np.radians(angles)
            for angles in (
                np.subtract(self._angles["trunk"], self._angles["hip_flexion"]),
                self._angles["shin"],
            )
        )
        forward = np.array([self._x(i) for i in range(len(self._frames))])
        unknowns = np.stack([np.ones_like(lean), np.sin(shin), np.sin(lean)], axis=1)
        solution = np.linalg.lstsq(unknowns, forward, rcond=None)[0]
        off = float(np.abs(unknowns @ solution - forward).max())
        return float(solution[2]) if np.ptp(lean) > MIN_SWING and off < FOOT_SLIP_M else None
