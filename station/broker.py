"""The broker that `station run` brings along: mosquitto where installed, else the iotcore wheel."""

import os
import shutil
import socket
import sys
from pathlib import Path

from station.errors import StationError
from station.messages import MAX_PAYLOAD

LOOPBACK = "127.0.0.1"

_MOSQUITTO_DIRECTORIES = "/usr/sbin:/usr/local/sbin"
"""Debian puts it where the path of a normal user does not look."""


def find_mosquitto() -> str | None:
    """Path of the mosquitto program, None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_MOSQUITTO_DIRECTORIES)


def command(port: int, folder: Path, mosquitto: str | None) -> list[str]:
    """The command that serves MQTT v5 on loopback `port`; its settings go into `folder`.

    Nothing is kept over a restart: owners publish again what they retain whenever they connect,
    and stations keep their events until the hub has them.
    """
    if mosquitto is None:
        config = _rumqttd_config(port, folder)
        return [sys.executable, "-m", "iotcore", "--log-level=CRITICAL", "--config", str(config)]
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} {LOOPBACK}\n"
        f"{_stay_root()}"
        "allow_anonymous true\n"
        "persistence false\n"
        "set_tcp_nodelay true\n"
        f"max_packet_size {4 * MAX_PAYLOAD}\n"
        "log_type error\n"
        "log_type warning\n",
        encoding="utf-8",
    )
    return [mosquitto, "-c", str(config)]


def _stay_root() -> str:
    """Started by root, mosquitto changes its user, and so the kernel forgets to end it with us."""
    return "user root\n" if os.geteuid() == 0 else ""


def _rumqttd_config(port: int, folder: Path) -> Path:
    """iotcore's own options offer only MQTT 3.1.1; its configuration file offers v5."""
    config = folder / "rumqttd.toml"
    config.write_text(
        "id = 0\n"
        "[router]\n"
        "id = 0\n"
        "max_connections = 100\n"
        "max_outgoing_packet_count = 200\n"
        "max_segment_size = 10485760\n"
        "max_segment_count = 10\n"
        "[v5.1]\n"
        'name = "v5"\n'
        f'listen = "{LOOPBACK}:{port}"\n'
        "next_connection_delay_ms = 1\n"
        "[v5.1.connections]\n"
        "connection_timeout_ms = 10000\n"
        f"max_payload_size = {4 * MAX_PAYLOAD}\n"
        "max_inflight_count = 100\n"
        "dynamic_filters = true\n",
        encoding="utf-8",
    )
    return config


def free_port(wanted: int) -> int:
    """`wanted` when nobody listens there on loopback, else one that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StationError("No free port is left on this machine.")


def answers(port: int) -> bool:
    """Whether somebody accepts connections on loopback `port`."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True
