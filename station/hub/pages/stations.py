"""Stations: how much each was used, how well, and how each has been."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import cast

from starlette.routing import Route

from station.hub import periods
from station.hub.answers import Figures, HealthHour, Stations
from station.hub.figures import Asked, Page, nothing, routes_of
from station.hub.spreadsheet import Value
from station.hub.wiring import Wiring

HEALTH_FOR = timedelta(days=7)
COLUMNS = (
    "data",
    "gym",
    "kind",
    "from",
    "until",
    "stations",
    "sessions",
    "clean_percent",
    "fps",
    "inference_ms",
    "temperature_c",
    "throttled",
    "outbox_depth",
    "disk_free_mb",
)


def routes(wiring: Wiring) -> list[Route]:
    """The page, its data and its export."""
    return routes_of(Page("stations", answer, COLUMNS, rows), wiring)


def answer(wiring: Wiring, asked: Asked) -> Stations:
    """What the page shows."""
    k = wiring.settings.hub.k
    there = [
        row
        for row in wiring.store.stations()
        if asked.gym and row.gym == asked.gym and row.simulated == (asked.data == "simulated")
    ]
    shown = wiring.store.finished.of(periods.stations, asked.source, asked.gym, k)
    return Stations(
        gym=asked.gym,
        data=asked.data,
        k=k,
        periods=shown,
        labels={row.id: row.label for row in there if row.label},
        health=_health(wiring, [row.id for row in there], k),
        sentence=nothing(asked, k, bool(shown)),
    )


def _health(wiring: Wiring, stations: Sequence[str], k: int) -> dict[str, list[HealthHour]]:
    known = wiring.store.health_hours(stations, wiring.now() - HEALTH_FOR)
    return {
        station: [
            HealthHour(
                hour=hour.hour,
                fps=hour.fps,
                inference_ms=hour.inference_ms,
                temperature_c=hour.temperature_c,
                throttled=hour.throttled,
                # Sessions of people wait there: how many is theirs as much as any count.
                outbox_depth=hour.outbox_depth // k * k,
                disk_free_mb=hour.disk_free_mb,
            )
            for hour in hours
        ]
        for station, hours in known.items()
    }


def rows(figures: Figures) -> Iterator[Sequence[Value]]:
    """One row for each group of each period, then one for each hour of each station."""
    stations = cast(Stations, figures)
    for period in stations.periods:
        for group in period.groups:
            yield (
                stations.data,
                stations.gym,
                "use",
                period.from_.isoformat(),
                period.until.isoformat(),
                " ".join(group.stations),
                group.sessions,
                group.clean_percent,
                *(None,) * 6,
            )
    for station, hours in stations.health.items():
        for hour in hours:
            yield (
                stations.data,
                stations.gym,
                "health",
                hour.hour.isoformat(),
                (hour.hour + timedelta(hours=1)).isoformat(),
                station,
                None,
                None,
                hour.fps,
                hour.inference_ms,
                hour.temperature_c,
                hour.throttled,
                hour.outbox_depth,
                hour.disk_free_mb,
            )
