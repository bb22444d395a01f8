"""How many sessions a second get into SQLite, through a real mosquitto and onto the disk."""

import json
import select
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from station.hub.ingest import BATCH
from station.messages import INFO, SESSION, topic
from tests.hub.parts import session_event
from tests.hub_load.bars import Bar
from tests.hub_load.parts import broker, hub, wait_for

SESSIONS, STATIONS, WINDOW = 20_000, 20, 20
BAR = 2000.0


def measure(folder: Path, sessions: int = SESSIONS) -> list[Bar]:
    """The hub, and beside it the bare figure: paho and sqlite3 with nothing of ours."""
    folder.mkdir(exist_ok=True)
    ours, told = _of_hub(folder / "hub", sessions)
    bare = _of_nothing(folder / "bare", sessions)
    return [
        Bar("ingest into SQLite, fully durable", ours, "sessions/s", BAR, True, told),
        Bar("… bare paho + sqlite3, same batches", bare, "sessions/s"),
    ]


def _of_hub(folder: Path, sessions: int) -> tuple[float, str]:
    folder.mkdir()
    with broker(folder) as port, hub(folder, port) as running:
        _introduce(port)
        wait_for(lambda: running.metrics().get("hinge_messages_total info") == STATIONS, "info")
        sender = _sender(port, sessions)
        cpu, began = running.cpu_s(), time.perf_counter()
        _go(sender)
        wait_for(lambda: running.stored() >= sessions, "the sessions", 120)
        took = time.perf_counter() - began
        cpu = running.cpu_s() - cpu
        assert sender.wait(timeout=30) == 0
        said = running.metrics()
    batches = said["hinge_commit_seconds_count"]
    with sqlite3.connect(folder / "hub.db") as db:
        (stored,) = db.execute("SELECT count(*) FROM session").fetchone()
        (summed,) = db.execute("SELECT sum(sessions) FROM hourly").fetchone()
    assert stored == summed == sessions, (stored, summed)
    spent = 1000 * said["hinge_commit_seconds_sum"] / batches
    share = 100 * said["hinge_commit_seconds_sum"] / took
    return sessions / took, (
        f"{sessions:,} sessions, {batches:.0f} transactions of {spent:.1f} ms "
        f"({share:.0f} % of the time), {cpu / took:.2f} cores"
    )


def _of_nothing(folder: Path, sessions: int) -> float:
    folder.mkdir()
    with broker(folder) as port:
        bare = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, "store", str(port), str(folder / "bare.db"),
             str(sessions)],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert bare.stdout is not None
        assert bare.stdout.readline() == "ready\n"
        sender = _sender(port, sessions)
        began = time.perf_counter()
        _go(sender)
        assert bare.stdout.readline() == "done\n"
        took = time.perf_counter() - began
        assert bare.wait(timeout=10) == sender.wait(timeout=30) == 0
    return sessions / took


def _sender(port: int, sessions: int) -> "subprocess.Popen[str]":
    """Ready to send: its own start is no part of what is measured."""
    sender = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "send", str(port), str(sessions)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdout is not None
    assert sender.stdout.readline() == "ready\n"
    return sender


def _go(sender: "subprocess.Popen[str]") -> None:
    assert sender.stdin is not None
    sender.stdin.write("go\n")
    sender.stdin.flush()


def _introduce(port: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for number in range(STATIONS):
        info = json.dumps({"version": "0.1.0", "gym": "gym-1"})
        client.publish(topic(f"load-{number}", INFO), info, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def send(port: int, sessions: int) -> None:
    """Publish so many sessions with QoS 1, a window in flight; costs little beside the hub."""
    event = json.dumps(session_event(id="ID"))
    packets = []
    for number in range(sessions):
        name = topic(f"load-{number % STATIONS}", SESSION).encode()
        payload = event.replace('"ID"', f'"{uuid.uuid4().hex}"').encode()
        mid = number % WINDOW + 1
        body = struct.pack("!H", len(name)) + name + struct.pack("!H", mid) + b"\0" + payload
        packets.append(b"\x32" + _length(len(body)) + body)
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hello = b"\0\4MQTT\5\2\0\0\0" + b"\0\4load"
        link.sendall(b"\x10" + _length(len(hello)) + hello)
        link.recv(1024)
        print("ready", flush=True)
        sys.stdin.readline()
        for start in range(0, sessions, WINDOW):
            window = packets[start : start + WINDOW]
            link.sendall(b"".join(window))
            owed = len(window)
            answer = b""
            while owed:
                answer += link.recv(4096)
                while len(answer) >= 2 and len(answer) >= 2 + answer[1]:
                    assert answer[0] == 0x40, "the broker said something else than PUBACK"
                    answer = answer[2 + answer[1] :]
                    owed -= 1


def _length(value: int) -> bytes:
    """MQTT's variable byte integer."""
    out = bytearray()
    while True:
        value, digit = divmod(value, 128)
        out.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(out)


def store(port: int, path: Path, sessions: int) -> None:
    """What could not be less: take a batch, commit it durably, acknowledge it."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE session (id TEXT PRIMARY KEY, event TEXT NOT NULL) STRICT")
    received: list[mqtt.MQTTMessage] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5, manual_ack=True)
    client.on_message = lambda _client, _data, message: received.append(message)
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.on_connect = lambda client, *_: client.subscribe(topic("+", SESSION), 1)
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = BATCH
    client.connect("127.0.0.1", port, properties=properties)
    link: Any = client.socket()
    done = 0
    while done < sessions:
        wait = 1.0
        while len(received) < BATCH:
            writing = [link] if client.want_write() else []
            readable, writable, _ = select.select([link], writing, [], wait)
            if writable:
                client.loop_write()
            if not readable:
                break
            client.loop_read()
            wait = 0.0
        client.loop_misc()
        if received:
            rows = [(json.loads(m.payload)["id"], m.payload.decode()) for m in received]
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO session VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
            db.execute("COMMIT")
            for message in received:
                client.ack(message.mid, message.qos)
            done += len(received)
            received.clear()
    assert db.execute("SELECT count(*) FROM session").fetchone() == (sessions,)
    print("done", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(int(sys.argv[2]), int(sys.argv[3]))
    else:
        store(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
