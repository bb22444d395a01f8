"""Puts the kiosk together: camera, checker, ledger, flow and window."""

import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FrameType

from station.errors import StationError
from station.hinge import Exercise, Summary
from station.kiosk import catalogue, window, words
from station.kiosk.aids import Aids
from station.kiosk.flow import Flow
from station.kiosk.lookout import Lookout, gives_pictures
from station.kiosk.metrics import lack
from station.kiosk.outcome import Outcome, finished_session
from station.kiosk.remote import RemoteSettings
from station.kiosk.sets import Sets
from station.kiosk.transcript import Transcript
from station.kiosk.writer import LedgerWriter
from station.ledger import Ledger
from station.notify import Watchdog
from station.paths import shipped
from station.settings import Settings
from station.vision import CameraState, Live, find_model
from station.vision.camera import devices, open_camera
from station.vision.capture import kind_of
from station.vision.models import path_of

log = logging.getLogger(__name__)

SWITCH_S = 0.001


@dataclass(frozen=True, slots=True)
class Options:
    """How this kiosk was started. `isolated` = this process has no network any more."""

    source: str = "auto"
    isolated: bool = True
    network_allowed: bool = False
    print_lines: bool = False
    exit_after_s: float | None = None
    remote: RemoteSettings | None = None


class Ending:
    """Whether the program was asked to end by a signal."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """End on SIGTERM and on Ctrl-C, both cleanly."""
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def choose_source(source: str, settings: Settings, *, look: bool = True) -> str:
    """The camera or file to open for `source` "auto", "camera" or a path.

    Where "auto" finds no camera that gives a picture it is the shipped demo clip; unless `look`,
    no camera is opened to find out, and any device that may be one counts.
    """
    if source != "auto":
        return source
    if settings.camera.source != "auto":
        return settings.camera.source
    demo = str(shipped("config") / "demo" / "demo.mp4")
    if not look:
        return "auto" if devices() else demo
    try:
        open_camera("auto", settings.camera).close()
    except StationError as reason:
        log.info("%s The demo clip plays in its place.", reason)
        return demo
    return "auto"


def well(camera: CameraState) -> bool:
    """Whether a tick of the screen is progress: poses come (which is what "live" means), a clip is
    over, or the camera is known not to be there, which the screen says and starting anew cannot
    mend. A camera that starts or has stalled for as long as the watchdog waits may need it.
    """
    return camera.kind in ("live", "ended", "offline")


def run(settings: Settings, options: Options) -> int:
    """Run the kiosk until it is asked to end; returns the exit code.

    Raises StationError for a bad source, model or exercise, and when a camera would be opened
    although the network can be reached and nobody allowed that.
    """
    exercises = catalogue.load()
    ending = Ending()
    ending.listen()
    sets = Sets()
    may_look = options.isolated or options.network_allowed
    source = choose_source(options.source, settings, look=may_look)
    # The settings' own clip, or one that was asked for, is no stand-in.
    stands_in = (options.source, settings.camera.source) == ("auto", "auto") and source != "auto"
    live = Live(
        settings,
        source=source,
        model=path_of(settings) if kind_of(source) == "recording" else find_model(settings),
        on_frame=sets.on_frame,
    )
    if not (live.is_file or may_look):
        raise StationError(
            "The camera stays closed: this process can reach a network; "
            "allow user namespaces on this machine, or accept this by --allow-network."
        )
    window.configure(settings)
    screen = settings.screen
    if small := lack(screen.width, screen.height, screen.panel_mm, screen.distance_m):
        log.warning("%s", small)
    # The screen waits for the pose thread's Python code at most this long, instead of 5 ms a turn.
    sys.setswitchinterval(SWITCH_S)
    writer = LedgerWriter(partial(Ledger, settings.ledger))
    lookout = Lookout(partial(gives_pictures, settings.camera)) if stands_in and may_look else None
    live.start()
    if lookout is not None:
        lookout.start()
    try:
        return _run_window(settings, options, exercises, sets, live, writer, ending, lookout)
    finally:
        if lookout is not None:
            lookout.stop()
        live.stop()
        writer.close()
        log.info("Ended.")


def _run_window(
    settings: Settings,
    options: Options,
    exercises: dict[str, Exercise],
    sets: Sets,
    live: Live,
    writer: LedgerWriter,
    ending: Ending,
    lookout: Lookout | None,
) -> int:
    from kivy.clock import Clock

    from station.kiosk.app import KioskApp
    from station.kiosk.screens.base import Context

    begun = time.monotonic()
    remote = options.remote or RemoteSettings(settings)

    def save(summary: Summary, seconds: float, outcome: Outcome) -> None:
        stats = live.stats
        log.info(
            "camera %.1f frames/s, %.1f poses/s, inference %.0f ms, hand-over %.0f ms",
            stats.capture_fps,
            stats.pose_fps,
            stats.inference_ms,
            stats.latency_ms,
        )
        session = finished_session(
            summary,
            seconds=seconds,
            source="demo" if live.is_file else "camera",
            mode=exercises[summary.exercise].mode,
            outcome=outcome,
            cfg=remote.version,
        )
        if session is not None:
            writer.put(session)

    def begin() -> None:
        live.look_anew()
        live.rewind()

    flow = Flow(
        sets,
        exercises=exercises,
        settings=settings,
        now=Clock.get_time(),
        save=save,
        on_begin=begin,
        sent=lambda: writer.last,
        demo=live.is_file,
    )

    def notices() -> list[str]:
        said = []
        if live.is_file:
            said.append(words.DEMO)
        if not options.isolated:
            said.append(words.NETWORK)
        if writer.trouble:
            said.append(words.FULL if writer.full else words.DISK)
        if remote.named:
            said.append(settings.station.id)
        return said

    def over() -> bool:
        if ending.asked or options.exit_after_s is None or flow.view.stage != "attract":
            return ending.asked
        # A clip plays at least once: there is nobody who would be kept waiting.
        played = flow.ended_sets > 0 or not live.is_file
        return played and time.monotonic() - begun >= options.exit_after_s

    aids = Aids(settings, live)
    context = Context(
        settings,
        exercises,
        lambda action, value="": flow.act(Clock.get_time(), action, value),
        apply=flow.apply,
        restart=lambda: app.restart(),  # noqa: PLW0108 - made below
        desk=aids.desk,
    )

    app = KioskApp(flow, context, camera=lambda: live.state, notices=notices, ending=over)
    displayed = window.has_display()
    if not displayed:
        window.wait_for_drawing()
        _print_line("No display here: drawing on a virtual one and printing what it shows.")
    if options.print_lines or not displayed:
        app.watch = Transcript(_print_line, context).show
    app.hear = aids.hear
    watchdog = Watchdog()
    heed = partial(_heed, remote, flow, live, lookout, app.restart)
    app.attend = partial(_attend, watchdog, live, heed)
    remote.start(
        camera=lambda: live.state,
        stats=lambda: live.stats,
        failures=lambda: app.shield.failures,
    )
    try:
        app.run()
    finally:
        watchdog.stopping()
        remote.stop()
        aids.close()
    log.info("%s", app.monitor.figures)
    return app.exit_code


def _attend(watchdog: Watchdog, live: Live, heed: Callable[[], None]) -> None:
    """At the end of each tick that went well."""
    watchdog.ready()
    if well(live.state) and not live.broken:
        watchdog.fed()
    heed()


def _heed(
    remote: RemoteSettings,
    flow: Flow,
    live: Live,
    lookout: Lookout | None,
    restart: Callable[[], None],
) -> None:
    """Start anew for what came from afar, for a camera that came, or for poses that broke off."""
    remote.tick(flow, restart)
    found = lookout is not None and lookout.found
    # Nobody stands before a camera that gives no pictures, but somebody may be at the screen.
    if (found or live.broken) and flow.view.stage == "attract":
        restart()


def _print_line(line: str) -> None:
    print(line, flush=True)
