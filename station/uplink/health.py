"""What the station can tell of itself, from /proc and /sys; None = cannot be read here."""

import hashlib
import shutil
from pathlib import Path

from station import __version__
from station.ledger import Ledger, clock_state
from station.ledger.exchange import Exchange
from station.ledger.link import Network
from station.messages import Health, Info
from station.settings import Settings

TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
WIRELESS = Path("/proc/net/wireless")
INTERFACES = Path("/sys/class/net")
KIOSK_FRESH_S = 20.0
"""The kiosk says how it is at least every ten seconds."""


def health(settings: Settings, ledger: Ledger) -> Health:
    """The station's health now. Raises StationError when the ledger cannot be read."""
    oldest = ledger.oldest_age()
    kiosk = Exchange(settings).read_kiosk()
    if kiosk is not None and (kiosk.silent_s is None or kiosk.silent_s > KIOSK_FRESH_S):
        kiosk = None
    return Health(
        fps=kiosk.fps if kiosk else None,
        inference_ms=kiosk.inference_ms if kiosk else None,
        temperature_c=temperature(),
        throttled=throttled(),
        disk_free_mb=_disk_free_mb(settings.station.data_dir),
        outbox_depth=ledger.depth(),
        outbox_oldest_s=None if oldest is None else int(oldest),
        clock=clock_state(),
        wifi_dbm=wifi_dbm(),
    )


def network() -> Network:
    """What this machine is connected by; a cable goes before Wi-Fi, as it does for packets."""
    up = [folder for folder in _entries(INTERFACES) if _read(folder / "operstate") == "up"]
    if any(not (folder / "wireless").exists() for folder in up):
        return "wired"
    return "wifi" if up else "none"


def info(settings: Settings) -> Info:
    """What runs on the station; hashes the pose model's file where there is one."""
    try:
        with settings.model.open("rb") as file:
            model = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        model = None
    return Info(
        version=__version__,
        gym=settings.station.gym,
        model_sha256=model,
        capabilities=["session", "settings", "requests"],
    )


def temperature() -> float | None:
    """Of the processor, degrees Celsius."""
    text = _read(TEMPERATURE)
    return int(text) / 1000 if text.lstrip("-").isdigit() else None


def throttled() -> bool | None:
    """Raspberry Pi firmware's flags: bits 0 to 3 are what holds the processor back now."""
    text = _read(THROTTLED)
    try:
        return bool(int(text, 16) & 0xF) if text else None
    except ValueError:
        return None


def _disk_free_mb(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return None


def wifi_dbm() -> int | None:
    """Signal level of the first wireless interface: third number of /proc/net/wireless."""
    for line in _read(WIRELESS).splitlines()[2:]:
        fields = line.split()
        if len(fields) > 3:
            try:
                return int(float(fields[3]))
            except ValueError:
                return None
    return None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
