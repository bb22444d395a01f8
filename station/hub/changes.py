"""Changes of many stations' settings at once: each is whole or is not, and can be taken back.

A change wants one new document of each of its stations; what the station says of that very
document is kept with it, so that a change of last month still tells what became of it.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from station import desired
from station.desired import Config, Problem, RefusedError, flat
from station.errors import StationError
from station.hub.database import Database, DatabaseError, reason
from station.messages import REPORTED, SCHEMA_V, CfgReported, ConfigValue
from station.settings import Settings

Values = Mapping[str, ConfigValue | None]
"""`section.key` → value, None = as the station's own file says."""

VERSIONS = 0x68756202
"""The lock under which a station's next version is found and taken."""
NEWEST = """SELECT d.station, d.version, d.config FROM desired d JOIN
 (SELECT station, max(version) AS version FROM desired GROUP BY station) n
 ON n.station = d.station AND n.version = d.version"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub knows of one station's settings, each `section.key` → value.

    `latest` is the version wanted last, 0 = none. `confirmed` is what was wanted in the version
    that is in force, None where that was not wanted from here. `standing` is what the next change
    is made beside: what is wanted, but never what the station has refused.
    """

    id: str
    report: CfgReported | None
    latest: int
    confirmed: Mapping[str, Any] | None
    standing: Mapping[str, Any]
    in_force: Mapping[str, Any]

    @property
    def pending(self) -> bool:
        """Whether the station has not yet said what became of what is wanted."""
        said = self.report.desired_version if self.report else 0
        return self.latest > said


class StationRefusedError(StationError):
    """A change that some stations could not take; nothing of it is kept.

    `problems`: station → what is wrong, each with its path.
    """

    def __init__(self, problems: Mapping[str, Sequence[Problem]]) -> None:
        self.problems = problems
        super().__init__(
            "; ".join(
                f"Station {station}: {problem.path}: {problem.msg}"
                for station, found in problems.items()
                for problem in found
            )
            + "."
        )


class Was(NamedTuple):
    """A value before a change and after it; None = as the station's own file says. `in_force`:
    the value at the station then, whoever set it; None = it had not said."""

    before: Any
    after: Any
    in_force: Any = None


@dataclass(frozen=True, slots=True)
class OfStation:
    """One station's part of a change, and what it has said since.

    `answer` is of this very version. `newest` is the newest version wanted, `report` what the
    station said last; `newer_program`: it has answered in a way that this hub cannot read.
    """

    station: str
    version: int
    keys: Mapping[str, Was]
    answer: CfgReported | None
    newest: int
    report: CfgReported | None
    newer_program: bool


@dataclass(frozen=True, slots=True)
class Change:
    """`at` aware, UTC; `whom` is all, group:NAME or station:ID."""

    id: str
    at: datetime
    who: str
    whom: str
    reverts: str | None
    stations: tuple[OfStation, ...]

    @property
    def back(self) -> dict[str, dict[str, Any]]:
        """Station → what to want so that all is as it was before."""
        return {
            of.station: {path: was.before for path, was in of.keys.items()} for of in self.stations
        }


class Changes:
    """In the hub's database. Every method raises StationError when it cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, stations: Iterable[str]) -> list[Known]:
        """What is known of these stations' settings, in their order."""
        try:
            with self._database.reading() as db:
                return _known(db, list(stations))
        except DatabaseError as error:
            raise self._failed(error) from error

    def make(
        self,
        wanted: Mapping[str, Values],
        who: str,
        now: datetime,
        *,
        whom: str = "",
        reverts: str | None = None,
    ) -> str:
        """Want these values of each station beside what was wanted before; the change's id.

        Raises StationRefusedError when any of the stations could not take it.
        """
        if not wanted:
            raise StationError("There is no station to change.")
        id_ = secrets.token_hex(8)
        try:
            with self._database.writing() as db:
                self._database.lock(db, VERSIONS)
                before = _known(db, list(wanted))
                documents = _documents(before, wanted)
                at = now.isoformat()
                db.execute(
                    sa.text("INSERT INTO settings_change VALUES (:id, :at, :who, :whom, :reverts)"),
                    {"id": id_, "at": at, "who": who, "whom": whom, "reverts": reverts},
                )
                rows = [
                    {
                        "change": id_,
                        "station": known.id,
                        "version": _next_version(known),
                        "config": json.dumps(documents[known.id]),
                        "who": who,
                        "at": at,
                        "keys": json.dumps(
                            _keys(known, wanted[known.id], flat(documents[known.id]))
                        ),
                    }
                    for known in before
                ]
                db.execute(
                    sa.text(
                        "INSERT INTO desired (station, version, config, who, at)"
                        " VALUES (:station, :version, :config, :who, :at)"
                    ),
                    rows,
                )
                db.execute(
                    sa.text(
                        "INSERT INTO settings_change_station"
                        " VALUES (:change, :station, :version, :keys)"
                    ),
                    rows,
                )
        except DatabaseError as error:
            raise self._failed(error) from error
        return id_

    def newest(self, limit: int) -> list[Change]:
        """The newest changes, newest first."""
        return self._found("ORDER BY at DESC, id LIMIT :limit", limit=limit)

    def one(self, id_: str) -> Change | None:
        """A change by its id."""
        return next(iter(self._found("WHERE id = :id", id=id_)), None)

    def _found(self, which: str, **values: Any) -> list[Change]:
        try:
            with self._database.reading() as db:
                heads = db.execute(
                    sa.text(f"SELECT id, at, who, whom, reverts FROM settings_change {which}"),
                    values,
                ).fetchall()
                parts = {head.id: _parts(db, head.id, head.at) for head in heads}
        except DatabaseError as error:
            raise self._failed(error) from error
        return [
            Change(
                id=head.id,
                at=datetime.fromisoformat(head.at),
                who=head.who,
                whom=head.whom,
                reverts=head.reverts,
                stations=parts[head.id],
            )
            for head in heads
        ]

    def _failed(self, error: DatabaseError) -> StationError:
        return StationError(f"{self._database}: {reason(error)}.")


def note_answer(db: sa.Connection, station: str, report: CfgReported) -> None:
    """Keep what a station says of one version, beside what it says of others."""
    if report.desired_version > 0:
        db.execute(
            sa.text(
                "INSERT INTO settings_answer VALUES (:station, :version, :report)"
                " ON CONFLICT (station, version) DO UPDATE SET report = excluded.report"
            ),
            {
                "station": station,
                "version": report.desired_version,
                "report": report.model_dump_json(),
            },
        )


def _known(db: sa.Connection, stations: list[str]) -> list[Known]:
    newest: dict[str, tuple[int, Config]] = {
        row.station: (row.version, json.loads(row.config)) for row in db.execute(sa.text(NEWEST))
    }
    reports = {
        row.station: CfgReported.model_validate_json(row.report)
        for row in db.execute(sa.text("SELECT station, report FROM reported"))
    }
    return [_of_station(db, id_, newest.get(id_), reports.get(id_)) for id_ in stations]


def _of_station(
    db: sa.Connection, id_: str, newest: tuple[int, Config] | None, report: CfgReported | None
) -> Known:
    latest, wanted = newest or (0, {})
    confirmed: Config | None = {}
    if report is not None and report.version > 0:
        confirmed = wanted if report.version == latest else _wanted(db, id_, report.version)
    standing = wanted
    if report is not None:
        refused = report.desired_version == latest and report.status in ("rejected", "rolled_back")
        if refused or report.version > latest:
            # Another hub's wishes, where they are not known here, stay as they are in force.
            standing = report.config if confirmed is None else confirmed
    return Known(
        id=id_,
        report=report,
        latest=latest,
        confirmed=None if confirmed is None else flat(confirmed),
        standing=flat(standing),
        in_force=flat(report.config) if report else {},
    )


def _wanted(db: sa.Connection, station: str, version: int) -> Config | None:
    row = db.execute(
        sa.text("SELECT config FROM desired WHERE station = :station AND version = :version"),
        {"station": station, "version": version},
    ).first()
    return json.loads(row.config) if row else None


def _documents(before: list[Known], wanted: Mapping[str, Values]) -> dict[str, Config]:
    problems: dict[str, Sequence[Problem]] = {}
    documents: dict[str, Config] = {}
    for known in before:
        try:
            documents[known.id] = document(known, wanted[known.id])
        except RefusedError as error:
            problems[known.id] = error.problems
    if problems:
        raise StationRefusedError(problems)
    return documents


def document(known: Known, values: Values) -> Config:
    """The whole document by which a station has `values` beside what is wanted of it already.

    Raises RefusedError for what is no setting to change from afar, out of range, or does not go
    with what is in force there.
    """
    wanted = {**known.standing, **values}
    config = _nested({path: value for path, value in wanted.items() if value is not None})
    # What nobody wants from here is as it is in force there, where the hub's own schema knows it.
    own = {
        path: value
        for path, value in known.in_force.items()
        if path in desired.remote_keys() and wanted.get(path, value) is not None
    }
    unknown = [path for path in values if path not in desired.remote_keys()]
    if unknown:
        raise RefusedError(
            [Problem(path, "is no setting that may be changed from afar") for path in unknown]
        )
    try:
        base = desired.with_config(Settings(), _nested(own))
    except RefusedError:
        base = Settings()
    return desired.normal(base, config)


def _nested(values: Mapping[str, Any]) -> Config:
    config: Config = {}
    for path, value in values.items():
        section, _, key = path.partition(".")
        config.setdefault(section, {})[key] = value
    return config


def _keys(known: Known, values: Values, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        path: [known.standing.get(path), after.get(path), known.in_force.get(path)]
        for path in values
    }


def _next_version(known: Known) -> int:
    said = [known.report.version, known.report.desired_version] if known.report else []
    return max([known.latest, *said]) + 1


def _parts(db: sa.Connection, change: str, at: str) -> tuple[OfStation, ...]:
    rows = db.execute(
        sa.text(
            "SELECT c.station, c.version, c.keys, a.report AS answer, r.report,"
            " (SELECT max(d.version) FROM desired d WHERE d.station = c.station) AS newest,"
            " (SELECT max(x.v) FROM aside x WHERE x.station = c.station AND x.leaf = :leaf"
            " AND x.received >= :hour) AS aside"
            " FROM settings_change_station c"
            " LEFT JOIN settings_answer a ON a.station = c.station AND a.version = c.version"
            " LEFT JOIN reported r ON r.station = c.station"
            " WHERE c.change = :change ORDER BY c.station"
        ),
        {"change": change, "leaf": REPORTED, "hour": _hour(at)},
    )
    return tuple(
        OfStation(
            station=row.station,
            version=row.version,
            keys={path: Was(*pair) for path, pair in json.loads(row.keys).items()},
            answer=_report(row.answer),
            newest=row.newest or row.version,
            report=_report(row.report),
            newer_program=(row.aside or 0) > SCHEMA_V,
        )
        for row in rows
    )


def _report(text: str | None) -> CfgReported | None:
    return CfgReported.model_validate_json(text) if text else None


def _hour(at: str) -> str:
    """What lies aside knows the hour only."""
    return datetime.fromisoformat(at).replace(minute=0, second=0, microsecond=0).isoformat()
