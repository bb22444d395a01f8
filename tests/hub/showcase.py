"""The pages of figures with figures of a made-up gym, served with the hub's own headers."""

import math
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from station.hub import words
from station.hub.access import Access, User
from station.hub.database import Database
from station.hub.pages import language
from station.hub.rendering import language_of, render
from station.hub.web import ROOM, SecurityHeaders
from tests.hub.parts import free_port, until

PAGES = ("busy", "technique", "stations")
K = 10
FIRST = date(2026, 8, 31)
NONE: dict[str, Any] = {
    "weeks": 0,
    "cells": [],
    "periods": [],
    "health": {},
    "sentence": words.not_enough(K, str),
}


def busy() -> dict[str, Any]:
    """A week with an evening peak; nights and Sunday mornings are too few to show."""
    cells = []
    for day in range(7):
        for hour in range(24):
            evening = 11 * math.exp(-(((hour - 18) / 2.2) ** 2)) * (1.2 if day == 1 else 1)
            morning = 6 * math.exp(-(((hour - 7.5) / 1.6) ** 2))
            weekend = 5 * math.exp(-(((hour - 12) / 2.5) ** 2)) if day > 4 else 1.5
            often = (weekend if day > 4 else morning + evening + 1.5) if 6 <= hour < 22 else 0.0
            shown = often >= 1.2
            cells.append(
                {
                    "day": day,
                    "hour": hour,
                    "per_week": round(often * 2) / 2 if shown else None,
                    "in_use_percent": min(95, 5 * round(often * 3 + 6)) if shown else None,
                }
            )
    return {"weeks": 12, "cells": cells, "sentence": None} | _range(0, 12)


def technique() -> dict[str, Any]:
    """Twelve weeks in which the share of clean reps grows, once not shown."""
    labels, patterns = words.faults(str), words.patterns(str)
    periods = []
    for week in range(12):
        sessions = 240 + 15 * (week % 5)
        counts = {"hinge": 130 + 5 * week, "squat": 60 - 5 * (week // 3)}
        together = {"names": ["stoop", "unclear"], "label": "Spine or Unclear", "sessions": 35}
        seen = {"hips_stay": 95 - 5 * (week // 3), "back_rounds": 70, "knees_forward": 45}
        periods.append(
            {
                "weeks": 1,
                "sessions": sessions,
                "patterns": [
                    *(
                        {"names": [n], "label": patterns[n], "sessions": c}
                        for n, c in counts.items()
                    ),
                    together,
                ],
                "faults": [
                    {"name": name, "label": labels[name], "sessions": seen.get(name)}
                    for name in words.FAULTS
                ],
                "clean_percent": None if week == 4 else 45 + 5 * (week // 2),
                "halves": {"first_percent": 55, "second_percent": 70},
            }
            | _range(week, week + 1)
        )
    return {"periods": periods, "sentence": None}


def stations() -> dict[str, Any]:
    """Three periods; two stations only together. One station overheats and falls silent."""
    periods = [
        {
            "groups": [
                {"stations": ["front-desk"], "sessions": 480 + 20 * n, "clean_percent": 65},
                {"stations": ["free-weights"], "sessions": 310, "clean_percent": 75},
                {"stations": ["studio", "upstairs"], "sessions": 40, "clean_percent": None},
            ]
        }
        | _range(4 * n, 4 * n + 4)
        for n in range(3)
    ]
    return {
        "periods": periods,
        "labels": {"upstairs": "Upper floor", "front-desk": "Front desk"},
        "health": {"free-weights": _hours(hot=False), "front-desk": _hours(hot=True)},
        "sentence": None,
    }


def _range(start: int, end: int) -> dict[str, str]:
    day = timedelta(weeks=1)
    return {"from": (FIRST + start * day).isoformat(), "until": (FIRST + end * day).isoformat()}


def _hours(hot: bool) -> list[dict[str, Any]]:
    begin = datetime(2026, 11, 14, 15, tzinfo=UTC)
    hours = []
    for n in range(7 * 24):
        when = begin + timedelta(hours=n)
        warm = 48 + 12 * math.exp(-(((when.hour - 18) / 3) ** 2)) + (24 if hot and n > 120 else 0)
        if hot and 60 < n < 68:
            continue
        hours.append(
            {
                "hour": when.isoformat(),
                "fps": round(29.5 - 2 * (warm > 75) * (n % 3) + 0.3 * math.sin(n), 1),
                "inference_ms": 24.0,
                "temperature_c": round(warm, 1),
                "throttled": warm > 78,
                "outbox_depth": 14 if 100 < n < 106 else 0,
                "disk_free_mb": 9000,
            }
        )
    return hours


FIGURES = {"busy": busy, "technique": technique, "stations": stations}


def _application(people: list[str], access: Access) -> Starlette:
    gyms = {"people": people, "simulated": ["demo-gym"] if people else []}

    def page(name: str) -> Route:
        async def show(request: Request) -> Response:
            request.state.user, request.state.csrf = User("manager", "manager"), "token"
            figures: dict[str, Any]
            data = request.query_params.get("data", "people")
            gym = request.query_params.get("gym", gyms[data][0] if gyms[data] else None)
            figures = {"gym": gym, "data": data, "k": K}
            figures |= FIGURES[name]() if gym in ("north", "south", "demo-gym") else NONE
            return render(
                request,
                f"{name}.html",
                language=language_of(request, "en"),
                figures=figures,
                gyms=gyms[data],
                has_simulated=bool(gyms["simulated"]),
                gym=gym,
                data=data,
            )

        return Route(f"/{name}", show)

    app = Starlette(
        routes=[
            *map(page, PAGES),
            *language.routes(),
            Mount("/static", StaticFiles(directory=ROOM / "static")),
        ],
        middleware=[Middleware(SecurityHeaders, https=False)],
    )
    app.state.access = access
    return app


@contextmanager
def showcase(people: tuple[str, ...] = ("north", "south", "new")) -> Iterator[str]:
    """Serves the pages for gyms of these names, "new" without any figures; gives the address."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(Path(folder) / "hub.db")) as database,
    ):
        access = Access(database, secure=False, language="en")
        port = free_port()
        config = uvicorn.Config(_application(list(people), access), port=port, log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            access.close()
