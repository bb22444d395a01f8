"""How a station and the hub itself stand: a colour, a word, and a sentence of what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from station.hub.ingest import Link
from station.hub.store import StationRow
from station.hub.words import Gettext

Level = Literal["green", "amber", "red"]

SILENT_AFTER = timedelta(seconds=180)
"""Three missed health messages: the broker drops the retained one after as long."""
HOT_C = 80.0
"""Where a Raspberry Pi begins to slow itself down."""
LOW_DISK_MB = 500
LATE_OUTBOX_S = 600
UNREADABLE_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Standing:
    """Green: nothing to do. Amber: look after it when there is time. Red: members cannot use it."""

    level: Level
    word: str
    sentence: str


def of_hub(link: Link, _: Gettext) -> Standing:
    """How the hub stands with the broker."""
    match link.state:
        case "connected":
            return Standing("green", _("Connected"), _("The hub receives what stations send."))
        case "refused":
            return Standing(
                "red",
                _("Refused"),
                _(
                    "The broker refuses the hub ({reason}): check the hub's user name, password "
                    "and rights. Stations keep their sessions until then."
                ).format(reason=link.detail),
            )
        case "store_failed":
            return Standing(
                "red",
                _("Cannot store"),
                _(
                    "The hub cannot write to its disk: free some space or check the disk. "
                    "Stations keep their sessions until then."
                ),
            )
        case "connecting":
            return Standing(
                "red",
                _("No broker"),
                _(
                    "The hub cannot reach the message broker: check that it runs. Stations keep "
                    "their sessions until then, and the hub tries again by itself."
                ),
            )


def of_station(row: StationRow, linked: bool, now: datetime, _: Gettext) -> Standing:
    """How a station stands; what stops members from using it comes first."""
    if not linked:
        return Standing(
            "amber", _("Not known"), _("No news while the hub is away from the broker.")
        )
    match row.state:
        case "lost":
            return Standing(
                "red",
                _("Lost"),
                _(
                    "No contact since {time}. Check that it has power, then its network cable or "
                    "Wi-Fi."
                ).format(time=_clock_time(row.since, now)),
            )
        case "stopped":
            return Standing(
                "red",
                _("Switched off"),
                _("Switched off at {time}. Switch it on when members should use it.").format(
                    time=_clock_time(row.since, now)
                ),
            )
        case None:
            return Standing(
                "amber",
                _("Unknown"),
                _("It has not said how it is. If this lasts, restart it."),
            )
        case "init":
            return Standing("amber", _("Starting"), _("It is starting. If this lasts, restart it."))
        case _:
            return _of_ready(row, now, _)


def _of_ready(row: StationRow, now: datetime, _: Gettext) -> Standing:
    health = row.health
    if now - row.heard > SILENT_AFTER:
        return Standing(
            "amber",
            _("Silent"),
            _(
                "Nothing heard since {time}. See whether its screen moves; restart it if not."
            ).format(time=_clock_time(row.heard, now)),
        )
    if health is not None and health.throttled:
        return Standing(
            "amber",
            _("Slowed down"),
            _("It slows itself down: check its power supply and that air can reach it."),
        )
    if health is not None and (health.temperature_c or 0) >= HOT_C:
        return Standing(
            "amber",
            _("Hot"),
            _("It is {degrees} °C warm: check that air can reach it.").format(
                degrees=round(health.temperature_c or 0)
            ),
        )
    if health is not None and health.disk_free_mb is not None and health.disk_free_mb < LOW_DISK_MB:
        return Standing(
            "amber", _("Disk nearly full"), _("Have the person who looks after it make room.")
        )
    if health is not None and (health.outbox_oldest_s or 0) > LATE_OUTBOX_S:
        return Standing(
            "amber",
            _("Sending late"),
            _("Sessions wait on it to be sent. None is lost; check its network if this lasts."),
        )
    if row.unreadable_latest is not None and now - row.unreadable_latest < UNREADABLE_FOR:
        return Standing(
            "amber",
            _("Not understood"),
            _("It sends messages that this hub cannot read: update the station or the hub."),
        )
    return Standing("green", _("Ready"), _("Nothing to do."))


def _clock_time(time: datetime | None, now: datetime) -> str:
    if time is None:
        return "?"
    local, today = time.astimezone(), now.astimezone().date()
    return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")
