"""What the page needs of every frame: kept while the clip is checked."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.hinge import Update
from station.vision import Pose

SHORTEST_SPAN_S = 0.1
"""A gate closed for less is no news."""

NEAR_S = 0.15
"""A frame without a back contour borrows that of a neighbour so near."""

SAME_PLACE = 0.15
"""Share of the person's height the feet may have moved since standing to be compared with it."""

ANKLES = (27, 28)


@dataclass(frozen=True)
class Span:
    """A stretch of time, seconds from the clip's first frame, in which the form was not judged.

    `counted`: bends in it counted, seen at too much of an angle for more.
    """

    start_s: float
    end_s: float
    reason: str
    counted: bool


@dataclass(frozen=True)
class Figure:
    """One frame to draw, pixels, y down: `landmarks` [33, 4]; `back` [n, 2] from hip to shoulder,
    None where no contour was found."""

    landmarks: NDArray[np.float32]
    back: NDArray[np.float32] | None


class Seen:
    """Watches a clip; no picture and no silhouette is kept."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self._landmarks: list[NDArray[np.float32]] = []

    def watch(self, pose: Pose, update: Update) -> None:
        """Keep one frame."""
        self.updates.append(update)
        self._landmarks.append(pose.landmarks.astype(np.float32))

    @property
    def start_s(self) -> float:
        """Time of the first frame."""
        return self.updates[0].t if self.updates else 0.0

    def figure(self, t: float) -> Figure | None:
        """The person at time `t`, seconds of the frames' clock; None when nobody was there."""
        at = self._nearest(t)
        if at is None or not self._whole(at):
            return None
        near = sorted(
            (i for i in self._around(at) if self.updates[i].dorsal is not None),
            key=lambda i: abs(self.updates[i].t - t),
        )
        return Figure(self._landmarks[at], self.updates[near[0]].dorsal if near else None)

    def standing_before(self, t: float, figure: Figure | None) -> Figure | None:
        """The last frame until `t` in which the person stood, trusted, where `figure` stands."""
        at = self._nearest(t)
        if figure is None or at is None:
            return None
        for i in range(at, -1, -1):
            update = self.updates[i]
            if update.phase == "standing" and update.gate.open and self._whole(i):
                before = self._landmarks[i]
                stepped = np.abs(before[ANKLES, 0] - figure.landmarks[ANKLES, 0]).min()
                height = float(np.ptp(before[:, 1]))
                return Figure(before, None) if stepped < SAME_PLACE * height else None
        return None

    def spans(self) -> list[Span]:
        """When the form was not judged, and why."""
        spans = [s for s in self._runs() if s.end_s - s.start_s >= SHORTEST_SPAN_S]
        merged: list[Span] = []
        for span in spans:
            last = merged[-1] if merged else None
            alike = last is not None and (last.reason, last.counted) == (span.reason, span.counted)
            if last is not None and alike and span.start_s - last.end_s < SHORTEST_SPAN_S:
                merged[-1] = Span(last.start_s, span.end_s, span.reason, span.counted)
            else:
                merged.append(span)
        return merged

    def closed_during(self, start_s: float, end_s: float) -> str | None:
        """The reason that closed the gate for longest between two times of the frames' clock."""
        seconds: dict[str, float] = {}
        for span in self._runs():
            if not span.counted:
                over = min(span.end_s + self.start_s, end_s) - max(
                    span.start_s + self.start_s, start_s
                )
                seconds[span.reason] = seconds.get(span.reason, 0.0) + max(over, 0.0)
        longest = max(seconds, key=lambda reason: seconds[reason], default=None)
        return longest if longest is not None and seconds[longest] > 0 else None

    def _runs(self) -> Iterator[Span]:
        """Frames of one reason in a row; a frame stands for the time since the one before it."""
        before = self.start_s
        run: Span | None = None
        for update in self.updates:
            reason, counted = update.gate.reason, False
            if reason is None and not update.gate.judged:
                reason, counted = update.gate.advice, True
            start, end = before - self.start_s, update.t - self.start_s
            before = update.t
            if run is not None and (run.reason, run.counted) == (reason, counted):
                run = Span(run.start_s, end, run.reason, counted)
                continue
            if run is not None:
                yield run
            run = Span(start, end, reason, counted) if reason is not None else None
        if run is not None:
            yield run

    def _nearest(self, t: float) -> int | None:
        if not self.updates:
            return None
        after = min(bisect_left(self.updates, t, key=lambda u: u.t), len(self.updates) - 1)
        before = max(after - 1, 0)
        return before if t - self.updates[before].t < self.updates[after].t - t else after

    def _around(self, at: int) -> Iterator[int]:
        yield at
        for step in (-1, 1):
            i = at + step
            while (
                0 <= i < len(self.updates) and abs(self.updates[i].t - self.updates[at].t) <= NEAR_S
            ):
                yield i
                i += step

    def _whole(self, at: int) -> bool:
        return bool(np.isfinite(self._landmarks[at][:, :3]).all())
