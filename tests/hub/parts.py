"""Real parts for the hub's tests: a mosquitto, a station that publishes, a hub, its page."""

import json
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page as Tab

from station.hub import running
from station.hub.accounts import Accounts, Role
from station.hub.database import database_of
from station.hub.passwords import Passwords
from station.hub.store import Clock, Store, utc_now
from station.messages import ACK, HUB_STATUS, INFO, SESSION, STATUS, topic
from station.settings import Settings

DEADLINE_S = 30.0
T = TypeVar("T")


def until(probe: Callable[[], T], deadline_s: float = DEADLINE_S) -> T:
    """The probe's first true answer; fails when there is none in time."""
    end = time.monotonic() + deadline_s
    while not (answer := probe()):
        assert time.monotonic() < end, f"not so within {deadline_s:g} s; last answer {answer!r}"
        time.sleep(0.01)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def session_event(**changes: Any) -> dict[str, Any]:
    """A valid session of a person, this hour; `changes` replace fields."""
    return {
        "v": 1,
        "id": uuid.uuid4().hex,
        "seq": 0,
        "boot": "boot-1",
        "source": "camera",
        "hour": datetime.now(UTC).strftime("%Y-%m-%dT%H:00Z"),
        "clock": "synced",
        "exercise": "hinge",
        "mode": "set",
        "reps": 10,
        "clean": 7,
        "attempts": 1,
        "patterns": {"hinge": 8, "squat": 1, "stoop": 1, "unclear": 0},
        "faults": {"back_rounds": 1, "knees_forward": 2},
        "first_half_clean": 3,
        "second_half_clean": 4,
        "depth_band": "half",
        "minutes_band": "1_to_3",
        "outcome": "finished",
        "cfg": 0,
    } | changes


class Broker:
    """A mosquitto on a loopback port, which stays the same over `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "set_tcp_nodelay true\nmax_queued_messages 10000\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert program, "mosquitto is not installed"
        self._process = subprocess.Popen(
            [program, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class FakeStation:
    """A station's end of the line, on its own MQTT v5 connection."""

    def __init__(self, broker: Broker, name: str = "station-1", gym: str = "gym-1") -> None:
        self.name, self.gym, self._broker = name, gym, broker
        self.acked: list[str] = []
        self.hub_states: list[str] = []
        self._subscribed = False
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_queued_messages_set(0)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        until(lambda: self._subscribed)

    def _on_connect(self, *_: Any) -> None:
        self._client.subscribe([(topic(self.name, ACK), 1), (HUB_STATUS, 1)])

    def _on_subscribe(self, *_: Any) -> None:
        self._subscribed = True

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        document = json.loads(message.payload)
        if message.topic == HUB_STATUS:
            self.hub_states.append(document["state"])
        else:
            self.acked.extend(document["ids"])

    def say(self, leaf: str, payload: Any, retain: bool = False) -> None:
        """Publish; returns when the broker has it. A dict is sent as JSON, bytes as they are."""
        until(self._client.is_connected)
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        sent = self._client.publish(topic(self.name, leaf), data, qos=1, retain=retain)
        sent.wait_for_publish(DEADLINE_S)

    def send_off(self, leaf: str, payload: dict[str, Any]) -> None:
        """Publish without waiting."""
        self._client.publish(topic(self.name, leaf), json.dumps(payload), qos=1)

    def introduce(self, state: str = "ready", birth: str = "birth-1") -> None:
        """Say who it is, retained, as an uplink does on every connect."""
        self.say(INFO, {"version": "0.1.0", "gym": self.gym}, retain=True)
        self.say(STATUS, {"state": state, "boot": "boot-1", "birth": birth}, retain=True)

    def finish(self, **changes: Any) -> dict[str, Any]:
        """Send a session and wait for the hub's `ack`; returns it."""
        event = session_event(**changes)
        self.say(SESSION, event)
        until(lambda: event["id"] in self.acked)
        return event

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


PASSWORD = "eleven quiet rowers"


@lru_cache
def password_hash() -> str:
    """What is kept of PASSWORD; reckoned once, it takes a while on purpose."""
    return Passwords().hash(PASSWORD)


class Page:
    """The hub as its users see it: everything is asked for as a manager, logged in."""

    def __init__(self, url: str, settings: Settings, now: Clock = utc_now) -> None:
        """The hub at `url`, whose settings are these."""
        self.url = url
        self.cookie = "__Host-login" if url.startswith("https:") else "login"
        self._database = database_of(settings)
        self.accounts = Accounts(self._database, now)
        self.http = self.client("manager")
        self.stranger = httpx.Client(base_url=url, timeout=DEADLINE_S, verify=False)

    def token(self, name: str, role: Role = "manager") -> str:
        """A login of this account, made beside the login page; the account is made at need."""
        if self.accounts.get(name) is None:
            self.accounts.add(name, role, password_hash())
        return self.accounts.log_in(name)

    def client(self, name: str, role: Role = "manager") -> httpx.Client:
        """Somebody's browser, logged in."""
        cookies = {self.cookie: self.token(name, role)}
        return httpx.Client(base_url=self.url, timeout=DEADLINE_S, cookies=cookies, verify=False)

    def log_in(self, tab: Tab, user: str = "manager", role: Role = "manager") -> None:
        """Put a Playwright tab's browser in the state that the login page leaves it in."""
        tab.context.add_cookies(
            [
                {
                    "name": self.cookie,
                    "value": self.token(user, role),
                    "url": self.url,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    @property
    def cookies(self) -> dict[str, str]:
        """The manager's, for requests that are made elsewhere."""
        return dict(self.http.cookies)

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, path: str) -> httpx.Response:
        """Whatever the hub answers."""
        return self.http.get(path)

    def close(self) -> None:
        """Let go of the hub and of its database."""
        self.http.close()
        self.stranger.close()
        self._database.close()

    def stations(self) -> dict[str, Any]:
        return {station["id"]: station for station in self.get("/api/now")["stations"]}

    def today(self, gym: str = "gym-1") -> int | None:
        counts = {g["gym"]: g["sessions_today"] for g in self.get("/api/now")["gyms"]}
        return counts.get(gym)

    def link(self) -> str:
        """How the hub stands with the broker; "" while it cannot say."""
        answer = self.http.get("/api/health")
        return str(answer.json().get("broker", "")) if answer.status_code == 200 else ""

    def connected(self) -> bool:
        return self.link() == "connected"


def settings_for(broker_port: int, folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "station": {"data_dir": folder / "data"},
            "broker": {"port": broker_port},
            "hub": {"port": 0},
        }
    )


def store_of(settings: Settings) -> Store:
    """The store that a hub with these settings uses."""
    return Store(database_of(settings))


@contextmanager
def hub_on(settings: Settings) -> Iterator[Page]:
    with running(settings) as hub:
        page = Page(hub.url, settings)
        until(page.connected)
        yield page
        page.close()
