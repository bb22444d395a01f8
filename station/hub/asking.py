"""Asks one station for something over the broker, and waits for the answer."""

import threading
import uuid
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import ValidationError

from station.errors import StationError
from station.hub.ingest import _password, _tls, _tune
from station.messages import REQUEST, REQUEST_EXPIRY_S, RESPONSE, Command, Request, Response, topic
from station.settings import BrokerSettings

CONNECT_S = 5.0


def ask(broker: BrokerSettings, station: str, command: Command, wait_s: float) -> Response | None:
    """The station's answer; None when there is none within `wait_s` seconds.

    Raises StationError when the broker cannot be reached or refuses.
    """
    where = f"{broker.host}:{broker.port}"
    asked = _Asked(station, command)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"hub-ask-{uuid.uuid4().hex[:12]}",
        protocol=mqtt.MQTTv5,
    )
    if broker.username is not None:
        client.username_pw_set(broker.username, _password(broker))
    tls = _tls(broker)
    if tls is not None:
        client.tls_set_context(tls)
    client.connect_timeout = CONNECT_S
    client.on_socket_open = _tune
    client.on_connect = asked.connected
    client.on_subscribe = asked.subscribed
    client.on_message = asked.heard
    try:
        client.connect(broker.host, broker.port, keepalive=20)
    except OSError as error:
        why = error.strerror or str(error)
        raise StationError(f"The broker at {where} cannot be reached ({why}).") from error
    client.loop_start()
    try:
        if not asked.sent.wait(CONNECT_S) or asked.refused:
            why = asked.refused or "no answer"
            raise StationError(f"The broker at {where} does not take the request ({why}).")
        asked.answered.wait(wait_s)
    finally:
        client.disconnect()
        client.loop_stop()
    return asked.answer


class _Asked:
    """One request, from the connection to the answer; called on paho's thread."""

    def __init__(self, station: str, command: Command) -> None:
        self.answer: Response | None = None
        self.refused: str | None = None
        self.sent, self.answered = threading.Event(), threading.Event()
        self._to = topic(station, f"{REQUEST}/{command}")
        self._back = topic(station, f"{RESPONSE}/{command}")
        self._correlation = uuid.uuid4().bytes

    def connected(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _: Any) -> None:
        if code.is_failure:
            self._end(str(code))
        else:
            client.subscribe(self._back, 1)

    def subscribed(
        self, client: mqtt.Client, _data: Any, _mid: int, codes: list[Any], _: Any
    ) -> None:
        failed = next((code for code in codes if code.is_failure), None)
        if failed is not None:
            self._end(str(failed))
            return
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = REQUEST_EXPIRY_S
        properties.ResponseTopic = self._back
        properties.CorrelationData = self._correlation
        client.publish(self._to, Request().model_dump_json(), 1, properties=properties)
        self.sent.set()

    def heard(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if getattr(message.properties, "CorrelationData", None) != self._correlation:
            return
        try:
            self.answer = Response.model_validate_json(message.payload)
        except ValidationError:
            self.answer = Response(ok=False, problem="The answer does not fit the schema.")
        self.answered.set()

    def _end(self, why: str) -> None:
        self.refused = why
        self.sent.set()
