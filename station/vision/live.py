"""Poses as they happen: camera → newest frame → landmarker → whoever draws and judges them.

Two threads and one slot between them: the capture thread reads without pause, so that no frame
grows old on the way, and the pose thread takes the newest. Neither ever blocks `stop`: one that is
still at it is left behind. The camera itself is read by a process of its own (`camera.py`), which
is ended and started anew when its read hangs.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.errors import StationError
from station.settings import Settings
from station.vision import models, opencv, recording
from station.vision.camera import Camera, open_camera
from station.vision.capture import Capture, Frame, kind_of
from station.vision.landmarker import Landmarker
from station.vision.mailbox import Mailbox
from station.vision.metering import LiveStats, Meter
from station.vision.pose import Pose
from station.vision.video import VideoFile

log = logging.getLogger(__name__)

OnFrame = Callable[[NDArray[np.uint8] | None, Pose], None]
StateKind = Literal["starting", "live", "stalled", "offline", "ended"]

_MESSAGES: dict[StateKind, str] = {
    "starting": "The camera is starting.",
    "live": "The camera is live.",
    "stalled": "The camera has stopped sending pictures.",
    "offline": "The camera is not connected.",
    "ended": "The clip has ended.",
}
"""English msgids."""

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 8.0
_FORGET_S = 60.0
"""A camera that was found by "auto" and has been gone for so long has been replaced by another."""

_START_S = 20.0
"""A start that takes longer is a stall: the model loads in a few seconds even on a small board."""

_TICK_S = 0.1
"""How often a waiting thread looks whether it should stop."""

_JOIN_S = 2.0
POSE_NICE = 10
"""How much nicer the pose thread is than the screen's, which may be started nice itself."""

_FRAME_S = 1 / 30
"""Step between the last frame of a clip and its first one again."""


@dataclass(frozen=True)
class CameraState:
    """What the screen shows of the camera: `message` is one plain English sentence (msgid)."""

    kind: StateKind
    message: str


@dataclass(frozen=True, slots=True)
class _Picture:
    t: float
    rgba: NDArray[np.uint8]
    arrived: float
    run: int


class Live:
    """A running source. `on_frame` is called on the pose thread with the RGBA picture, uint8
    [height, width, 4], and the pose inferred from it (no picture for a recording).

    Pose times grow for as long as the object lives, across reconnects and rewinds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        source: str | None,
        model: Path,
        on_frame: OnFrame,
        open_capture: Callable[[], Capture] | None = None,
        every_frame: bool = False,
    ) -> None:
        """`source` None = the settings' camera. `open_capture` opens something else in its place;
        `every_frame` plays a file as fast as poses are made, losing none.

        Raises StationError for a file that cannot be read or a missing or corrupt model.
        """
        self._settings = settings
        self._source = settings.camera.source if source is None else source
        if self._source == "camera":
            own = settings.camera.source
            self._source = own if kind_of(own) == "camera" else "auto"
        self._kind = kind_of(self._source)
        self._model = model
        self._on_frame = on_frame
        self._open_capture = open_capture or self._open_source
        self._every_frame = every_frame
        self._recording: recording.Recording | None = None
        if self._kind == "recording":
            self._recording = recording.read(Path(self._source))
        else:
            models.check(model)
            if self._kind == "video" and open_capture is None:
                VideoFile(Path(self._source)).close()
        self._device: str | None = None
        self._mailbox: Mailbox[_Picture] = Mailbox()
        self._meter = Meter()
        self._stop = threading.Event()
        self._rewind = threading.Event()
        self._anew = threading.Event()
        self._played = threading.Event()
        self._loaded = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._state: StateKind = "starting"
        self._since = time.monotonic()
        self._failure: str | None = None
        self.broken = False  # a thread met an error of its own: no more poses until a new start
        # Counts connections and rounds of a clip: what is still under way from the one before
        # is of the past and handed to nobody.
        self._run = 0

    @property
    def is_file(self) -> bool:
        """Whether a video or recording stands in for the camera."""
        return self._kind != "camera"

    @property
    def source(self) -> str:
        """The file, or the camera in use; what was asked for until one was found."""
        return self._device or self._source

    @property
    def stats(self) -> LiveStats:
        """Rates and times of the last seconds."""
        return self._meter.stats()

    @property
    def state(self) -> CameraState:
        """Now. "live" only while pictures and their poses keep coming."""
        with self._lock:
            kind, quiet_s = self._state, time.monotonic() - self._since
        if self._failure is not None:
            return CameraState("offline", self._failure)
        limit = {"live": self._settings.camera.stall_s, "starting": _START_S}.get(kind)
        if limit is not None and quiet_s > limit and not self.is_file:
            kind = "stalled"
        return CameraState(kind, _MESSAGES[kind])

    def start(self) -> None:
        """Start the threads; returns at once, the state says when pictures come."""
        play = self._play_recording if self._recording is not None else self._capture
        jobs = [("capture", play)] + ([] if self._recording else [("pose", self._pose)])
        for name, job in jobs:
            thread = threading.Thread(target=self._guarded, args=(job,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop; a thread that hangs in a driver is left behind after two seconds."""
        self._stop.set()
        self._mailbox.clear()
        deadline = time.monotonic() + _JOIN_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def rewind(self) -> None:
        """A file starts again from its first frame; a camera does not care."""
        if self.is_file:
            # In this order: whoever sees the event must also see the new run.
            self._next_run("starting")
            self._rewind.set()

    def look_anew(self) -> None:
        """Somebody begins a set: whom the model has followed so far need not be them."""
        self._anew.set()

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except StationError as error:
            log.error("%s", error)
            self._failure = str(error)
        except Exception:
            log.exception("The %s thread ended", threading.current_thread().name)
            self._failure, self.broken = "The station has to be restarted.", True

    def _set_state(self, kind: StateKind, run: int | None = None) -> None:
        """`run` given: only if that run is still the one under way."""
        with self._lock:
            if run is not None and run != self._run:
                return
            changed, self._state = kind != self._state, kind
            self._since = time.monotonic()
        if changed:
            log.info("%s", _MESSAGES[kind])

    def _next_run(self, kind: StateKind) -> None:
        with self._lock:
            self._run += 1
        self._mailbox.clear()
        self._set_state(kind)

    def _open_source(self) -> Capture:
        if self._kind == "video":
            return VideoFile(Path(self._source))
        camera = open_camera(self._device or self._source, self._settings.camera)
        # Stay with the device once found: after a reconnect "auto" may name another.
        self._device = camera.device if isinstance(camera, Camera) else None
        return camera

    # Capture thread

    def _capture(self) -> None:
        if self.is_file:
            self._play_video()
        else:
            self._watch_camera()

    def _watch_camera(self) -> None:
        wait_s, there_at = _FIRST_RETRY_S, time.monotonic()
        while not self._stop.is_set():
            began, pause_s = time.monotonic(), wait_s
            try:
                camera = self._open_capture()
            except StationError as error:
                # One that hung has been waited for already.
                pause_s = max(_FIRST_RETRY_S, wait_s - (time.monotonic() - began))
                if time.monotonic() - there_at > _FORGET_S:
                    self._device = None
                log.warning("%s Trying again in %.1f s.", error, pause_s)
                self._set_state("offline")
            else:
                if self._read_until_gone(camera):
                    pause_s = wait_s = _FIRST_RETRY_S
                    there_at = time.monotonic()
                if not self._stop.is_set():
                    self._next_run("offline")
            self._stop.wait(pause_s)
            wait_s = min(2 * wait_s, _LONGEST_RETRY_S)

    def _read_until_gone(self, camera: Capture) -> bool:
        """Whether it gave any picture."""
        seen, run = False, self._run
        try:
            while not self._stop.is_set():
                frame = camera.read()
                if frame is None:
                    break
                if not seen:
                    self._set_state("starting")
                seen = True
                self._hand_over(frame, 0.0, run)
        finally:
            camera.close()
        return seen

    def _play_video(self) -> None:
        offset = 0.0
        # Unlike a camera, a clip would lose its beginning while the model loads.
        while not (self._loaded.wait(_TICK_S) or self._stop.is_set()):
            pass
        while not self._stop.is_set():
            self._played.clear()
            self._rewind.clear()
            video = self._open_capture()
            try:
                offset = self._play_once(video, offset)
            finally:
                video.close()
            self._played.set()
            self._wait_for_rewind()

    def _play_once(self, video: Capture, offset: float) -> float:
        """Play from the first frame; returns the time at which the next round starts."""
        begun: float | None = None
        last, run = offset, self._run
        while not (self._stop.is_set() or self._rewind.is_set()):
            frame = video.read()
            if frame is None:
                break
            if self._every_frame:
                while not (self._mailbox.wait_until_taken(_TICK_S) or self._stop.is_set()):
                    pass
            else:
                begun = self._wait_until_due(begun, frame.t)
            self._hand_over(frame, offset, run)
            last = offset + frame.t
        return last + _FRAME_S

    def _wait_until_due(self, begun: float | None, t: float) -> float:
        """Wait for file time `t`; returns the moment at which the file's second 0 was shown."""
        now = time.monotonic()
        if begun is None or now - begun - t > self._settings.camera.stall_s:
            # The first frame; or the machine stood still, and play goes on from where it was.
            return now - t
        self._stop.wait(max(0.0, begun + t - now))
        return begun

    def _wait_for_rewind(self) -> None:
        while not (self._stop.is_set() or self._rewind.is_set()):
            self._rewind.wait(_TICK_S)

    def _hand_over(self, frame: Frame, offset: float, run: int) -> None:
        arrived = time.monotonic()
        rgba = opencv.rgba(frame.bgr)
        self._meter.captured()
        self._mailbox.put(_Picture(offset + frame.t, rgba, arrived, run))

    # Pose thread

    def _pose(self) -> None:
        # Inherited by the threads that the model starts: where cores are few, a late pose is better
        # than a screen that stutters.
        os.nice(POSE_NICE)
        landmarker = Landmarker(self._model)
        self._loaded.set()
        last_t = -np.inf
        try:
            while not self._stop.is_set():
                # Asked before taking: a clip has ended only if nothing came after its last frame.
                played = self._played.is_set()
                picture = self._mailbox.take(_TICK_S)
                if picture is None:
                    if played and self._played.is_set() and not self._rewind.is_set():
                        self._end()
                    continue
                if picture.t <= last_t or picture.run != self._run:
                    continue
                last_t = picture.t
                if self._anew.is_set():
                    self._anew.clear()
                    landmarker.look_anew(picture.t)
                begun = time.monotonic()
                pose = landmarker.pose(picture.rgba, picture.t)
                inference_s = time.monotonic() - begun
                self._deliver(picture.rgba, pose, picture.run, picture.arrived, inference_s)
        finally:
            landmarker.close()

    def _play_recording(self) -> None:
        assert self._recording is not None
        offset = 0.0
        while not self._stop.is_set():
            self._rewind.clear()
            run = self._run
            begun: float | None = None
            last = offset
            first: float | None = None
            for pose in self._recording:
                if self._stop.is_set() or self._rewind.is_set():
                    break
                first = pose.t if first is None else first
                t = pose.t - first
                if not self._every_frame:
                    begun = self._wait_until_due(begun, t)
                last = offset + t
                self._meter.captured()
                shown = Pose(
                    last, pose.size, pose.landmarks, pose.world, pose.contour, pose.silhouette
                )
                self._deliver(None, shown, run, time.monotonic(), 0.0)
            offset = last + _FRAME_S
            if not self._rewind.is_set():
                self._end()
            self._wait_for_rewind()

    def _deliver(
        self,
        rgba: NDArray[np.uint8] | None,
        pose: Pose,
        run: int,
        arrived: float,
        inference_s: float,
    ) -> None:
        if self._stop.is_set() or run != self._run:
            return
        self._on_frame(rgba, pose)
        self._meter.posed(inference_s, time.monotonic() - arrived)
        self._set_state("live", run)

    def _end(self) -> None:
        if self._state != "ended" and not self._stop.is_set():
            self._set_state("ended")
