"""Where the shipped data files and this machine's own files are."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Folder `name` ("kv" or "config") in the checkout, or the copy that the wheel carries."""
    in_wheel = _PACKAGE / "_shipped" / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name


def default_data_dir() -> Path:
    """Where models, the ledger and the hub's store live when the settings do not say."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "hinge-station"
