"""A gym's server in a clean root, and the station of another root that joins it."""

import re
import time
from dataclasses import dataclass, field

from tests.deploy import installed, units
from tests.deploy.installed import CHECKOUT, COMMAND, HUB, PYTHON
from tests.deploy.root import Done, Network, Program, Root
from tests.deploy.station_story import Station
from tests.deploy.steps import Steps, expect, last_line, succeeded

PAGE = "http://127.0.0.1:8080/"
START_S, ARRIVE_S = 60.0, 240.0
NAME = "rack-1"


@dataclass
class Hub:
    """Broker and hub run in `network`, which the station's programs share."""

    root: Root
    steps: Steps
    network: Network
    running: list[Program] = field(default_factory=list)

    def install(self) -> bool:
        """Everything up to a server that only lacks a systemd to start it."""
        do, root = self.steps.do, self.root
        there = do("install-hub.sh", self._install)
        do("again: nothing is written", self._again, there)
        do("folders and owners", lambda: installed.laid_down(root, HUB), there)
        do("units verify", lambda: installed.verified(root, HUB), there)
        do("units' exposure", lambda: installed.scored(root, HUB), there)
        served = do("broker and hub as by their units", self._serve, there)
        return do("station doctor", self._doctor, served) and served

    def take_in(self, station: Station, ready: bool) -> None:
        """The other root's station joins, and its session arrives."""
        do = self.steps.do
        joined = do("the station joins", lambda: self._join(station), ready)
        arrived = do("its sets arrive", lambda: self._arrive(station), joined)
        do("the station's doctor then", lambda: self._station_doctor(station), arrived)

    def change(self, there: bool) -> None:
        """And then all of it goes."""
        self.end()
        self.steps.do("uninstall, purge", self._uninstall, there)

    def end(self) -> None:
        """End what runs, the last first."""
        while self.running:
            self.running.pop().end()

    def _script(self, name: str, *options: str, minutes: float = 10) -> Done:
        command = ["bash", str(CHECKOUT / "deploy" / HUB.script), *options]
        return self.root.run(name, command, timeout=minutes * 60)

    def _install(self) -> str:
        return last_line(succeeded(self._script("install", minutes=30), HUB.script).output)

    def _again(self) -> str:
        return installed.unchanged(self.root, HUB, lambda: self._script("install-again"))

    def _serve(self) -> str:
        waited = []
        for name, probe in (
            ("mosquitto.service", self._broker_answers),
            ("hinge-hub.service", self._page_answers),
        ):
            unit = units.read(self.root.folder, name)
            for command in units.made_for(unit):
                succeeded(self.root.run("made-for", command, timeout=60), f"the folder of {name}")
            program = self.root.start(
                name,
                units.masked(unit),
                user=unit.user,
                environment=unit.environment,
                network=self.network,
            )
            self.running.append(program)
            waited.append(program.wait_for(probe, START_S, f"{name} answers"))
        return f"answer after {waited[0]:.1f} and {waited[1]:.1f} s"

    def _broker_answers(self) -> bool:
        ask = "import socket; socket.create_connection(('127.0.0.1', 8883), 2)"
        return self._inside("broker-answers", ask).code == 0

    def _page_answers(self) -> bool:
        return "hinge_broker_link" in self._metrics()

    def _metrics(self) -> str:
        ask = f"from urllib.request import urlopen; print(urlopen('{PAGE}metrics').read().decode())"
        return self._inside("metrics", ask).output

    def _inside(self, name: str, ask: str) -> Done:
        return self.root.run(
            name, [PYTHON, "-c", ask], timeout=60, user="hinge-hub", network=self.network
        )

    def _doctor(self) -> str:
        must = ("Settings", "Data folder", "Certificate")
        return installed.doctor(self.root, must)

    def _join(self, station: Station) -> str:
        asked = self.root.run(
            "join-code",
            [COMMAND, "hub", "join-code", NAME],
            timeout=60,
            network=self.network,
        )
        code = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b", succeeded(asked, "join-code").output)
        expect(code, f"join-code says: {last_line(asked.output)}")
        assert code is not None
        done = station.root.run(
            "join",
            [COMMAND, "join", PAGE],
            timeout=120,
            network=self.network,
            stdin=code[0] + "\n",
        )
        return last_line(succeeded(done, "station join").output)

    def _arrive(self, station: Station) -> str:
        waiting = station.waiting()
        expect(waiting >= 1, "the station has no set to send.")
        unit = units.read(station.root.folder, "hinge-uplink.service")
        for command in units.made_for(unit):
            succeeded(station.root.run("made-for", command, timeout=60), "the unit's folder")
        uplink = station.root.start(
            "uplink",
            units.masked(unit),
            user=unit.user,
            environment=unit.environment,
            network=self.network,
        )
        self.running.append(uplink)
        wanted = f'hinge_sessions_stored_total{{source="demo"}} {waiting}.0'
        took = uplink.wait_for(lambda: wanted in self._metrics(), ARRIVE_S, "the demo sets")
        return f"{waiting}, {took:.0f} s after the uplink started"

    def _station_doctor(self, station: Station) -> str:
        time.sleep(2)
        must = ("Settings", "Ledger", "Uplink", "Broker", "Hub")
        return installed.doctor(station.root, must, self.network)

    def _uninstall(self) -> str:
        return installed.taken_away(self.root, HUB, self._script)
