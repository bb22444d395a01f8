"""What the gym wants of its stations' settings: kept with who and when, published by ingest.

Each wish is a whole document with a version of its own; versions of a station only grow, also past
what the station says that it has had from another hub's database.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from station import desired
from station.desired import Config, RefusedError
from station.errors import StationError
from station.hub.database import Database, DatabaseError, reason
from station.messages import CfgDesired, CfgReported, ConfigValue
from station.settings import Settings

VERSIONS = 0x68756202
"""The lock under which a station's next version is found and taken."""
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
        values: Mapping[str, ConfigValue | None],
        who: str,
        now: datetime,
    ) -> Wish:
        """Want `values` (`section.key` → value, None = as the station's own file says) beside
        what was wanted before.

        Raises StationError for what is no setting to change from afar, or out of range.
        """
        with self._writing() as db:
            self._database.lock(db, VERSIONS)
            latest, report = _latest(db, station), _report(db, station)
            config: Config = {}
            if latest is not None:
                config = latest.config
            if report is not None and report.version > (latest.version if latest else 0):
                # Another hub's wishes are in force: nothing changes but what is asked for.
                config = report.config
            flat = desired.flat(config)
            for path, value in values.items():
                if path not in desired.remote_keys():
                    raise StationError(f"{path} is no setting that may be changed from afar.")
                if value is None:
                    flat.pop(path, None)
                else:
                    flat[path] = value
            wanted: Config = {}
            for path, value in flat.items():
                section, key = path.split(".")
                wanted.setdefault(section, {})[key] = value
            try:
                wanted = desired.normal(Settings(), wanted)
            except RefusedError as error:
                raise StationError(f"Station {station}: {error}.") from error
            known = (latest.version if latest else 0, *_versions(report))
            wish = Wish(station, max(known) + 1, wanted, who, now)
            db.execute(
                sa.text(
                    f"INSERT INTO desired ({COLUMNS})"
                    " VALUES (:station, :version, :config, :who, :at)"
                ),
                {
                    "station": station,
                    "version": wish.version,
                    "config": json.dumps(wanted),
                    "who": who,
                    "at": now.isoformat(),
                },
            )
        return wish

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

    def stations(self) -> list[str]:
        """Every station that was ever heard of."""
        with self._reading() as db:
            return list(db.execute(sa.text("SELECT id FROM station ORDER BY id")).scalars())

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._said(), self._database.reading() as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._said(), self._database.writing() as db:
            yield db

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise StationError(f"{self._database}: {reason(error)}.") from error


def _latest(db: sa.Connection, station: str) -> Wish | None:
    row = db.execute(
        sa.text(
            f"SELECT {COLUMNS} FROM desired WHERE station = :station ORDER BY version DESC LIMIT 1"
        ),
        {"station": station},
    ).first()
    return _wish(*row) if row else None


def _report(db: sa.Connection, station: str) -> CfgReported | None:
    report = db.execute(
        sa.text("SELECT report FROM reported WHERE station = :station"), {"station": station}
    ).scalar()
    return CfgReported.model_validate_json(report) if report else None


def _versions(report: CfgReported | None) -> tuple[int, ...]:
    return (report.version, report.desired_version) if report else ()


def _wish(station: str, version: int, config: str, who: str, at: str) -> Wish:
    return Wish(station, version, json.loads(config), who, datetime.fromisoformat(at))
