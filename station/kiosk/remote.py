"""Settings from afar and what the station is asked from there, on the kiosk's side. No Kivy here.

The kiosk has no network: it looks at the files that the uplink leaves (`station.ledger.exchange`)
on a thread of its own, and leaves there how it is. The screen's thread only takes up what is ready,
when no member is at the station. A trial is confirmed after some seconds of a ticking screen, and
of a live camera where it was live before; it is tried at one start only, so that settings that end
the kiosk end it once.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from station import layers
from station.desired import RefusedError, differing, remote_keys, with_config
from station.errors import StationError
from station.kiosk.view import Stage, View
from station.layers import Document
from station.ledger import boot_id
from station.ledger.boot import seconds_since_boot
from station.ledger.exchange import Answer, Ask, Exchange, Failed, KioskState, Taken
from station.settings import Settings
from station.vision import CameraState, LiveStats

log = logging.getLogger(__name__)

POLL_S = 0.25
SAY_EVERY_S, SAY_OFTEN_S = 10.0, 0.5
"""How often the kiosk says how it is, and while something is tried."""
CONFIRM_S = 3.0
CONFIRM_TICKS = 10
IDENTIFY_S = 10.0

DIED = "the kiosk ended while it ran with them"
BROKE = "the screen failed with them"


class Steered(Protocol):
    """What is asked of the flow."""

    @property
    def settings(self) -> Settings: ...
    @property
    def view(self) -> View: ...
    def apply(self, settings: Settings) -> None: ...


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Settings that wait for a moment without a member. `restart`: the kiosk starts again."""

    settings: Settings
    document: Document | None
    restart: bool


class RemoteSettings:
    """Made before the window; `settings` are those to start with."""

    def __init__(
        self,
        base: Settings,
        *,
        reread: Callable[[], Settings] | None = None,
        confirm_s: float = CONFIRM_S,
    ) -> None:
        """`base`: the settings file's own; `reread` reads the file again."""
        self._base = base
        self._reread = reread or (lambda: base)
        self._confirm_s = confirm_s
        self._exchange = Exchange(base)
        self._run = uuid.uuid4().hex
        self._taken: Taken | None = None
        self._failed: Failed | None = None
        self._confirmed: int | None = None
        self._answer: Answer | None = None
        self._camera: Callable[[], CameraState] = lambda: CameraState("starting", "")
        self._stats: Callable[[], LiveStats] = LiveStats
        self._running = self._first()
        self.settings = layers.over(base, self._running)
        self._wanted: _Wanted | None = None
        self._restart_asked = False
        self._restarting = False
        self._ticks = self._ticks_then = 0
        self._stage: Stage = "attract"
        self._since: float | None = None
        self._named_until = 0.0
        self._stamp: tuple[object, ...] = ()
        self._said: KioskState | None = None
        self._failures_then = 0
        self._failures: Callable[[], int] = lambda: 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def version(self) -> int:
        """Of the settings from afar that are in force; 0 = none."""
        return self._running.version if self._running else 0

    @property
    def trying(self) -> bool:
        """Whether the kiosk runs with settings that are not confirmed."""
        return self._taken is not None

    @property
    def named(self) -> bool:
        """Whether the station is asked to show its name."""
        return monotonic() < self._named_until

    def start(
        self,
        *,
        camera: Callable[[], CameraState],
        stats: Callable[[], LiveStats] = LiveStats,
        failures: Callable[[], int] = lambda: 0,
    ) -> None:
        """Begin to look; `failures` counts how often the screen has failed."""
        self._camera, self._stats, self._failures = camera, stats, failures
        self._thread = threading.Thread(target=self._watch, name="remote", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The program ends."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)

    def fail(self, reason: str) -> None:
        """The kiosk could not start with what it tries: never again."""
        if self._taken is not None:
            self._failed, self._taken = Failed(version=self._taken.version, reason=reason), None
            # Back to what is good, also where no uplink runs to take the trial away.
            self._stamp = ()
            self._say(force=True)

    def tick(self, flow: Steered, restart: Callable[[], None]) -> None:
        """On the screen's thread, at each of its ticks; never waits."""
        self._ticks += 1
        self._stage = flow.view.stage
        wanted = self._wanted
        if self._restarting:
            return
        if self._stage == "attract" and (self._restart_asked or (wanted and wanted.restart)):
            self._restarting = True
            restart()
        elif wanted is not None and not wanted.restart:
            if flow.settings is not wanted.settings:
                flow.apply(wanted.settings)
            else:
                with self._lock:
                    self._running, self._since = wanted.document, None
                    if self._wanted is wanted:
                        self._wanted = None

    def look(self) -> None:
        """One look at the files; for the thread, and for tests."""
        self._choose()
        self._probe()
        self._heed(self._exchange.read_ask())
        self._say()

    def _first(self) -> Document | None:
        """The settings to start with; writes down that a trial is taken before it is."""
        before, trial = self._exchange.read_kiosk(), self._exchange.read_trial()
        good = self._exchange.read_good()
        if before is not None:
            self._answer, self._failed = before.answer, before.failed
            self._confirmed = before.confirmed
        if trial is None or not self._may_try(trial):
            return good
        taken = before.taken if before is not None else None
        if taken is None or taken.version != trial.version:
            self._taken = Taken(version=trial.version, phase="started", camera_live=False)
        elif taken.phase == "restart":
            self._taken = taken.model_copy(update={"phase": "started"})
        else:
            self._failed = Failed(version=trial.version, reason=DIED)
        starting = trial if self._taken is not None else good
        if not self._write(self._state(starting, occupied=False)):
            self._taken, starting = None, good
        return starting

    def _may_try(self, trial: Document) -> bool:
        """Not one of an earlier boot, which a power cut ended, nor one that failed."""
        failed = self._failed is not None and self._failed.version == trial.version
        return trial.boot == boot_id() and not failed

    def _watch(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.look()
            except Exception:
                log.exception("Looking after settings from afar met an error")

    def _choose(self) -> None:
        """Take up a new trial, or what is good again."""
        paths = (self._exchange.trial, self._exchange.good, self._base.here)
        before, self._stamp = self._stamp, tuple(layers.stamp(path) for path in paths)
        # A tap counts at once by itself; only what waits has to take it in.
        watched = 3 if self._wanted is not None else 2
        if self._stamp[:watched] == before[:watched]:
            return
        trial, good = self._exchange.read_trial(), self._exchange.read_good()
        target = trial if trial is not None and self._may_try(trial) else good
        self._want(target)

    def _want(self, target: Document | None, *, force: bool = False) -> None:
        version = target.version if target else 0
        if self._wanted is None and version == self.version and not force:
            return
        try:
            settings = layers.over(self._base, target)
            if target is not None:
                with_config(self._base, target.config)
        except RefusedError as error:
            self._failed = Failed(version=version, reason=str(error)[:256])
            return
        restart = any(remote_keys().get(path, True) for path in differing(self.settings, settings))
        trial = target is not None and target != self._exchange.read_good()
        self._taken = None
        if trial:
            phase = "restart" if restart else "live"
            camera = self._camera().kind == "live"
            self._taken = Taken.model_validate(
                {"version": version, "phase": phase, "camera_live": camera}
            )
        if not self._say(force=True) and trial:
            # What cannot be written down as tried must not be tried.
            self._taken = None
            return
        log.info("Settings from afar: version %d waits for a moment without a member.", version)
        with self._lock:
            self._wanted = _Wanted(settings, target, restart)
        if not restart:
            self.settings = settings

    def _probe(self) -> None:
        """Confirm what is tried, once it has proved itself."""
        taken = self._taken
        if taken is None or self._wanted is not None or taken.version != self.version:
            return
        now, failures = monotonic(), self._failures()
        if self._since is None:
            self._since, self._ticks_then, self._failures_then = now, self._ticks, failures
        elif failures != self._failures_then:
            self.fail(BROKE)
        elif (
            now - self._since >= self._confirm_s
            and self._ticks - self._ticks_then >= CONFIRM_TICKS
            and (self._camera().kind == "live" or not taken.camera_live)
        ):
            self._confirmed, self._taken = taken.version, None
            self._say(force=True)

    def _heed(self, ask: Ask | None) -> None:
        if ask is None or (self._answer is not None and self._answer.id == ask.id):
            return
        problem: str | None = None
        if ask.command == "identify":
            self._named_until = monotonic() + IDENTIFY_S
        elif ask.command == "restart":
            self._restart_asked = True
        else:
            try:
                self._base = self._reread()
            except StationError as error:
                problem = str(error)
            else:
                self._want(self._running, force=True)
        log.info("Asked from afar: %s.", ask.command)
        self._answer = Answer(id=ask.id, problem=problem)
        self._say(force=True)

    def _say(self, *, force: bool = False) -> bool:
        """Leave how it is, when that is new or due; whether it could be written."""
        state = self._state(self._running, occupied=self._stage != "attract")
        last = self._said
        every_s = SAY_OFTEN_S if self._taken is not None else SAY_EVERY_S
        if not force and last is not None and state.seen_s - last.seen_s < every_s:
            moment = {"seen_s": 0.0, "fps": None, "inference_ms": None}
            if state.model_copy(update=moment) == last.model_copy(update=moment):
                return True
        self._said = state
        return self._write(state)

    def _write(self, state: KioskState) -> bool:
        try:
            # A power cut may take it: it tells only of this boot of the machine.
            self._exchange.write(self._exchange.kiosk, state, durable=False)
        except OSError as error:
            log.error("%s: not written (%s).", self._exchange.kiosk, error.strerror)
            return False
        return True

    def _state(self, running: Document | None, *, occupied: bool) -> KioskState:
        stats = self._stats()
        return KioskState(
            boot=boot_id(),
            run=self._run,
            seen_s=seconds_since_boot(),
            version=running.version if running else 0,
            occupied=occupied,
            camera=self._camera().kind,
            fps=round(stats.pose_fps, 1) if stats.pose_fps else None,
            inference_ms=round(stats.inference_ms, 1) if stats.inference_ms else None,
            taken=self._taken,
            confirmed=self._confirmed,
            failed=self._failed,
            answer=self._answer,
        )
