"""Who is in front of the camera, since when, and how well they can be seen. No clock of its own."""

from station.hinge import Cue
from station.kiosk.sets import Snapshot

CUE_S = 2.0
"""A cue stays for at least so long after it was given, so that it can be read."""

SIDES = (None, "turn")
"""Gate reasons with which the whole body is in the picture."""


class Presence:
    """Feeds on the snapshots of one set. Times are seconds of the clock that `look` is given."""

    def __init__(self, now: float) -> None:
        self.begun = now
        self.live_since = now
        self.seen_at = now
        """When somebody was last in the picture."""
        self.open_at = now
        """When somebody was last seen who may be exercising."""
        self.exercising = False
        """Whether a whole person stands there side-on, or facing the camera where that is asked
        for: not one who reaches for the screen."""
        self.bent_at = now
        """When the last bend ended."""
        self.whole_at = now
        self.snapshot: Snapshot | None = None
        self.cue: Cue | None = None
        self._cue_at = 0.0
        self._whole_since: float | None = None
        self._judged_since: float | None = None
        self._ready_since: float | None = None

    def look(self, now: float, snapshot: Snapshot | None) -> None:
        """Take in the newest frame, unless it was taken in before."""
        if snapshot is None:
            return
        before = self.snapshot
        if before is not None and snapshot.number == before.number:
            return
        if len(snapshot.reps) > (len(before.reps) if before is not None else 0):
            self.bent_at = now
        self.snapshot = snapshot
        gate = snapshot.update.gate
        if snapshot.somebody:
            self.seen_at = now
        front = snapshot.front
        self.exercising = gate.open or (front is not None and front.facing)
        if self.exercising:
            self.open_at = now
        whole = snapshot.somebody and gate.reason in SIDES
        if whole:
            self.whole_at = now
        self._whole_since = _since(whole, self._whole_since, now)
        self._judged_since = _since(gate.judged, self._judged_since, now)
        self._ready_since = _since(front is not None and front.ready, self._ready_since, now)
        if snapshot.update.cue is not None:
            self.cue, self._cue_at = snapshot.update.cue, now
        elif now - self._cue_at >= CUE_S:
            self.cue = None

    @property
    def bent(self) -> bool:
        """Whether any bend has ended."""
        return self.snapshot is not None and bool(self.snapshot.reps)

    def whole_s(self, now: float) -> float:
        """For how long the whole body has been in the picture, from whichever side."""
        return 0.0 if self._whole_since is None else now - self._whole_since

    def judged_s(self, now: float) -> float:
        """For how long the form could be judged."""
        return 0.0 if self._judged_since is None else now - self._judged_since

    def ready_s(self, now: float) -> float:
        """For how long the start position has been good, facing the camera."""
        return 0.0 if self._ready_since is None else now - self._ready_since


def _since(true: bool, since: float | None, now: float) -> float | None:
    if not true:
        return None
    return now if since is None else since
