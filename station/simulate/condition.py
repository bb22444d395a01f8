"""How a simulated station says it is: healthy, or in its particular trouble. Pure."""

import random
from datetime import datetime

from station import __version__
from station.messages import Health, Info
from station.simulate.fleet import Fleet, Station

CAPABILITY = "simulated"
STALL_MINUTES = 5
"""A stalling camera gives no picture in every other stretch of so many minutes."""


def info(station: Station) -> Info:
    """What runs on it; it takes no settings and answers no requests."""
    return Info(version=__version__, gym=station.gym.id, capabilities=["session", CAPABILITY])


def health(
    fleet: Fleet, station: Station, now: datetime, waiting: int, oldest_s: int | None
) -> Health:
    """Its health at a moment, with so many sessions waiting to be sent."""
    dice = random.Random(f"{fleet.seed}/{station.id}/{now:%Y-%m-%dT%H:%M}")
    fps, inference, temperature, throttled = 29.5, 24.0, 55.0, False
    if station.trouble == "hot":
        fps, inference, temperature, throttled = 14.0, 58.0, 83.0, True
    elif station.trouble == "stalls" and now.minute // STALL_MINUTES % 2 == 0:
        fps = 0.4
    own = random.Random(f"{fleet.seed}/{station.id}")
    return Health(
        fps=round(max(0.0, fps + dice.uniform(-0.4, 0.4)), 1),
        inference_ms=round(inference + dice.uniform(-2, 2), 1),
        temperature_c=round(temperature + own.uniform(-4, 4) * (not throttled) + dice.random(), 1),
        throttled=throttled,
        disk_free_mb=own.randint(9_000, 24_000),
        outbox_depth=waiting,
        outbox_oldest_s=oldest_s,
        clock="unsynced" if station.trouble == "no_clock" else "synced",
        wifi_dbm=-own.randint(48, 71),
    )
