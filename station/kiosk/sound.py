"""Four short tones beside what the screen shows, never instead of it.

`follow` says which one a change on the screen deserves; `Sounds` plays it on a thread of its own,
which is where Kivy's audio is imported.
"""

import logging
import math
import os
import queue
import tempfile
import threading
import wave
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from time import monotonic
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from station.kiosk.view import View
from station.settings import SoundSettings

log = logging.getLogger(__name__)

Sound = Literal["rep", "praise", "cue", "problem"]

RATE = 44_100
"""Samples a second."""

LOUDEST = 0.8
"""Of the full scale, so that two tones at once do not clip."""

SHAPES: dict[Sound, tuple[tuple[float, float, float], ...]] = {
    "rep": ((0.0, 1046.5, 0.11),),
    "praise": ((0.0, 784.0, 0.12), (0.1, 988.0, 0.12), (0.2, 1318.5, 0.26)),
    "cue": ((0.0, 587.3, 0.12), (0.16, 587.3, 0.2)),
    "problem": ((0.0, 440.0, 0.2), (0.2, 311.1, 0.34)),
}
"""Notes of each: start and length in seconds, pitch in Hz (in the middle). Told apart by rhythm
and direction, since a gym hides pitch: one note, three up, the same twice, two down."""

OVERTONES = (1.0, 0.45, 0.2)
"""Small speakers swallow the ground tone; the ear puts it back from these."""

ATTACK_S, DECAY_SHARE = 0.006, 0.28

CLOCK_SET_FROM = 2025
"""A clock that shows an earlier year was never set; it cannot say when it is night."""

PROBLEM_EVERY_S = 5.0
"""A gate that opens and shuts again sounds no more often."""

WATCHED_STAGES = frozenset({"place", "start", "live"})
"""Somebody is in front of the station and may look elsewhere."""


def follow(before: View | None, view: View) -> Sound | None:
    """Which tone goes with what has just changed on the screen; None = none.

    "problem": the picture is gone, or the gate closed in the middle of a set, so that nothing is
    counted. "cue" and "praise": a new one on the band. "rep": the count went up. At most one: what
    asks for a change comes before what is well.
    """
    if before is None or before.stage != view.stage or view.stage not in WATCHED_STAGES:
        return None
    if _picture(before) and not _picture(view):
        return "problem"
    if view.stage != "live":
        return None
    fresh = view.cue if view.cue != before.cue else None
    if _counting(before) and not _counting(view):
        return "problem"
    if fresh is not None and fresh.name != "praise" and _counting(view):
        return "cue"
    if fresh is not None and fresh.name == "praise":
        return "praise"
    return "rep" if _reps(view) > _reps(before) else None


def _picture(view: View) -> bool:
    return view.camera.kind in {"live", "ended"}


def _counting(view: View) -> bool:
    """Whether bends are counted, or nobody here could do anything about it."""
    gate = None if view.snapshot is None else view.snapshot.update.gate
    return gate is None or gate.open or gate.reason in {"nobody", "slow"}


def _reps(view: View) -> int:
    return 0 if view.snapshot is None else view.snapshot.update.reps


def quiet(settings: SoundSettings, now: datetime) -> bool:
    """Whether `now`, local time, is in the quiet hours; they may go over midnight."""
    if not settings.quiet_from or not settings.quiet_to or now.year < CLOCK_SET_FROM:
        return False
    begin, end = (time.fromisoformat(t) for t in (settings.quiet_from, settings.quiet_to))
    if begin <= end:
        return begin <= now.time() < end
    return now.time() >= begin or now.time() < end


def samples(sound: Sound) -> NDArray[np.int16]:
    """The tone, mono, RATE samples a second."""
    notes = SHAPES[sound]
    total = max(start + length for start, _, length in notes) + 0.02
    wave_ = np.zeros(math.ceil(total * RATE))
    for start, pitch, length in notes:
        t = np.arange(round(length * RATE)) / RATE
        tone = sum(
            share * np.sin(2 * np.pi * pitch * (n + 1) * t) for n, share in enumerate(OVERTONES)
        )
        envelope = np.minimum(1.0, t / ATTACK_S) * np.exp(-t / (DECAY_SHARE * length))
        # To nothing at its end, or the loudspeaker clicks.
        envelope *= np.minimum(1.0, (length - t) / (3 * ATTACK_S))
        first = round(start * RATE)
        wave_[first : first + len(t)] += tone * envelope
    scaled = wave_ * LOUDEST * (2**15 - 1) / np.abs(wave_).max()
    return np.asarray(scaled, dtype="<i2")


def has_speaker() -> bool:
    """Whether there is anything to play on."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(
        os.environ.get("SDL_AUDIODRIVER")
        or any(Path("/dev/snd").glob("pcmC*D*p"))
        or (runtime and (Path(runtime) / "pulse" / "native").exists())
    )


class Playable(Protocol):
    """What `Sounds` asks of a loaded tone (Kivy's Sound)."""

    volume: float

    def play(self) -> Any: ...


Load = Callable[[Path], Playable | None]


class Sounds:
    """Plays tones on its own thread; `play` returns at once. No speaker = silent, said once."""

    def __init__(
        self,
        settings: Callable[[], SoundSettings],
        *,
        load: Load | None = None,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        """`settings` is asked at every tone, so that a change is heard at once."""
        self._settings = settings
        self._load = load or _load
        self._clock = clock
        self._due: queue.Queue[Sound | None] = queue.Queue(maxsize=2)
        self._thread: threading.Thread | None = None
        self._problem_at = -PROBLEM_EVERY_S
        self._deaf = load is None and not has_speaker()
        if self._deaf:
            log.info("No loudspeaker here: tones are only shown.")
        else:
            # Now, since making the tones and opening the device takes a moment.
            self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
            self._thread.start()

    def follow(self, before: View | None, view: View) -> None:
        """Play what goes with the step from one view to the next."""
        sound = follow(before, view)
        if sound == "problem":
            now = monotonic()
            if now - self._problem_at < PROBLEM_EVERY_S:
                return
            self._problem_at = now
        if sound is not None:
            self.play(sound)

    def play(self, sound: Sound) -> None:
        """Play `sound` soon; dropped in quiet hours, and where two are already waiting."""
        settings = self._settings()
        if self._deaf or settings.volume <= 0 or quiet(settings, self._clock()):
            return
        try:
            self._due.put_nowait(sound)
        except queue.Full:
            log.debug("A tone was dropped: two are waiting.")

    def close(self) -> None:
        """End the thread, after what is waiting."""
        if self._thread is None or not self._thread.is_alive():
            return
        try:
            self._due.put(None, timeout=1.0)
        except queue.Full:
            return
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="hinge-tones-") as folder:
                tones = self._make(Path(folder))
                while (sound := self._due.get()) is not None:
                    tone = tones[sound]
                    tone.volume = self._settings().volume
                    tone.play()
        except Exception as error:
            # The screen says everything: a station without tones is still a station.
            self._deaf = True
            log.warning("Tones cannot be played (%s): they are only shown.", error)

    def _make(self, folder: Path) -> dict[Sound, Playable]:
        tones: dict[Sound, Playable] = {}
        for sound in SHAPES:
            path = folder / f"{sound}.wav"
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(samples(sound).tobytes())
            tone = self._load(path)
            if tone is None:
                raise RuntimeError("the loudspeaker does not open")
            tones[sound] = tone
        return tones


def _load(path: Path) -> Playable | None:
    """A tone that SDL plays, None where it cannot."""
    from kivy.core.audio import SoundLoader

    tone = SoundLoader.load(str(path))
    # Where the device does not open Kivy answers with a sound that has no length.
    return tone if tone is not None and tone.length > 0 else None
