"""What `station join` left on this station: who it is in the gym, and how it reaches the broker.

In the data folder: `joined.toml`, for its group as well, and in the folder `joined`, for its owner
only, the gym's authority and the password. `settings.load` takes them for what the settings file
does not say: all of [broker] unless the file has a [broker] of its own, and the station's id unless
the file names one.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from station import atomic
from station.errors import StationError

Document = dict[str, Any]


def file_in(data_dir: Path) -> Path:
    """Where it is written that this station has joined."""
    return data_dir / "joined.toml"


def write(data_dir: Path, *, station: str, host: str, port: int, ca: str, password: str) -> None:
    """Keep it all; `joined.toml` comes last and counts only then. Raises StationError."""
    folder = data_dir / "joined"
    authority, secret = folder / "ca.pem", folder / "password"
    lines = [
        "# Written by `station join`; remove this file to leave the gym.",
        "[station]",
        f"id = {json.dumps(station)}",
        "[broker]",
        f"host = {json.dumps(host)}",
        f"port = {port}",
        f"tls_ca = {json.dumps(str(authority.absolute()), ensure_ascii=False)}",
        f"username = {json.dumps(station)}",
        f"password_file = {json.dumps(str(secret.absolute()), ensure_ascii=False)}",
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic.write_text(authority, ca)
        atomic.write_text(secret, password + "\n")
        # It holds no secret, and the kiosk, which is another user, shows the station's name.
        atomic.write_text(file_in(data_dir), "\n".join(lines) + "\n", mode=0o640)
    except OSError as error:
        raise StationError(f"{data_dir}: cannot be written to ({error.strerror}).") from error


def beneath(document: Document, data_dir: Path) -> Document:
    """`document`, a settings file, with what it leaves to `joined.toml`; itself without one.

    Raises StationError when that file cannot be read.
    """
    path = file_in(data_dir)
    try:
        left = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return document
    except (OSError, ValueError) as error:
        raise StationError(f"Settings {path}: cannot be read ({error}).") from error
    merged = dict(document)
    if not document.get("broker"):
        merged["broker"] = left.get("broker", {})
    merged["station"] = {**left.get("station", {}), **document.get("station", {})}
    return merged
