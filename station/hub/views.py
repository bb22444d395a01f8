"""What the API answers, as plain data. Nothing else reads people's numbers from the store."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from station.hub import standing
from station.hub.ingest import Link
from station.hub.store import Clock, Store, utc_now
from station.hub.words import Gettext
from station.i18n import translator

DEMO_ROWS = 20
URGENCY = ("red", "amber", "green")


class Views:
    """The pages' data at this moment, in a language ("en"); each method opens the store on its
    own, in any thread."""

    def __init__(
        self,
        store: Store,
        link: Callable[[], Link],
        now: Clock = utc_now,
    ) -> None:
        self.link = link
        self._store, self._now = store, now

    def now(self, language: str) -> dict[str, Any]:
        """Stations, what needs hands first; the hub itself; and today's number of sessions per
        gym (local day)."""
        now, link, _ = self._now(), self.link(), translator(language)
        start, end = _local_day(now)
        stations = [
            {"id": row.id, "gym": row.gym, "simulated": row.simulated}
            | asdict(standing.of_station(row, link.state == "connected", now, _))
            for row in self._store.stations()
        ]
        stations.sort(key=lambda station: URGENCY.index(str(station["level"])))
        return {
            "headline": _headline(
                [str(station["level"]) for station in stations], link.state == "connected", _
            ),
            "hub": asdict(standing.of_hub(link, _)),
            "gyms": [
                {"gym": gym, "sessions_today": count}
                for gym, count in sorted(self._store.sessions_between(start, end).items())
            ],
            "stations": stations,
        }

    def demo(self, _language: str) -> dict[str, Any]:
        """Demo sessions, newest first, unsuppressed: they are not people."""
        return {"sessions": self._store.demo_sessions(DEMO_ROWS)}


def _headline(levels: list[str], linked: bool, _: Gettext) -> dict[str, str]:
    if not linked:
        return {"level": "red", "sentence": _("No news from the stations")}
    if not levels:
        return {"level": "amber", "sentence": _("No station yet")}
    waiting = sum(level != "green" for level in levels)
    if not waiting:
        return {"level": "green", "sentence": _("All stations are ready")}
    return {
        "level": "red" if "red" in levels else "amber",
        "sentence": _("Stations to look after: {n} of {all}").format(n=waiting, all=len(levels)),
    }


def _local_day(now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone().date()
    start = datetime.combine(today, time()).astimezone()
    return start, datetime.combine(today + timedelta(days=1), time()).astimezone()
