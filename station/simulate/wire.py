"""One MQTT v5 connection in a selector that holds thousands of them; paho has no thread here."""

import selectors
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from station.errors import StationError
from station.settings import BrokerSettings

KEEPALIVE_S = 60
CONNECT_TIMEOUT_S = 5.0
REFUSED, NOT_AUTHORIZED = 0x80, 0x87
"""PUBACK reason codes of MQTT v5: the first failure; denied by the broker's rules."""


class Ears(Protocol):
    """Is told what happens on a wire, only from within `Wire.turn`."""

    def connected(self) -> None:
        """The broker took us, and every subscription."""

    def heard(self, topic: str, payload: bytes) -> None:
        """A message came."""

    def confirmed(self, mid: int, code: int) -> None:
        """The broker's PUBACK."""


class WireBrokenError(Exception):
    """The connection could not be made, or is over; the message says why."""


class Wire:
    """Connects when made. Raises WireBrokenError from any method, StationError for a bad file."""

    def __init__(
        self,
        broker: BrokerSettings,
        selector: selectors.BaseSelector,
        ears: Ears,
        *,
        client_id: str,
        topics: tuple[str, ...],
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._ears, self._topics, self._selector = ears, topics, selector
        self._ended: str | None = None
        client = self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._watch(selectors.EVENT_READ | selectors.EVENT_WRITE)
        client.on_socket_unregister_write = self._watch(selectors.EVENT_READ)
        if will is not None:
            client.will_set(*will, qos=1, retain=True)
        if broker.username is not None:
            client.username_pw_set(broker.username, _password(broker.password_file))
        try:
            if broker.tls_ca is not None:
                client.tls_set(ca_certs=str(broker.tls_ca))
            client.connect(broker.host, broker.port, keepalive=KEEPALIVE_S, clean_start=True)
        except (OSError, ValueError) as error:
            raise WireBrokenError(str(error)) from error

    def turn(self, mask: int) -> None:
        """Read and write what can be, as the selector says."""
        link: Any = self._client.socket()
        if link is None:
            raise WireBrokenError(self._ended or "closed")
        if mask & selectors.EVENT_READ:
            self._check(self._client.loop_read())
            # TLS may hold decrypted bytes that the selector cannot see.
            while isinstance(link, ssl.SSLSocket) and self._client.socket() and link.pending():
                self._check(self._client.loop_read())
        if mask & selectors.EVENT_WRITE:
            self._check(self._client.loop_write())

    def keep_alive(self) -> None:
        """To be called now and then."""
        self._check(self._client.loop_misc())

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> int:
        """Send; returns the packet's id."""
        properties = None
        if expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        sent = self._client.publish(topic, payload, qos, retain, properties)
        self._check(sent.rc)
        return sent.mid

    def leave(self) -> None:
        """Disconnect in order: the broker forgets our will."""
        self._client.disconnect()
        self._client.loop_write()
        self.cut()

    def cut(self) -> None:
        """End the connection as a power cut does; the broker tells our will."""
        link: Any = self._client.socket()
        if link is not None:
            self._on_socket_close(self._client, None, link)
            # paho closes it once more when it is forgotten.
            self._client.on_socket_close = None
            self._client.on_socket_unregister_write = None
            link.close()

    def _check(self, code: int) -> None:
        if code != mqtt.MQTT_ERR_SUCCESS:
            raise WireBrokenError(self._ended or mqtt.error_string(MQTTErrorCode(code)))

    def _watch(self, events: int) -> Callable[[mqtt.Client, Any, Any], None]:
        def change(_client: mqtt.Client, _data: Any, link: Any) -> None:
            if link.fileno() in self._selector.get_map():
                self._selector.modify(link, events, self._ears)

        return change

    def _on_socket_open(self, _client: mqtt.Client, _data: Any, link: Any) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(link, selectors.EVENT_READ, self._ears)

    def _on_socket_close(self, _client: mqtt.Client, _data: Any, link: Any) -> None:
        if link.fileno() in self._selector.get_map():
            self._selector.unregister(link)

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any
    ) -> None:
        if code.is_failure:
            self._ended = f"the broker refuses it: {code}"
            return
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, codes: list[ReasonCode], _props: Any
    ) -> None:
        refused = next((code for code in codes if code.is_failure), None)
        if refused is not None:
            raise StationError(
                f"The broker does not let a simulated station listen ({refused}): simulate needs "
                "one without rights for each station."
            )
        self._ears.connected()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._ears.heard(message.topic, bytes(message.payload))

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, code: ReasonCode, _props: Any
    ) -> None:
        self._ears.confirmed(mid, code.value)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _props: Any
    ) -> None:
        self._ended = self._ended or str(code)


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(f"broker.password_file {path}: cannot be read ({error}).") from error
