"""How each station was, by the hour, for 90 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from station.hub.weeks import hour_text
from station.messages import Health

KEPT = timedelta(days=90)
MOST_SAID = 10_000
"""An hour takes no more: a station that floods could make its sums larger than fits."""
LARGEST = 2**31 - 1

FOLD = """
INSERT INTO health_hour (station, hour, said, fps_n, fps_tenths, inference_n, inference_tenths,
    temperature_tenths, throttled, outbox_depth, disk_free_mb)
VALUES (:station, :hour, 1, :fps_n, :fps, :inference_n, :inference, :temperature, :throttled,
    :outbox, :disk)
ON CONFLICT (station, hour) DO UPDATE SET
    said = health_hour.said + 1,
    fps_n = health_hour.fps_n + excluded.fps_n,
    fps_tenths = health_hour.fps_tenths + excluded.fps_tenths,
    inference_n = health_hour.inference_n + excluded.inference_n,
    inference_tenths = health_hour.inference_tenths + excluded.inference_tenths,
    temperature_tenths = CASE
        WHEN health_hour.temperature_tenths > excluded.temperature_tenths
            OR excluded.temperature_tenths IS NULL
        THEN health_hour.temperature_tenths ELSE excluded.temperature_tenths END,
    throttled = CASE WHEN excluded.throttled = 1 THEN 1 ELSE health_hour.throttled END,
    outbox_depth = CASE WHEN health_hour.outbox_depth > excluded.outbox_depth
        THEN health_hour.outbox_depth ELSE excluded.outbox_depth END,
    disk_free_mb = CASE
        WHEN health_hour.disk_free_mb < excluded.disk_free_mb OR excluded.disk_free_mb IS NULL
        THEN health_hour.disk_free_mb ELSE excluded.disk_free_mb END
WHERE health_hour.said < :most
"""


@dataclass(frozen=True)
class HealthHour:
    """Averages and extremes of one station's hour; None = not reported."""

    hour: datetime
    """Aware, UTC."""
    fps: float | None
    inference_ms: float | None
    temperature_c: float | None
    """The highest."""
    throttled: bool
    """At any time."""
    outbox_depth: int
    """The deepest."""
    disk_free_mb: int | None
    """The least."""


def fold(db: sa.Connection, station: str, health: Health, received: datetime) -> None:
    """Add what a station said to its hour."""
    db.execute(
        sa.text(FOLD),
        {
            "station": station,
            "hour": hour_text(received),
            "fps_n": int(health.fps is not None),
            "fps": _tenths(health.fps or 0, 1000),
            "inference_n": int(health.inference_ms is not None),
            "inference": _tenths(health.inference_ms or 0, 10_000),
            "temperature": None
            if health.temperature_c is None
            else _tenths(health.temperature_c, 200),
            "throttled": int(bool(health.throttled)),
            "outbox": min(health.outbox_depth, LARGEST),
            "disk": None if health.disk_free_mb is None else min(health.disk_free_mb, LARGEST),
            "most": MOST_SAID,
        },
    )


def read(
    db: sa.Connection, stations: Sequence[str], since: datetime
) -> dict[str, list[HealthHour]]:
    """Each station's hours from `since` on, oldest first; hours without a word are absent."""
    rows = db.execute(
        sa.text(
            "SELECT station, hour, fps_n, fps_tenths, inference_n, inference_tenths,"
            " temperature_tenths, throttled, outbox_depth, disk_free_mb FROM health_hour"
            " WHERE station IN :stations AND hour >= :since ORDER BY station, hour"
        ).bindparams(sa.bindparam("stations", expanding=True)),
        {"stations": list(stations), "since": hour_text(since)},
    )
    found: dict[str, list[HealthHour]] = {station: [] for station in stations}
    for station, hour, fps_n, fps, inference_n, inference, warmest, throttled, outbox, disk in rows:
        found[station].append(
            HealthHour(
                hour=datetime.fromisoformat(hour),
                fps=round(fps / fps_n / 10, 1) if fps_n else None,
                inference_ms=round(inference / inference_n / 10, 1) if inference_n else None,
                temperature_c=None if warmest is None else warmest / 10,
                throttled=bool(throttled),
                outbox_depth=outbox,
                disk_free_mb=disk,
            )
        )
    return found


def purge(db: sa.Connection, now: datetime, limit: int) -> int:
    """Forget at most `limit` hours older than KEPT; how many there were."""
    return db.execute(
        sa.text(
            "DELETE FROM health_hour WHERE (station, hour) IN"
            " (SELECT station, hour FROM health_hour WHERE hour < :cut LIMIT :n)"
        ),
        {"cut": hour_text(now - KEPT), "n": limit},
    ).rowcount


def _tenths(value: float, largest: float) -> int:
    return round(10 * max(-largest, min(value, largest)))
