"""The real parts: a broker that queues, a hub as a process of its own, somebody who looks at it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from station.broker import answers, find_mosquitto, free_port
from station.hub.accounts import Accounts
from station.hub.database import database_of
from station.hub.passwords import Passwords
from station.settings import Settings, as_toml

DEADLINE_S = 60.0


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A mosquitto that holds any number of messages for a hub that is slower; its port."""
    program = find_mosquitto()
    assert program, "mosquitto is not installed"
    port, config = free_port(0), folder / "mosquitto.conf"
    config.write_text(
        f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "set_tcp_nodelay true\nmax_queued_messages 0\nmax_connections -1\n"
    )
    process = subprocess.Popen(
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: answers(port), "mosquitto")
        yield port
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Hub:
    """A running `station hub`: its address, its process, and a client that is logged in."""

    url: str
    pid: int
    http: httpx.Client
    config: Path

    def metrics(self) -> dict[str, float]:
        """Each figure of /metrics, the labels' values behind its name: `stations green`."""
        text = self.http.get("/metrics").text
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def stored(self) -> int:
        """Sessions of people that this hub has stored since it started."""
        return int(self.metrics()["hinge_sessions_stored_total camera"])

    def memory_mb(self) -> float:
        """Resident memory of the process, 1,000,000 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found, "no VmRSS"
        return int(found.group(1)) * 1024 / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hub(folder: Path, broker_port: int, database: str = "") -> Iterator[Hub]:
    """A hub of its own process; `database` as in hub.database, else SQLite in `folder`."""
    settings = Settings.model_validate(
        {
            "station": {"data_dir": folder},
            "broker": {"port": broker_port},
            "hub": {"port": 0, "database": database},
        }
    )
    config = folder / "station.toml"
    config.write_text(as_toml(settings))
    log = (folder / "hub.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "station", "hub", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Staff page: "), f"the hub did not start, see {folder}/hub.log"
        url = line.removeprefix("Staff page: ").strip()
        with httpx.Client(base_url=url, timeout=DEADLINE_S, follow_redirects=True) as http:
            http.cookies.set("login", _login(settings))
            running = Hub(url, process.pid, http, config)
            wait_for(lambda: running.metrics()["hinge_broker_link connected"], "the hub's broker")
            yield running
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _login(settings: Settings) -> str:
    """The cookie of a manager, made beside the login page."""
    database = database_of(settings)
    accounts = Accounts(database)
    if not accounts.any():
        accounts.add("load", "manager", Passwords().hash("load and nothing else"))
    token = accounts.log_in("load")
    database.close()
    return token


def wait_for(probe: object, what: str, deadline_s: float = DEADLINE_S) -> float:
    """Seconds until `probe()` is true."""
    assert callable(probe)
    began = time.monotonic()
    while not probe():
        assert time.monotonic() - began < deadline_s, f"{what}: not within {deadline_s:g} s"
        time.sleep(0.02)
    return time.monotonic() - began
