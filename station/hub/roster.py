"""What staff made of their stations: names to show, groups, and which are retired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from station.errors import StationError
from station.hub.database import Database, DatabaseError, reason

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Note:
    """Of one station; None = staff have said nothing. `retired` aware, UTC: since when."""

    label: str | None = None
    group: str | None = None
    retired: datetime | None = None


class Roster:
    """In the hub's database. Every method raises StationError when it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def notes(self) -> dict[str, Note]:
        """Of each station that staff have said something of."""
        try:
            with self._database.reading() as db:
                rows = db.execute(
                    sa.text("SELECT station, label, group_name, retired FROM roster")
                ).fetchall()
        except DatabaseError as error:
            raise self._failed(error) from error
        return {
            row.station: Note(
                row.label,
                row.group_name,
                datetime.fromisoformat(row.retired) if row.retired else None,
            )
            for row in rows
        }

    def rename(self, station: str, label: str) -> None:
        """Show `label` instead of the id; "" = the id. Raises StationError for a bad one."""
        self._set(station, "label", _name(label))

    def group(self, station: str, group: str) -> None:
        """Put the station into a group; "" = none. Raises StationError for a bad name."""
        self._set(station, "group_name", _name(group))

    def retire(self, station: str, now: datetime | None) -> None:
        """It is no longer in use since `now`; None = it is again."""
        self._set(station, "retired", now.isoformat() if now else None)

    def _set(self, station: str, column: str, value: str | None) -> None:
        try:
            with self._database.writing() as db:
                db.execute(
                    sa.text(
                        f"INSERT INTO roster (station, {column}) VALUES (:station, :value)"
                        f" ON CONFLICT (station) DO UPDATE SET {column} = excluded.{column}"
                    ),
                    {"station": station, "value": value},
                )
        except DatabaseError as error:
            raise self._failed(error) from error

    def _failed(self, error: DatabaseError) -> StationError:
        return StationError(f"{self._database}: {reason(error)}.")


def groups(notes: Mapping[str, Note]) -> dict[str, list[str]]:
    """Each group's stations, in the order of their names; retired ones are in none."""
    found: dict[str, list[str]] = {}
    for station, note in sorted(notes.items()):
        if note.group and note.retired is None:
            found.setdefault(note.group, []).append(station)
    return dict(sorted(found.items()))


def chosen(whom: str, stations: list[str], notes: Mapping[str, Note]) -> list[str]:
    """The stations that `all`, `group:NAME` or `station:ID` means; empty = none of them."""
    kind, _, name = whom.partition(":")
    used = [
        station
        for station in stations
        if (note := notes.get(station)) is None or note.retired is None
    ]
    match kind:
        case "all" if not name:
            return used
        case "group":
            return [station for station in used if (n := notes.get(station)) and n.group == name]
        case "station":
            return [station for station in stations if station == name]
        case _:
            return []


def _name(text: str) -> str | None:
    """As it is kept. Raises StationError for one that could not be read on a page."""
    name = " ".join(text.split())
    if len(name) > LONGEST or not name.isprintable():
        raise StationError(f"A name has at most {LONGEST} letters, none of them invisible.")
    return name or None
