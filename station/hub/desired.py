"""What the gym wants of its stations' settings: kept with who and when, published by ingest.

Each wish is a whole document with a version of its own; versions of a station only grow, also past
what the station says that it has had from another hub's database.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station import desired
from station.desired import Config, RefusedError
from station.errors import StationError
from station.messages import CfgDesired, CfgReported, ConfigValue
from station.settings import Settings


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
    """In the hub's store at `path`, which has been opened by `Store` before.

    Every method raises StationError when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

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
                "INSERT INTO desired VALUES (?, ?, ?, ?, ?)",
                (station, wish.version, json.dumps(wanted), who, now.isoformat()),
            )
        return wish

    def newest(self) -> list[Wish]:
        """The newest of each station that has any."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT station, max(version), config, who, at FROM desired GROUP BY station"
            ).fetchall()
        return [_wish(*row) for row in rows]

    def history(self, station: str) -> list[Wish]:
        """All of a station's, newest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT * FROM desired WHERE station = ? ORDER BY version DESC", (station,)
            ).fetchall()
        return [_wish(*row) for row in rows]

    def report(self, station: str) -> CfgReported | None:
        """What the station said last."""
        with self._reading() as db:
            return _report(db, station)

    def stations(self) -> list[str]:
        """Every station that was ever heard of."""
        with self._reading() as db:
            return [id_ for (id_,) in db.execute("SELECT id FROM station ORDER BY id")]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = FULL")
            yield db
        except sqlite3.Error as error:
            raise StationError(f"Store {self._path}: {error}.") from error
        finally:
            db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            # Whatever was raised before closes the connection, and so takes all of it back.
            db.execute("COMMIT")


def _latest(db: sqlite3.Connection, station: str) -> Wish | None:
    row = db.execute(
        "SELECT * FROM desired WHERE station = ? ORDER BY version DESC LIMIT 1", (station,)
    ).fetchone()
    return _wish(*row) if row else None


def _report(db: sqlite3.Connection, station: str) -> CfgReported | None:
    row = db.execute("SELECT report FROM reported WHERE station = ?", (station,)).fetchone()
    return CfgReported.model_validate_json(row[0]) if row else None


def _versions(report: CfgReported | None) -> tuple[int, ...]:
    return (report.version, report.desired_version) if report else ()


def _wish(station: str, version: int, config: str, who: str, at: str) -> Wish:
    return Wish(station, version, json.loads(config), who, datetime.fromisoformat(at))
