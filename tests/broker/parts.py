"""A gym's broker as deploy/broker/ sets it up, and plain clients that try what they may not."""

import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from station import join_code
from station.hub.broker_users import BrokerUsers
from station.paths import shipped
from station.settings import Settings
from tests.uplink.parts import MOSQUITTO, eventually, free_port

SCRIPTS = shipped("config").parent / "deploy" / "broker"
NOT_AUTHORIZED = 0x87


def run_script(name: str, *arguments: object, noted: Sequence[str] = (), **environment: str) -> str:
    """What a script of deploy/broker says; fails when it fails. `noted`: put before it."""
    done = subprocess.run(
        [*noted, str(SCRIPTS / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin:/usr/sbin", **environment},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class GymBroker:
    """A running mosquitto in a folder made by set-up.sh; stations join by `let_in`."""

    def __init__(self, folder: Path, *names: str) -> None:
        assert MOSQUITTO, "these tests need Debian's mosquitto"
        self.folder = folder
        self.port, self.hub_port = free_port(), free_port()
        self.said = run_script(
            "set-up.sh", folder, *names, PORT=str(self.port), HUB_PORT=str(self.hub_port)
        )
        with (folder / "mosquitto.conf").open("a") as config:
            config.write("log_type information\n")  # says when it has read its files
        self.users = BrokerUsers(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "GymBroker":
        assert MOSQUITTO
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        eventually(lambda: "running" in self.log, "mosquitto runs")
        return self

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self.folder / "log").unlink()

    def let_in(self, station: str, password: str) -> None:
        self.users.enter(station, join_code.hash_for_mosquitto(password))
        self.reload()

    def reload(self) -> None:
        before = self.log.count("Reloading config")
        assert self.users.reload()
        eventually(lambda: self.log.count("Reloading config") > before, "mosquitto read its files")

    @property
    def hub_password(self) -> str:
        return (self.folder / "hub-password").read_text().strip()

    def station_settings(self, station: str, folder: Path, **broker: Any) -> Settings:
        """Settings of a station with the password in `folder`/password."""
        return Settings.model_validate(
            {
                "station": {"id": station, "data_dir": str(folder)},
                "broker": {
                    "host": "127.0.0.1",
                    "port": self.port,
                    "tls_ca": str(self.folder / "ca.pem"),
                    "username": station,
                    "password_file": str(folder / "password"),
                    **broker,
                },
            }
        )


@contextmanager
def gym_broker(folder: Path, *names: str) -> Iterator[GymBroker]:
    broker = GymBroker(folder, *names)
    try:
        yield broker.start()
    finally:
        broker.stop()


@dataclass
class Client:
    """A plain client with somebody's credentials; `stations` of the TLS port, else the hub's."""

    broker: GymBroker
    user: str
    password: str
    stations: bool = True
    client_id: str = ""
    will: str | None = None
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self.client_id, protocol=mqtt.MQTTv5
        )
        self.client.username_pw_set(self.user, self.password)
        self.client.on_connect = lambda _c, _d, _f, reason, _p: self._answered(reason)
        self.client.on_disconnect = lambda *_: self.ended.set()
        self.client.on_publish = lambda _c, _d, mid, reason, _p: self._codes.update(
            {mid: reason.value}
        )
        self.client.on_subscribe = lambda _c, _d, mid, reasons, _p: self._codes.update(
            {mid: reasons[0].value}
        )
        self.client.on_message = lambda _c, _d, m: self.heard.append((m.topic, bytes(m.payload)))
        self.connected, self.ended = threading.Event(), threading.Event()
        self.refusal: int | None = None
        self._codes: dict[int, int] = {}
        if self.will is not None:
            self.client.will_set(self.will, b"forged", 1, retain=True)
        if self.stations:
            self.client.tls_set_context(
                ssl.create_default_context(cafile=str(self.broker.folder / "ca.pem"))
            )

    def start(self) -> "Client":
        self.client.connect(
            "127.0.0.1", self.broker.port if self.stations else self.broker.hub_port
        )
        self.client.loop_start()
        assert self.connected.wait(10), f"{self.user} was refused: {self.refusal}"
        return self

    def publish(self, topic: str, payload: bytes = b"{}", *, retain: bool = False) -> int:
        """The PUBACK's reason code."""
        return self._code(self.client.publish(topic, payload, 1, retain).mid)

    def subscribe(self, topic: str) -> int:
        """The SUBACK's reason code."""
        _, mid = self.client.subscribe(topic, 1)
        assert mid is not None
        return self._code(mid)

    def vanish(self) -> None:
        """Without a word, so that the broker publishes the will."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.close()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _code(self, mid: int) -> int:
        eventually(lambda: mid in self._codes, "the broker's answer")
        return self._codes[mid]

    def _answered(self, reason: Any) -> None:
        if reason.is_failure:
            self.refusal = reason.value
        else:
            self.connected.set()


def pause() -> None:
    """Long enough for a message that must not come to come: loopback takes a few milliseconds."""
    time.sleep(0.3)
