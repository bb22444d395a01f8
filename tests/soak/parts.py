"""The four programs, each a process of its own that is started again when it ends or hangs."""

import json
import signal
import sqlite3
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from station import settings as settings_file
from station.broker import LOOPBACK, answers, find_mosquitto, free_port
from station.broker import command as broker_command
from station.commands.supervisor import Child
from station.errors import StationError
from station.ledger import link
from station.ledger.exchange import Exchange, KioskState
from station.settings import Settings, as_toml
from tests.chaos.parts import ROOT, STATION, reading
from tests.disks import Disk
from tests.soak import journal
from tests.soak.plug import set_plug
from tests.systemd import Systemd

PROGRAMS = ("kiosk", "uplink", "hub", "broker")
EYE = "the kiosk's camera"
WATCHDOG_S = {"kiosk": 30.0, "uplink": 180.0}
"""Silent for so long = killed and started again, as by the WatchdogSec of deploy/units."""
EYE_NAME = "station-camera"
"""The kiosk's own child, which reads the camera."""
START_S = 90.0
"""... and so long until the first word, as TimeoutStartSec."""
TICK_S = 0.1
STOP_S = 15.0
OFFSCREEN = {"SDL_VIDEODRIVER": "offscreen"}
QUICK = {"nobody_s": 2.0, "summary_s": 3.0, "idle_s": 10.0}
"""Nobody is waited for between sets."""


class Supervised:
    """A program under `station run`'s own supervisor, and a watchdog where it says it is alive."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.bitten = 0
        """How often the watchdog has killed it."""
        self.held = False
        """Not to be started again for the time being."""
        self._watchdog_s = WATCHDOG_S.get(name)
        socket = folder / f"{name}.notify"
        self._systemd = Systemd(str(socket)) if self._watchdog_s else None
        env = {"PYTHONPATH": str(ROOT), **OFFSCREEN}
        if self._watchdog_s:
            env |= {
                "NOTIFY_SOCKET": str(socket),
                "WATCHDOG_USEC": str(round(self._watchdog_s * 1e6)),
            }
        shell = ["sh", "-c", 'exec "$@" >>"$0" 2>&1', str(self.log)]
        self._child = Child(name, [*shell, *command], env)
        self._known: int | None = None
        self._begun = 0.0
        self._ready = False
        self._heard = 0.0

    @property
    def pid(self) -> int | None:
        """Of the running process, None while there is none."""
        return self._child.pid if self._child.poll() is None else None

    @property
    def age_s(self) -> float:
        """Seconds since its process was started."""
        return time.monotonic() - self._begun

    def start(self) -> None:
        """For the first time."""
        self._child.start()

    def tend(self) -> None:
        """Start it again when it is due, kill it when it has been silent for too long."""
        if self.held:
            return
        self._child.restart_when_due()
        now = time.monotonic()
        if self._child.pid != self._known:
            self._known, self._ready = self._child.pid, False
            self._heard = self._begun = now
        if self._systemd is None or self._watchdog_s is None:
            return
        for said in self._systemd.heard():
            self._heard = now
            self._ready = self._ready or "READY=1" in said
        if self.pid and now - self._heard > (self._watchdog_s if self._ready else START_S):
            self.bitten += 1
            self._child.ask(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """A signal, if it runs."""
        self._child.ask(number)

    def kill(self) -> None:
        """kill -9, and not a moment for it to say anything."""
        self.send(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self._child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)

    def stop(self) -> None:
        """In good order."""
        self.held = True
        self._child.ask(signal.SIGCONT)
        self._child.stop(STOP_S)

    def said(self, words: str) -> int:
        """How many lines of all its lives hold `words`."""
        if not self.log.exists():
            return 0
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())


@dataclass
class Gym:
    """Kiosk, uplink, hub and broker on this machine; call `start`, and `end` at the end."""

    folder: Path
    station_disk: Disk | None = None
    hub_disk: Disk | None = None
    every_tick: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        mosquitto = find_mosquitto()
        if mosquitto is None:
            raise StationError("The soak needs Debian's mosquitto: apt-get install mosquitto.")
        model = settings_file.load(layered=False).model
        if not model.exists():
            raise StationError(f"Pose model {model}: there is none; `station models` gets one.")
        self.broker_port, self.hub_port = free_port(0), free_port(0)
        self.station_settings = self._settings("station", {"model": str(model)})
        hub_settings = self._settings("hub", {})
        self.ledger_path, self.store_path = self.station_settings.ledger, hub_settings.store
        self.plug, self.journal_path = self.folder / "camera", self.folder / "journal"
        set_plug(self.plug, "there")
        self._exchange = Exchange(self.station_settings)
        python = [sys.executable, "-m"]
        station, hub = (str(self.folder / f"{name}.toml") for name in ("station", "hub"))
        commands = {
            "broker": broker_command(self.broker_port, self.folder, mosquitto),
            "hub": [*python, "station", "hub", "--config", hub],
            "uplink": [*python, "station", "uplink", "--config", station],
            "kiosk": [
                *(*python, "tests.soak.kiosk"),
                *(str(self.plug), str(self.journal_path), "--config", station),
            ],
        }
        self.programs = {
            name: Supervised(name, command, self.folder) for name, command in commands.items()
        }
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="supervisor", daemon=True)

    def _settings(self, name: str, pose: dict[str, str]) -> Settings:
        settings = Settings.model_validate(
            {
                "station": {"id": STATION, "data_dir": str(self.folder / name)},
                "broker": {"host": LOOPBACK, "port": self.broker_port},
                "hub": {"port": self.hub_port},
                "pose": pose,
                "screen": QUICK,
            }
        )
        (self.folder / f"{name}.toml").write_text(as_toml(settings), encoding="utf-8")
        return settings

    def start(self) -> None:
        """All programs, and who looks after them."""
        self._thread.start()

    def _tend(self) -> None:
        # The children die with the thread that starts them, so it is this one that starts them all.
        for name in reversed(PROGRAMS):
            self.programs[name].start()
        while not self._ended.wait(TICK_S):
            for program in self.programs.values():
                program.tend()
            self.every_tick()

    def end(self) -> None:
        """Everything stopped, the kiosk first."""
        for name in PROGRAMS:
            self.programs[name].stop()
        self._ended.set()
        self._thread.join(STOP_S)

    def kiosk_state(self) -> KioskState | None:
        """What the kiosk said last of how it is."""
        return self._exchange.read_kiosk()

    def camera(self) -> str:
        """What it said last of its camera."""
        state = self.kiosk_state()
        return state.camera if state is not None else ""

    def life(self) -> int | None:
        """The process id of the kiosk that runs."""
        return self.programs["kiosk"].pid

    def linked_since(self, moment: float) -> bool:
        """Whether the uplink has said since `moment` that it reaches the hub, and nothing else."""
        with suppress(sqlite3.Error), closing(reading(self.ledger_path)) as database:
            state = link.read(database)
            if state is None or not state.connected or state.problem is not None:
                return False
            return time.monotonic() - state.silent_s >= moment
        return False

    def hub_answers(self) -> bool:
        """Whether the hub's page does, its database included."""
        try:
            with urllib.request.urlopen(
                f"http://{LOOPBACK}:{self.hub_port}/healthz", timeout=2
            ) as answer:
                return bool(json.load(answer)["ok"])
        except (OSError, ValueError):
            return False

    def broker_answers(self) -> bool:
        return answers(self.broker_port)

    def eye(self) -> int | None:
        """The process that reads the camera for the kiosk."""
        kiosk = self.life()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, ValueError):
                head, _, tail = stat.read_text().rpartition(")")
                if head.partition("(")[2] == EYE_NAME and int(tail.split()[1]) == kiosk:
                    return int(stat.parent.name)
        return None

    def pids(self) -> dict[str, int | None]:
        """All processes, by what they are called in the report."""
        return {**{name: one.pid for name, one in self.programs.items()}, EYE: self.eye()}

    def journal(self) -> list[journal.Entry]:
        return journal.read(self.journal_path)

    def hub_ids(self) -> list[str]:
        """Ids of all sessions in the hub's database."""
        with suppress(sqlite3.Error), closing(reading(self.store_path)) as database:
            return [str(row[0]) for row in database.execute("SELECT id FROM session")]
        return []

    def delivered(self) -> bool:
        """Whether every set that is finished by now has reached the hub's database."""
        entries, there = self.journal(), set(self.hub_ids())
        ids = {entry.text for entry in entries if entry.what == "stored"}
        return journal.waiting(entries, self.life()) <= 0 and ids <= there


def await_(condition: Callable[[], bool], seconds: float, every_s: float = 0.05) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
