"""The programs that chaos is made with: a broker, a hub, an uplink, and a kiosk's writer."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from station.broker import answers, find_mosquitto, free_port
from station.ledger import Ledger
from station.settings import Settings, as_toml
from tests.chaos.proxy import Wire
from tests.disks import Disk

ROOT = Path(__file__).resolve().parents[2]
STATION = "station-1"


@dataclass
class Program:
    """One process, which may be killed and is started again the same."""

    command: list[str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def said(self, words: str) -> int:
        """How many lines of all its lives hold `words`."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def send(self, number: signal.Signals) -> None:
        if self.runs:
            assert self._process is not None
            self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it `number` and wait; SIGKILL when it takes over 10 s."""
        if self._process is None:
            return
        self.send(number)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Broker:
    """mosquitto; each start may keep what it had on the disk, or not."""

    def __init__(self, folder: Path) -> None:
        program = find_mosquitto()
        assert program, "chaos needs Debian's mosquitto"
        self.port = free_port(0)
        self._config = folder / "mosquitto.conf"
        self._kept = folder / "broker"
        self._kept.mkdir()
        self.program = Program([program, "-c", str(self._config)], folder / "broker.log")

    def start(self, keeps: bool) -> None:
        persistence = f"persistence true\npersistence_location {self._kept}/\nautosave_interval 1\n"
        self._config.write_text(
            f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
            "set_tcp_nodelay true\nmax_packet_size 65536\nlog_type error\nlog_type warning\n"
            f"{persistence if keeps else 'persistence false'}\n"
        )
        self.program.start()
        deadline = time.monotonic() + 10
        while not answers(self.port):
            assert time.monotonic() < deadline, "mosquitto does not listen"
            time.sleep(0.05)


@dataclass
class Gym:
    """A whole gym on this machine: every link goes through a wire of its own."""

    folder: Path
    sessions: int
    seconds: float
    station_disk: Disk | None = None
    hub_disk: Disk | None = None
    gym_pace: bool = False

    def __post_init__(self) -> None:
        self.broker = Broker(self.folder)
        self.broker.start(keeps=False)
        self.station_wire, self.hub_wire = Wire(self.broker.port), Wire(self.broker.port)
        here = self._settings(self.station_wire.port, self.folder / "station")
        there = self._settings(self.hub_wire.port, self.folder / "hub")
        self.ledger_path, self.store_path = here.ledger, there.store
        configs = {"station": here, "hub": there}
        for name, settings in configs.items():
            (self.folder / f"{name}.toml").write_text(as_toml(settings))
        uplink = ["-m", "tests.chaos.uplink"] + (["--gym-pace"] if self.gym_pace else [])
        self.uplink = self._python("uplink", *uplink, str(self.folder / "station.toml"))
        self.hub = self._python(
            "hub", "-m", "station", "hub", "--port", "0", "--config", str(self.folder / "hub.toml")
        )
        self.kiosk = self._python(
            "kiosk",
            *("-m", "tests.chaos.kiosk"),
            *(str(self.ledger_path), str(self.sessions), str(self.seconds)),
        )

    def _python(self, name: str, *arguments: str) -> Program:
        return Program([sys.executable, *arguments], self.folder / f"{name}.log")

    def _settings(self, port: int, folder: Path) -> Settings:
        return Settings.model_validate(
            {
                "station": {"id": STATION, "data_dir": str(folder)},
                "broker": {"host": "127.0.0.1", "port": port},
            }
        )

    def stored(self) -> int:
        """How many sessions the hub has now."""
        with suppress(sqlite3.Error), closing(reading(self.store_path)) as database:
            return int(database.execute("SELECT count(*) FROM session").fetchone()[0])
        return 0

    def waiting(self) -> int:
        """How many sessions are in the ledger."""
        ledger = Ledger(self.ledger_path)
        try:
            return ledger.depth()
        finally:
            ledger.close()

    def end(self) -> None:
        for program in (self.kiosk, self.uplink, self.hub, self.broker.program):
            program.send(signal.SIGCONT)
            program.end()
        for wire in (self.station_wire, self.hub_wire):
            wire.end()


def stored_numbers(store: Path) -> Counter[int]:
    """Number that the kiosk gave a session → how often the hub's database has it."""
    with closing(reading(store)) as database:
        events = [json.loads(row[0]) for row in database.execute("SELECT event FROM session")]
    return Counter(event["reps"] * 10_000 + event["attempts"] for event in events)


def reading(store: Path) -> sqlite3.Connection:
    """A SQLite file to look into, without changing it."""
    return sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5)
