"""What the gym wants of its stations' settings: kept with who and when, published by ingest.

Each wish is a whole document with a version of its own; versions of a station only grow, also past
what the station says that it has had from another hub's database.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from station.desired import Config
from station.errors import StationError
from station.hub.changes import Changes, Values
from station.hub.database import Database, DatabaseError, reason
from station.messages import CfgDesired, CfgReported

COLUMNS = "station, version, config, who, at"


@dataclass(frozen=True, slots=True)
class Wish:
    """One desired document; `at` aware, UTC."""

    station: str
    version: int
    config: Config
    who: str
    at: datetime

    def payload(self) -> str:
        """As it is published on `cfg/desired`."""
        return CfgDesired.model_validate(
            {"version": self.version, "config": self.config}
        ).model_dump_json()


class Wishes:
    """In the hub's database; every method raises StationError when it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(
        self,
        station: str,
        values: Values,
        who: str,
        now: datetime,
    ) -> Wish:
        """Want `values` (`section.key` → value, None = as the station's own file says) beside
        what was wanted before.

        Raises StationError for what is no setting to change from afar, or out of range.
        """
        Changes(self._database).make({station: values}, who, now, whom=f"station:{station}")
        return self.history(station)[0]

    def newest(self) -> list[Wish]:
        """The newest of each station that has any."""
        with self._reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT d.station, d.version, d.config, d.who, d.at FROM desired d JOIN"
                    " (SELECT station, max(version) AS version FROM desired GROUP BY station) n"
                    " ON n.station = d.station AND n.version = d.version ORDER BY d.station"
                )
            ).all()
        return [_wish(*row) for row in rows]

    def history(self, station: str) -> list[Wish]:
        """All of a station's, newest first."""
        with self._reading() as db:
            rows = db.execute(
                sa.text(
                    f"SELECT {COLUMNS} FROM desired WHERE station = :station ORDER BY version DESC"
                ),
                {"station": station},
            ).all()
        return [_wish(*row) for row in rows]

    def report(self, station: str) -> CfgReported | None:
        """What the station said last."""
        with self._reading() as db:
            return _report(db, station)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._said(), self._database.reading() as db:
            yield db

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise StationError(f"{self._database}: {reason(error)}.") from error


def _report(db: sa.Connection, station: str) -> CfgReported | None:
    report = db.execute(
        sa.text("SELECT report FROM reported WHERE station = :station"), {"station": station}
    ).scalar()
    return CfgReported.model_validate_json(report) if report else None


def _wish(station: str, version: int, config: str, who: str, at: str) -> Wish:
    return Wish(station, version, json.loads(config), who, datetime.fromisoformat(at))
