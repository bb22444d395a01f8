"""One connection to the broker, from CONNECT to its end, driven by the caller's own thread.

paho runs without a thread of its own here: its callbacks only note what happened, and only while
the caller waits. So no PUBACK can overtake the `publish()` it answers, no lock is held across
`publish()`, and no exception can end a thread that nobody watches.
"""

import select
import socket
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from station.errors import StationError
from station.messages import MAX_PAYLOAD
from station.settings import BrokerSettings, Settings
from station.uplink import tls, words
from station.uplink.words import Gettext

KEEPALIVE_S = 20
CONNECT_TIMEOUT_S = 5.0
DEAD_LINK_MS = 10_000
"""Unanswered bytes after which the kernel gives a connection up (TCP_USER_TIMEOUT)."""
READ_AT_ONCE = 200
"""Packets read before anything else is done: a flood must not keep the rest waiting for ever."""
_PACKET_OVERHEAD = 64
"""Bytes of an MQTT PUBLISH beside topic and payload, at most, with the properties we use."""


@dataclass(frozen=True)
class Connected:
    """The broker took us."""


@dataclass(frozen=True)
class Confirmed:
    """The broker's PUBACK; `code` 0 = taken, 0x10 = taken, but nobody listens, ≥ 0x80 refused."""

    mid: int
    code: int
    reason: str


@dataclass(frozen=True)
class Subscribed:
    """The broker's SUBACK; `refused` says why where it refused any."""

    refused: str | None


@dataclass(frozen=True)
class Received:
    """A message to us."""

    topic: str
    payload: bytes
    retained: bool
    response: str | None = None
    correlation: bytes | None = None


Event = Connected | Confirmed | Subscribed | Received


class LinkDownError(Exception):
    """The connection could not be made, or has ended; the message says why, in one sentence."""


def read_password(broker: BrokerSettings) -> str | None:
    """The only line of the password file, None where none is set. Raises StationError."""
    path: Path | None = broker.password_file
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(f"Password file {path}: cannot be read ({error}).") from error
    if len(lines) != 1 or not lines[0]:
        raise StationError(f"Password file {path}: must hold exactly one line, the password.")
    return lines[0]


class Link:
    """One MQTT v5 connection with a clean session. Raises LinkDownError from any method."""

    def __init__(self, settings: Settings, _: Gettext, will_topic: str, will: bytes) -> None:
        """Connects and returns at once; `Connected` comes from `wait()` when the broker agrees.

        Raises also StationError for a password file or CA that cannot be used.
        """
        broker, station = settings.broker, settings.station.id
        self._ = _
        self.user = broker.username or station
        self.where = f"{broker.host}:{broker.port}"
        self.max_payload = MAX_PAYLOAD
        self._events: deque[Event] = deque()
        self._end: str | None = None
        # The same client id each time: a broker that has not noticed our old connection's death
        # ends it when the new one comes, and its will cannot come after our new birth.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"hinge-{station}", protocol=mqtt.MQTTv5
        )
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_socket_open = self._on_socket_open
        self._client.will_set(will_topic, will, qos=1, retain=True)
        password = read_password(broker)
        if password is not None or broker.username:
            self._client.username_pw_set(self.user, password)
        if broker.tls_ca is not None:
            self._use_tls(broker.tls_ca)
        self._open(broker)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retain: bool,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
    ) -> int:
        """Send; returns the packet's id, which `Confirmed` names later when qos is 1."""
        properties = None
        if expiry_s is not None or correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            if expiry_s is not None:
                properties.MessageExpiryInterval = expiry_s
            if correlation is not None:
                properties.CorrelationData = correlation
        sent = self._client.publish(topic, payload, qos, retain, properties)
        if sent.rc != mqtt.MQTT_ERR_SUCCESS:
            raise LinkDownError(self._ended(sent.rc))
        return sent.mid

    def subscribe(self, *topics: str, requests: Sequence[str] = ()) -> None:
        """Subscribe with QoS 1; of what comes on `requests`, `retained` says whether it was sent
        to be kept, also when it was sent just now."""
        plain = SubscribeOptions(qos=1)
        as_sent = SubscribeOptions(qos=1, retainAsPublished=True)
        code, _ = self._client.subscribe(
            [*((topic, plain) for topic in topics), *((topic, as_sent) for topic in requests)]
        )
        if code != mqtt.MQTT_ERR_SUCCESS:
            raise LinkDownError(self._ended(code))

    def wait(self, timeout_s: float) -> list[Event]:
        """What happened, waiting up to `timeout_s` for something to."""
        sock = self._client.socket()
        if sock is None:
            raise LinkDownError(self._ended(mqtt.MQTT_ERR_NO_CONN))
        # TLS may hold decrypted bytes that select() cannot see.
        held = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
        writing = [sock] if self._client.want_write() else []
        readable, writable, _ = select.select([sock], writing, [], 0 if held else timeout_s)
        code = self._read() if readable or held else mqtt.MQTT_ERR_SUCCESS
        if code == mqtt.MQTT_ERR_SUCCESS and writable:
            code = self._client.loop_write()
        if code == mqtt.MQTT_ERR_SUCCESS:
            code = self._client.loop_misc()
        events = list(self._events)
        self._events.clear()
        # What came before the end is handed out first; the end shows at the next call.
        if code != mqtt.MQTT_ERR_SUCCESS and not events:
            raise LinkDownError(self._ended(code))
        return events

    def _read(self) -> MQTTErrorCode:
        """Whatever has come: what is late is judged when nothing lies unread, and many
        acknowledgements become one write to the disk."""
        for _ in range(READ_AT_ONCE):
            code = self._client.loop_read()
            sock = self._client.socket()
            if code != mqtt.MQTT_ERR_SUCCESS or sock is None:
                return code
            held = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
            if not held and not select.select([sock], [], [], 0)[0]:
                break
        return mqtt.MQTT_ERR_SUCCESS

    def close(self) -> None:
        """End the connection in good order: the broker drops our will."""
        if self._client.socket() is not None:
            self._client.disconnect()
            # paho closes the socket only in its own loop.
            deadline = monotonic() + 1.0
            while (sock := self._client.socket()) is not None and monotonic() < deadline:
                select.select([sock], [], [], 0.1)
                if self._client.loop_read() != mqtt.MQTT_ERR_SUCCESS:
                    break

    def _open(self, broker: BrokerSettings) -> None:
        try:
            self._client.connect(broker.host, broker.port, keepalive=KEEPALIVE_S, clean_start=True)
        except (ssl.SSLError, ConnectionResetError) as error:
            if broker.tls_ca is None:
                raise LinkDownError(
                    words.unreachable(self._, self.where, error.strerror or str(error))
                ) from error
            why = tls.sentence(self._, error, self.where)
            raise LinkDownError(why) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise LinkDownError(words.unreachable(self._, self.where, why)) from error

    def _use_tls(self, ca: Path) -> None:
        try:
            self._client.tls_set(ca_certs=str(ca))
        except (OSError, ValueError) as error:
            raise StationError(f"CA certificate {ca}: cannot be used ({error}).") from error

    def _ended(self, code: int) -> str:
        return self._end or words.lost(self._, self.where, mqtt.error_string(code))

    def _on_socket_open(self, _client: mqtt.Client, _data: Any, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_LINK_MS)

    def _on_connect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, props: Any
    ) -> None:
        if not reason.is_failure:
            limit = getattr(props, "MaximumPacketSize", None)
            if limit is not None:
                self.max_payload = min(MAX_PAYLOAD, max(0, limit - _PACKET_OVERHEAD))
            self._events.append(Connected())
        elif reason.value in (0x86, 0x87):
            self._end = words.wrong_password(self._, self.where, self.user)
        else:
            self._end = words.not_taken(self._, self.where, str(reason))

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, flags: Any, reason: ReasonCode, _props: Any
    ) -> None:
        # Comes twice on a keepalive timeout, and again after a refusal: the first reason counts.
        if self._end is not None or reason.value == 0:
            return
        if reason.value == 0x8E:
            self._end = words.taken_over(self._, self.user)
        elif flags.is_disconnect_packet_from_server:
            self._end = words.ended(self._, self.where, str(reason))

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _props: Any
    ) -> None:
        self._events.append(Confirmed(mid, reason.value, str(reason)))

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _props: Any
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._events.append(Subscribed(refused[0] if refused else None))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        response = getattr(message.properties, "ResponseTopic", None)
        correlation = getattr(message.properties, "CorrelationData", None)
        self._events.append(
            Received(message.topic, bytes(message.payload), message.retain, response, correlation)
        )
