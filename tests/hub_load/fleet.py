"""A thousand simulated stations connected at once: how soon all are seen, what they cost idle."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.hub_load.bars import Bar
from tests.hub_load.parts import Hub, broker, hub, wait_for

STATIONS, IDLE_S = 1000, 30.0
STATES = ("green", "amber", "red")


def measure(folder: Path, stations: int = STATIONS, idle_s: float = IDLE_S) -> list[Bar]:
    """Takes about a minute."""
    folder.mkdir()
    _room_for(stations)
    with broker(folder) as port, hub(folder, port) as running:
        command = [
            sys.executable, "-m", "station", "simulate", "--stations", str(stations),
            "--days", "0", "--live", "--config", str(running.config),
        ]  # fmt: skip
        with (folder / "simulate.log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            began = time.monotonic()
            wait_for(lambda: _linked(running) >= stations, "every station", 120)
            seen = time.monotonic() - began
            cpu, theirs = running.cpu_s(), _cpu_of(process.pid)
            time.sleep(idle_s)
            cpu, theirs = running.cpu_s() - cpu, _cpu_of(process.pid) - theirs
            memory, here = running.memory_mb(), _linked(running)
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
    return [
        Bar("simulated stations connected, all seen", here, "stations", stations, True),
        Bar("… until the hub had seen them all", seen, "s", told="from the start of the command"),
        Bar("… the hub's processor while they idle", 100 * cpu / idle_s, "% of one"),
        Bar("… the simulation's processor", 100 * theirs / idle_s, "% of one"),
        Bar("… the hub's memory then", memory, "MB"),
    ]


def _linked(running: Hub) -> int:
    """Stations on the Now page that are neither lost nor switched off."""
    said = running.metrics()
    return int(said.get("hinge_stations green", 0) + said.get("hinge_stations amber", 0))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _room_for(stations: int) -> None:
    """As many open files as the machine allows: broker and simulation inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * stations + 200
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
