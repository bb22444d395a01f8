"""What the page of now shows, as plain data: of people, the number of sessions of today only."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from station.hub import standing
from station.hub.ingest import Link
from station.hub.standing import Standing
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
        """Both `today` and `standing`."""
        return self.today(language) | self.standing(language)

    def today(self, _language: str) -> dict[str, Any]:
        """Today's number of sessions per gym (local day); not of gyms of simulated stations only,
        where there are real ones."""
        start, end = _local_day(self._now())
        kinds = self._store.kinds_of_gyms()
        real = {gym for gym, simulated in kinds if not simulated}
        made_up = {gym for gym, _ in kinds} - real if real else set()
        return {
            "gyms": [
                {"gym": gym, "sessions_today": count}
                for gym, count in sorted(self._store.sessions_between(start, end).items())
                if count or gym not in made_up
            ]
        }

    def standing(self, language: str) -> dict[str, Any]:
        """Stations, what needs hands first and simulated ones last; and the hub itself. The
        headline is about real stations, if any."""
        now, link, _ = self._now(), self.link(), translator(language)
        stations = [
            {
                "id": row.id,
                "label": row.label or row.id,
                "gym": row.gym,
                "simulated": row.simulated,
            }
            | _said(standing.of_station(row, link.state == "connected", now, _))
            for row in self._store.stations()
            if row.retired is None
        ]
        stations.sort(key=lambda one: (one["simulated"], URGENCY.index(str(one["level"]))))
        real = [one for one in stations if not one["simulated"]]
        return {
            "headline": _headline(
                [str(one["level"]) for one in real or stations], link.state == "connected", _
            ),
            "hub": _said(standing.of_hub(link, _)),
            "stations": stations,
        }

    def demo(self, _language: str) -> dict[str, Any]:
        """Demo sessions, newest first, unsuppressed: they are not people."""
        return {"sessions": self._store.demo_sessions(DEMO_ROWS)}


def _said(one: Standing) -> dict[str, Any]:
    return {"level": one.level, "word": one.word, "sentence": one.sentence}


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
