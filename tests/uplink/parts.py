"""What these tests are made of: a real broker, a small hub, an uplink that may be killed."""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from station.ledger import FinishedSession, Ledger, boot_id
from station.ledger.boot import seconds_since_boot
from station.ledger.exchange import Answer, Exchange, KioskState
from station.messages import HUB_STATUS
from station.settings import Settings, as_toml
from station.uplink import Keeper, Pace, Uplink

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
STATION = "station-1"

QUICK = Pace(
    reconnect_min_s=0.05,
    reconnect_max_s=0.3,
    steady_s=5.0,
    ack_s=1.0,
    ack_max_s=2.0,
    poll_s=0.02,
    drain_s=5.0,
)


def eventually(condition: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
    """The first true answer of `condition`; fails the test when there is none in time."""
    deadline = time.monotonic() + timeout_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not in {timeout_s:g} s: {what}"
        time.sleep(0.02)
    return answer


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Mosquitto:
    """mosquitto on a free loopback port; may be killed and started again."""

    def __init__(self, folder: Path, extra: str = "allow_anonymous true\n") -> None:
        assert MOSQUITTO, "these tests need Debian's mosquitto"
        self.port = free_port()
        self._config = folder / f"mosquitto-{self.port}.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nset_tcp_nodelay true\n{extra}")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        assert MOSQUITTO
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers, "mosquitto listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Heard:
    """A message as a subscriber got it."""

    topic: str
    payload: bytes
    retained: bool
    expiry_s: int | None

    @property
    def json(self) -> Any:
        return json.loads(self.payload)


@dataclass
class Listener:
    """A plain client that hears a topic filter, with everything it heard."""

    port: int
    name: str
    topics: str = "hinge/v1/#"
    username: str | None = None
    password: str | None = None
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self.name, protocol=mqtt.MQTTv5
        )
        self.client.reconnect_delay_set(0.05, 0.2)
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *_: self._ready.set()
        self._ready = threading.Event()
        if self.username:
            self.client.username_pw_set(self.username, self.password)

    def start(self) -> "Listener":
        self.client.connect("127.0.0.1", self.port, keepalive=20)
        self.client.loop_start()
        assert self._ready.wait(10)
        return self

    def publish(self, topic: str, payload: object, *, retain: bool = False) -> None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.client.publish(topic, data, 1, retain).wait_for_publish(10)

    def of(self, topic: str) -> list[Heard]:
        return [heard for heard in list(self.heard) if heard.topic == topic]

    def await_topics(self, *topics: str) -> None:
        eventually(lambda: set(topics) <= {heard.topic for heard in self.heard}, str(topics))

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe(self.topics, 1)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        expiry = getattr(message.properties, "MessageExpiryInterval", None)
        self.heard.append(Heard(message.topic, bytes(message.payload), message.retain, expiry))


class FakeHub(Listener):
    """Keeps what comes by id and, unless `silent`, acknowledges it."""

    def __init__(self, port: int, **credentials: str) -> None:
        super().__init__(port, "hub", "hinge/v1/+/evt/session", **credentials)
        self.silent = False
        self.stored: dict[str, dict[str, Any]] = {}
        self.client.will_set(HUB_STATUS, b'{"state":"offline"}', 1, retain=True)
        self.client.on_subscribe = self._on_subscribed

    def _on_subscribed(self, client: mqtt.Client, *_: Any) -> None:
        client.publish(HUB_STATUS, b'{"state":"online"}', 1, retain=True)
        self._ready.set()

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        super()._on_message(client, data, message)
        event = json.loads(message.payload)
        self.stored[event["id"]] = event
        if not self.silent:
            self.acknowledge(event["id"])

    def acknowledge(self, *ids: str) -> None:
        self.client.publish(f"hinge/v1/{STATION}/ack", json.dumps({"ids": ids}), 1)

    def say(self, state: str) -> None:
        self.publish(HUB_STATUS, {"state": state}, retain=True)


class Station:
    """A ledger and an uplink on a thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = Ledger(settings.ledger)
        self.stop = threading.Event()
        self.uplink: Uplink | None = None
        self._thread: threading.Thread | None = None

    def finish(self, sets: int = 1) -> list[str]:
        return [self.ledger.finish(A_SET) for _ in range(sets)]

    def start(self, pace: Pace = QUICK) -> "Station":
        self.stop.clear()
        self.uplink = Uplink(self.settings, self.ledger, pace)
        self._thread = threading.Thread(target=self.uplink.run, args=(self.stop,), daemon=True)
        self._thread.start()
        return self

    def problem(self) -> str:
        assert self.uplink is not None
        return self.uplink.problem or ""

    def connected(self) -> bool:
        """Whether the kiosk is told that the hub is reached and all is well."""
        link = self.ledger.link()
        return link is not None and link.connected and link.problem is None

    def end(self) -> None:
        self.stop.set()
        if self._thread is not None:
            self._thread.join(20)
            assert not self._thread.is_alive()
            self._thread = None


class Kiosk:
    """Stands in for the kiosk: confirms whatever is tried at once, and answers what it is asked."""

    def __init__(self, settings: Settings) -> None:
        self.files = Exchange(settings)
        self.asked: list[str] = []

    def __call__(self) -> KioskState:
        trial = self.files.read_trial()
        ask = self.files.read_ask()
        return KioskState(
            boot=boot_id(),
            run="run",
            seen_s=seconds_since_boot(),
            version=0,
            occupied=False,
            camera="live",
            fps=14.5,
            confirmed=trial.version if trial else None,
            answer=Answer(id=ask.id, problem=None) if ask else None,
        )

    def say(self) -> None:
        self.files.write(self.files.kiosk, self(), durable=False)


class Remote(Station):
    """The uplink with a kiosk beside it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.kiosk = Kiosk(settings)

    def start(self, pace: Pace = QUICK) -> "Remote":
        self.stop.clear()
        keeper = Keeper(self.settings, look=self.kiosk)
        self.uplink = Uplink(self.settings, self.ledger, pace, keeper)
        self._thread = threading.Thread(target=self.uplink.run, args=(self.stop,), daemon=True)
        self._thread.start()
        return self


A_SET = FinishedSession(
    source="simulated",
    exercise="hinge",
    mode="set",
    reps=5,
    clean=3,
    attempts=1,
    patterns={"hinge": 4, "squat": 1},
    faults={"back_rounds": 1},
    first_half_clean=2,
    second_half_clean=1,
    depth_band="deep",
    minutes_band="under_1",
    outcome="finished",
    cfg=0,
)


def settings_for(port: int, folder: Path, **broker: Any) -> Settings:
    return Settings.model_validate(
        {
            "station": {"id": STATION, "data_dir": str(folder)},
            "broker": {"host": "127.0.0.1", "port": port, **broker},
        }
    )


@contextmanager
def uplink_process(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`station uplink` as a process of its own."""
    config = folder / "station.toml"
    config.write_text(as_toml(settings))
    process = subprocess.Popen(
        [sys.executable, "-c", UPLINK, "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


UPLINK = """
import argparse, logging, sys
from station.commands import uplink
logging.basicConfig(level="INFO")
parser = argparse.ArgumentParser()
uplink.configure(parser)
sys.exit(uplink.execute(parser.parse_args()))
"""
