"""Takes in what stations publish: MQTT v5, committed before it is acknowledged.

One thread does it all: read what has arrived, commit it in one transaction, acknowledge it to the
broker, tell each station which ids are stored. Whatever goes wrong anywhere, the connection is
dropped with nothing acknowledged and made anew: stations keep every session until its id comes
back in an `ack`, and the store takes an id once, so nothing is lost or counted twice. For the same
reason the hub needs no queue of its own at the broker and starts clean.

Several hubs on one database share the sessions by a shared subscription: the broker gives each
session to one of them. What a killed hub had not acknowledged mosquitto gives to nobody else; the
station sends it again. All else (how stations are, what they are, their settings) every hub hears
whole: a shared subscription brings nothing retained, and of two hubs that each had every other
word none would know the order. They write the same, so it does not matter who is last.
"""

import logging
import random
import select
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from station.errors import StationError
from station.hub.database import DatabaseError, reason
from station.hub.housekeeping import Housekeeping
from station.hub.meters import Meters
from station.hub.reading import LEAVES, Newer, Record, Told, Unreadable, read
from station.hub.store import Clock, Store, utc_now
from station.hub.writing import Writer
from station.messages import ACK, DESIRED, HUB_STATUS, SESSION, Ack, HubStatus, SessionEvent, topic
from station.settings import BrokerSettings, Settings

log = logging.getLogger(__name__)

BATCH = 200
"""Messages a transaction; also the most that the broker may send ahead of acknowledgement."""
KEEPALIVE_S = 20
CONNECT_TIMEOUT_S = 10.0
FIRST_RETRY_S, LAST_RETRY_S = 0.25, 15.0
STEADY_S = 10.0
"""What held for so long has worked: the next wait is the shortest again."""
WAIT_S = 0.5
"""So long a quiet broker is listened to at once."""
WISHES_S = 0.25
"""At most so often it is looked whether a station's settings are wanted otherwise."""
SHARED = (SESSION,)
"""What any of several hubs may take in alone."""
DEAD_LINK_MS = 10_000
"""TCP_USER_TIMEOUT: unacknowledged data older than this means the link is gone."""

LinkState = Literal["connecting", "connected", "refused", "store_failed"]


@dataclass(frozen=True, slots=True)
class Link:
    """How the hub stands with the broker; `detail` says why when refused or failed."""

    state: LinkState = "connecting"
    detail: str = ""


class _ConnectionEndedError(Exception):
    """The connection is over; the message says why."""


class Ingest:
    """Runs from `start` to `stop`; `link` says how it stands with the broker."""

    def __init__(
        self, settings: Settings, store: Store, now: Clock = utc_now, meters: Meters | None = None
    ) -> None:
        self._broker, self._store, self._now = settings.broker, store, now
        self._meters = meters or Meters()
        self._password = _password(self._broker)
        self._tls = _tls(self._broker)
        self._housekeeping = Housekeeping(settings.hub, store, now)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self.link = Link()

    def start(self, changed: Callable[[], None]) -> None:
        """Begin; returns at once, whether or not there is a broker.

        `changed` is called from ingest's thread after every commit that changed the store, after
        every closed week and whenever `link` changes.
        """
        self._changed = changed
        self._thread.start()

    def stop(self) -> None:
        """Say `offline`, leave the broker and wait for the thread to end."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            connection = _Connection(self._broker, self._password, self._tls)
            began, stored = time.monotonic(), True
            try:
                with self._store.writing() as writer:
                    self._take_in(connection, writer)
            except DatabaseError as error:
                stored = False
                log.error("The store cannot be written (%s); trying again.", reason(error))
                self._now_linked(Link("store_failed", reason(error)))
            except (OSError, _ConnectionEndedError) as error:
                if failures == 0 or connection.accepted:
                    log.warning("No connection to the broker (%s); trying again.", error)
                refused = connection.refusal
                self._now_linked(Link("refused", refused) if refused else Link())
            except Exception:
                log.exception("Ingest failed; starting over.")
                self._now_linked(Link())
            finally:
                connection.close()
            # A broker that takes us says nothing of the store: on a full disk each try tells every
            # station that the hub is there, and not there, and has them send everything anew.
            steady = time.monotonic() - began > STEADY_S
            failures = 0 if steady or (connection.accepted and stored) else failures + 1
            wait = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(failures, 10))
            self._idle(wait * random.uniform(0.5, 1.0))

    def _take_in(self, connection: "_Connection", writer: Writer) -> None:
        connection.open()
        wishes_due = 0.0
        # Anew on each connection: a broker may have lost what it retained.
        published: dict[str, int] = {}
        while not self._stop.is_set():
            batch = connection.receive(timeout=WAIT_S)
            if connection.ready and self.link.state != "connected":
                log.info("Connected to the broker at %s.", connection.address)
                self._now_linked(Link("connected"))
            if batch:
                self._commit(connection, writer, batch)
            if connection.ready and time.monotonic() >= wishes_due:
                wishes_due = time.monotonic() + WISHES_S
                self._publish_wishes(connection, published)
            if self._housekeeping.step(linked=connection.ready):
                self._changed()
        connection.leave()

    def _commit(
        self, connection: "_Connection", writer: Writer, batch: list[mqtt.MQTTMessage]
    ) -> None:
        records = [
            record
            for message in batch
            if (record := read(message.topic, bytes(message.payload))) is not None
        ]
        for record in records:
            match record:
                case Unreadable(station, leaf, reason):
                    log.warning(
                        "Station %s sent a %s that cannot be read: %s.", station, leaf, reason
                    )
                case Newer(station, leaf, v):
                    log.warning("Station %s sent a %s of version %d: kept aside.", station, leaf, v)
        began = time.perf_counter()
        changed = writer.write(records, self._now())
        self._meters.committed(records, writer.stored, time.perf_counter() - began)
        self._acknowledge(connection, batch, records)
        if changed:
            self._changed()

    def _publish_wishes(self, connection: "_Connection", published: dict[str, int]) -> None:
        """Publish the newest desired settings of each station that are not, since we connected."""
        for wish in self._store.wishes.newest():
            if published.get(wish.station) != wish.version:
                connection.publish(topic(wish.station, DESIRED), wish.payload(), retain=True)
                published[wish.station] = wish.version
                log.info("Settings of %s: version %d published.", wish.station, wish.version)

    def _acknowledge(
        self, connection: "_Connection", batch: list[mqtt.MQTTMessage], records: list[Record]
    ) -> None:
        stored: dict[str, list[str]] = {}
        for record in records:
            match record:
                case Told(station, SessionEvent() as event):
                    stored.setdefault(station, []).append(event.id)
                case Newer(station, leaf) if leaf == SESSION:
                    stored.setdefault(station, []).append(record.id)
        connection.acknowledge(batch)
        for station, ids in stored.items():
            connection.publish(topic(station, ACK), Ack(ids=ids).model_dump_json())

    def _idle(self, seconds: float) -> None:
        """Wait before the next attempt; the house is kept without a broker, too."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stop.wait(min(left, WAIT_S)):
                return
            try:
                if self._housekeeping.step(linked=False):
                    self._changed()
            except DatabaseError as error:
                log.error("The store cannot be written (%s); trying again.", reason(error))

    def _now_linked(self, link: Link) -> None:
        if link != self.link:
            self.link = link
            self._changed()


class _Connection:
    """One connection to the broker, used by one thread only; not reusable."""

    def __init__(
        self, broker: BrokerSettings, password: str | None, tls: ssl.SSLContext | None
    ) -> None:
        self.address = f"{broker.host}:{broker.port}"
        self.accepted = self.ready = False
        self.refusal = ""
        self._broker = broker
        self._received: list[mqtt.MQTTMessage] = []
        self._ended: str | None = None
        client = self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"hub-{uuid.uuid4().hex[:12]}",
            protocol=mqtt.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if broker.username is not None:
            client.username_pw_set(broker.username, password)
        if tls is not None:
            client.tls_set_context(tls)
        client.will_set(HUB_STATUS, _status("offline"), qos=1, retain=True)
        client.on_socket_open = _tune
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message

    def open(self) -> None:
        """Connect and say who we are. Raises OSError."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = BATCH
        self._client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=KEEPALIVE_S,
            clean_start=True,
            properties=properties,
        )

    def receive(self, timeout: float) -> list[mqtt.MQTTMessage]:
        """Up to BATCH messages: what has arrived, or the first that does within `timeout` seconds.

        Raises _ConnectionEndedError when the connection is over.
        """
        self._pump(timeout)
        while self._received and len(self._received) < BATCH and self._pump(0):
            pass
        batch, self._received = self._received, []
        return batch

    def acknowledge(self, batch: list[mqtt.MQTTMessage]) -> None:
        """Tell the broker that these need not be sent again."""
        for message in batch:
            self._client.ack(message.mid, message.qos)

    def publish(
        self, name: str, payload: str | bytes, retain: bool = False
    ) -> mqtt.MQTTMessageInfo:
        return self._client.publish(name, payload, qos=1, retain=retain)

    def leave(self) -> None:
        """Say `offline` and disconnect in order."""
        if not self.ready:
            return
        self.ready = False
        said = self.publish(HUB_STATUS, _status("offline"), retain=True)
        until = time.monotonic() + 2
        while not said.is_published() and time.monotonic() < until:
            self._pump(0.1)
        self._client.disconnect()

    def close(self) -> None:
        """Let go of the socket, whatever state it is in."""
        link: Any = self._client.socket()
        if link is not None:
            link.close()

    def _pump(self, timeout: float) -> bool:
        """Let paho read and write; True when there was something to read."""
        link: Any = self._client.socket()
        if link is None or self._ended is not None:
            raise _ConnectionEndedError(self._ended or "closed")
        pending = isinstance(link, ssl.SSLSocket) and link.pending() > 0
        readable, writable, _ = select.select(
            [link], [link] if self._client.want_write() else [], [], 0 if pending else timeout
        )
        if readable or pending:
            self._check(self._client.loop_read())
        if writable:
            self._check(self._client.loop_write())
        self._check(self._client.loop_misc())
        return bool(readable or pending)

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise _ConnectionEndedError(self._ended or mqtt.error_string(code))

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        if code.is_failure:
            self.refusal = self._ended = str(code)
            return
        self.accepted = True
        client.subscribe([(_filter(leaf), 1) for leaf in LEAVES])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, codes: list[ReasonCode], _props: Any
    ) -> None:
        failed = next((code for code in codes if code.is_failure), None)
        if failed is not None:
            self.refusal = self._ended = str(failed)
            return
        self.ready = True
        self.publish(HUB_STATUS, _status("online"), retain=True)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        _properties: Any,
    ) -> None:
        said_so = flags.is_disconnect_packet_from_server
        self._ended = self._ended or (str(code) if said_so else "the link broke")

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._received.append(message)
        if (
            message.topic == HUB_STATUS
            and self.ready
            and bytes(message.payload) != _status("online")
        ):
            # The will of an earlier connection of ours came late, or another hub has gone while
            # this one lives: stations would hold their queues.
            self.publish(HUB_STATUS, _status("online"), retain=True)


def _filter(leaf: str) -> str:
    """What to subscribe to, to hear a leaf of every station."""
    every = topic("+", leaf)
    return f"$share/hub/{every}" if leaf in SHARED else every


def _status(state: Literal["online", "offline"]) -> bytes:
    return HubStatus(state=state).model_dump_json().encode()


def _tune(_client: mqtt.Client, _data: Any, link: Any) -> None:
    try:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_LINK_MS)
    except OSError as error:
        log.debug("Socket options not taken: %s", error)


def _password(broker: BrokerSettings) -> str | None:
    if broker.password_file is None:
        return None
    try:
        return broker.password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(
            f"broker.password_file {broker.password_file}: cannot be read ({error})."
        ) from error


def _tls(broker: BrokerSettings) -> ssl.SSLContext | None:
    if broker.tls_ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(broker.tls_ca))
    except (OSError, ssl.SSLError) as error:
        raise StationError(f"broker.tls_ca {broker.tls_ca}: cannot be read ({error}).") from error
