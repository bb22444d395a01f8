"""Run the whole station on this machine: broker, hub, uplink and the kiosk's window.

Without a camera the demo clip plays as if live. Ctrl-C ends all of it.

Example: station run --source squat.mp4 --exit-after 60
"""

import argparse
import logging
import signal
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station import broker
from station import settings as settings_file
from station.commands.hub import SET_UP_CODE
from station.commands.supervisor import Child
from station.errors import StationError
from station.settings import Settings

log = logging.getLogger(__name__)

START_S = 30.0
"""Broker and hub answer within this, or something is wrong."""

DRAIN_S = 10.0
"""For the kiosk to write its set, and for the uplink to hand over what is left."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station run`."""
    parser.add_argument(
        "--source",
        default="auto",
        metavar="camera|PATH",
        help="the camera and never the demo, or a video or recording to play as if live "
        "(default: the settings' camera, the demo clip where there is none)",
    )
    parser.add_argument(
        "--exit-after",
        type=float,
        metavar="N",
        help="end after N seconds, once the set under way is finished and stored "
        "(a clip plays at least once), and print what the hub has",
    )
    parser.add_argument("--port", type=int, metavar="N", help="the page's port; refused if taken")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Start everything, keep it running, end it in order."""
    if args.exit_after is not None and args.exit_after < 0:
        raise StationError(f"--exit-after {args.exit_after:g}: must not be negative.")
    # Each program lays what came from afar and what was tapped over the file by itself.
    settings = _on_this_machine(settings_file.load(args.config, layered=False), args.port)
    _check_input(args.source, settings)
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    with tempfile.TemporaryDirectory(prefix="hinge-station-") as folder:
        fleet = _Fleet.of(settings, args.source, args.exit_after, Path(folder))
        try:
            return fleet.run(asked, args.exit_after)
        finally:
            fleet.stop()


def _on_this_machine(settings: Settings, page_port: int | None) -> Settings:
    """The settings with everything on loopback, on ports that are free."""
    if page_port is not None and broker.free_port(page_port) != page_port:
        raise StationError(f"--port {page_port} is taken; name another, or none for a free one.")
    ports = {}
    for name, wanted in (
        ("broker", settings.broker.port),
        ("hub", settings.hub.port if page_port is None else page_port),
    ):
        ports[name] = broker.free_port(wanted)
        if wanted not in (0, ports[name]):
            log.info("Port %d of the %s is taken; using %d.", wanted, name, ports[name])
    here = {"host": broker.LOOPBACK, "port": ports["broker"], "tls_ca": None}
    return settings.model_copy(
        update={
            "broker": settings.broker.model_copy(
                update={**here, "username": None, "password_file": None}
            ),
            "hub": settings.hub.model_copy(
                update={
                    "bind": broker.LOOPBACK,
                    "port": ports["hub"],
                    "tls_certificate": None,
                    "tls_key": None,
                }
            ),
        }
    )


def _check_input(source: str, settings: Settings) -> None:
    """Say at once what the kiosk would only find out after everything else has started."""
    from station.vision import find_model

    if source not in ("auto", "camera") and not source.isdigit() and not Path(source).exists():
        raise StationError(f"Source {source}: there is no such file or device.")
    if not source.endswith(".npz"):
        find_model(settings)


@dataclass
class _Fleet:
    """The children, in the order they start."""

    settings: Settings
    broker: Child
    hub: Child
    uplink: Child
    kiosk: Child
    started: list[Child] = field(default_factory=list)

    @classmethod
    def of(
        cls, settings: Settings, source: str, exit_after: float | None, folder: Path
    ) -> "_Fleet":
        # The kiosk knows whether a set is under way, so it watches the clock.
        ending = [] if exit_after is None else ["--exit-after", f"{exit_after:g}"]
        config = folder / "station.toml"
        config.write_text(settings_file.as_toml(settings), encoding="utf-8")
        mosquitto = broker.find_mosquitto()
        log.info("Broker: %s", mosquitto or "the iotcore wheel (mosquitto is not installed)")

        def program(name: str, *options: str) -> Child:
            command = [sys.executable, "-m", "station", name, "--config", str(config), *options]
            return Child(name, command, {}, SET_UP_CODE if name == "hub" else None)

        return cls(
            settings,
            Child("broker", broker.command(settings.broker.port, folder, mosquitto), {}),
            program("hub"),
            program("uplink"),
            program("kiosk", "--source", source, "--print", *ending),
        )

    @property
    def page(self) -> str:
        """The address of the staff's page."""
        return f"http://{broker.LOOPBACK}:{self.settings.hub.port}/"

    def run(self, asked: threading.Event, exit_after: float | None) -> int:
        """Until asked to end, the window closed, or `exit_after` seconds and the set over."""
        begun = datetime.now(UTC)
        self._start(self.broker, asked, lambda: broker.answers(self.settings.broker.port))
        self._start(self.hub, asked, self._page_answers)
        for child in (self.uplink, self.kiosk):
            self._start(child, asked, lambda: True)
        if not asked.is_set():
            code_line = f"{self.hub.noted}\n" if self.hub.noted else ""
            print(f"\nStaff page: {self.page}\n{code_line}", flush=True)
        while not asked.wait(0.2):
            code = self.kiosk.poll()
            if code == 0:
                break
            if code == 2:
                return 2
            for child in self.started:
                child.restart_when_due()
        self.kiosk.stop(DRAIN_S)
        self.uplink.stop(DRAIN_S)
        if exit_after is not None:
            self._print_sessions(begun)
        return 0

    def stop(self) -> None:
        """End all that runs, the kiosk first, so that its set still reaches the hub."""
        for child in reversed(self.started):
            child.stop(DRAIN_S)

    def _start(self, child: Child, asked: threading.Event, ready: Any) -> None:
        if asked.is_set():
            return
        child.start()
        self.started.append(child)
        deadline = time.monotonic() + START_S
        while not ready() and not asked.wait(0.05):
            if child.poll() is not None:
                raise StationError(f"The {child.name} did not start; its last lines say why.")
            if time.monotonic() > deadline:
                raise StationError(f"The {child.name} did not answer within {START_S:.0f} s.")

    def _page_answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.page + "healthz", timeout=2):
                return True
        except OSError:
            return False

    def _print_sessions(self, since: datetime) -> None:
        """What the hub has of this run's demo sessions, for people."""
        from station.hub.database import database_of
        from station.hub.store import Store

        listed = Store(database_of(self.settings)).demo_sessions(20)
        mine = [s for s in listed if datetime.fromisoformat(s["received"]) >= since]
        print(f"\nOn the staff page now: {len(mine)} demo session(s) of this run")
        for session in reversed(mine):
            patterns = ", ".join(f"{n} {name}" for name, n in session["patterns"].items() if n)
            print(
                f"  {session['exercise']}: {session['reps']} reps, {session['clean']} clean, "
                f"{session['attempts']} attempts; {patterns or 'no pattern'}"
            )
        sys.stdout.flush()
