"""What the uplink takes and gives on this machine, against the bars it is to hold.

    python -m tests.chaos.bars

A backlog of 10,000 sessions handed to a real hub with SQLite on this machine's disk, then the
same uplink with nothing to do. All at the pace of a gym.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from station.ledger import Ledger
from tests.chaos.kiosk import A_SET
from tests.chaos.parts import Gym

BACKLOG = 10_000
IDLE_S = 20.0
DRAIN_BAR, CORE_BAR, MEMORY_BAR = 500.0, 1.0, 60.0


@dataclass(frozen=True)
class Figures:
    """Sessions a second; percent of one core; megabytes (1,000,000 bytes) resident."""

    drained: float
    core: float
    memory: float

    @property
    def met(self) -> bool:
        """All bars are held."""
        return self.drained >= DRAIN_BAR and self.core <= CORE_BAR and self.memory <= MEMORY_BAR

    def table(self) -> str:
        """For people."""
        return (
            f"{BACKLOG} sessions of backlog, ledger → SQLite at the hub: "
            f"{self.drained:.0f} a second (bar: at least {DRAIN_BAR:.0f})\n"
            f"Uplink with nothing to do: {self.core:.2f} % of a core (bar: {CORE_BAR:.0f} %), "
            f"{self.memory:.0f} MB at most since its start (bar: {MEMORY_BAR:.0f} MB)"
        )


def measure(folder: Path) -> Figures:
    """Takes about half a minute."""
    gym = Gym(folder, 0, 0, gym_pace=True)
    try:
        _fill(gym.ledger_path)
        gym.hub.start()
        time.sleep(3)
        gym.uplink.start()
        while not gym.stored():
            time.sleep(0.005)
        began, before = time.monotonic(), gym.stored()
        while gym.waiting():
            time.sleep(0.05)
        took = time.monotonic() - began
        assert gym.stored() == BACKLOG
        cpu = _cpu_s(gym.uplink.pid)
        time.sleep(IDLE_S)
        core = 100 * (_cpu_s(gym.uplink.pid) - cpu) / IDLE_S
        return Figures((BACKLOG - before) / took, core, _most_memory(gym.uplink.pid))
    finally:
        gym.end()


def _fill(path: Path) -> None:
    """One session as the ledger stores it, so many times under other ids."""
    ledger = Ledger(path)
    ledger.finish(A_SET)
    (one,) = ledger.pending(1)
    ledger.close()
    event = json.loads(one.event)
    with sqlite3.connect(path) as database:
        hour, finished = database.execute("SELECT hour, finished_s FROM outbox").fetchone()
        database.executemany(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?)",
            (
                (one.position.boot, seq, new, hour, finished, json.dumps(event | {"id": new}))
                for seq in range(1, BACKLOG)
                for new in [uuid.uuid4().hex]
            ),
        )
    database.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _most_memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError("no VmHWM")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bars-") as made:
        result = measure(Path(made))
    print(result.table())
    sys.exit(0 if result.met else 1)
