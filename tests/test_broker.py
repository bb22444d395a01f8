"""Both brokers that `station run` can bring along do what stations and hub need of one."""

import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from station import broker

DEADLINE_S = 10.0


@pytest.fixture(params=["mosquitto", "iotcore"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    found = broker.find_mosquitto()
    assert found is not None, "mosquitto is part of the test set-up"
    chosen = broker.free_port(0)
    program = found if request.param == "mosquitto" else None
    process = subprocess.Popen(broker.command(chosen, tmp_path, program), stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + DEADLINE_S
    while not broker.answers(chosen) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield chosen
    process.terminate()
    process.wait(DEADLINE_S)


def client(port: int, heard: "queue.Queue[mqtt.MQTTMessage]", will: bool = False) -> mqtt.Client:
    made = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    made.on_message = lambda _client, _data, message: heard.put(message)
    if will:
        made.will_set("hinge/v1/rack-2/status", b"lost", qos=1, retain=True)
    made.connect(broker.LOOPBACK, port)
    made.loop_start()
    deadline = time.monotonic() + DEADLINE_S
    while not made.is_connected() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert made.is_connected()
    return made


def subscribe(hub: mqtt.Client, leaf: str) -> None:
    """Wait until the broker has taken it: what is published earlier goes nowhere."""
    taken = threading.Event()
    hub.on_subscribe = lambda *_: taken.set()
    hub.subscribe(f"hinge/v1/+/{leaf}", qos=1)
    assert taken.wait(DEADLINE_S)


def test_a_retained_message_and_a_will_reach_who_comes_later(port: int) -> None:
    heard: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
    station = client(port, queue.Queue(), will=True)
    station.publish("hinge/v1/rack-2/info", b"hello", qos=1, retain=True).wait_for_publish(5)
    hub = client(port, heard)
    subscribe(hub, "info")
    first = heard.get(timeout=DEADLINE_S)
    assert (first.topic, first.payload) == ("hinge/v1/rack-2/info", b"hello")
    subscribe(hub, "status")
    sock = station.socket()
    assert sock is not None
    station.loop_stop()
    sock.close()
    assert heard.get(timeout=DEADLINE_S).payload == b"lost"
    hub.disconnect()


def test_an_event_with_v5_properties_arrives(port: int) -> None:
    heard: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
    hub = client(port, heard)
    subscribe(hub, "evt/session")
    station = client(port, queue.Queue())
    expiring = Properties(PacketTypes.PUBLISH)
    expiring.MessageExpiryInterval = 180
    station.publish("hinge/v1/rack-2/evt/session", b"{}", qos=1, properties=expiring)
    message = heard.get(timeout=DEADLINE_S)
    assert (message.topic, message.qos) == ("hinge/v1/rack-2/evt/session", 1)
    for each in (hub, station):
        each.disconnect()
        each.loop_stop()


def test_a_taken_port_is_avoided(port: int) -> None:
    chosen = broker.free_port(port)
    assert chosen != port
    assert broker.free_port(chosen) == chosen
