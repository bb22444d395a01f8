"""Writes what stations say: a batch wholly, in one transaction with the sums, or not at all.

Several hubs may write into one PostgreSQL: each does the same things in the same order, sessions
by id first, then stations, then sums, so that none waits for another in a circle.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from station.hub import folding, health_history
from station.hub.changes import note_answer
from station.hub.database import Database, with_rows
from station.hub.folding import FOLDING, Session
from station.hub.reading import Newer, Record, Told, Unreadable, hour_of
from station.hub.weeks import hour_text
from station.messages import CfgReported, Health, Info, SessionEvent, Status

TRIES = 5
DEADLOCK = "40P01"
INSERT = (
    "INSERT INTO session (id, station, gym, source, hour, received, event, counted) VALUES :rows"
    " ON CONFLICT DO NOTHING RETURNING id"
)


class Writer:
    """Writes batches. Raises DatabaseError when the database cannot be written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stored: dict[str, int] = {}
        """Source → sessions that the latest `write` found new."""

    def write(self, records: Sequence[Record], received: datetime) -> bool:
        """Store a batch; True when anything changed. A session id already there changes nothing."""
        self.stored = {}
        if not records:
            return False
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.writing() as db:
                    self._database.lock(db, FOLDING, shared=True)
                    return self._write(db, records, received)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != DEADLOCK or attempt == TRIES:
                    raise
                time.sleep(0.01 * attempt)
        raise AssertionError("unreachable")

    def kept_aside(self, newest: int) -> list[tuple[Newer, datetime]]:
        """What lies aside of versions up to `newest`, and when it was received."""
        with self._database.reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT station, leaf, v, id, payload, received FROM aside WHERE v <= :newest"
                ),
                {"newest": newest},
            ).all()
        return [(Newer(*row[:5]), datetime.fromisoformat(row[5])) for row in rows]

    def forget_aside(self, record: Newer) -> None:
        """It lies aside no more."""
        with self._database.writing() as db:
            db.execute(
                sa.text("DELETE FROM aside WHERE station = :station AND leaf = :leaf AND id = :id"),
                {"station": record.station, "leaf": record.leaf, "id": record.id},
            )

    def _write(self, db: sa.Connection, records: Sequence[Record], received: datetime) -> bool:
        gyms = self._known(db, sorted({record.station for record in records}), received)
        sessions: dict[str, tuple[Told, str | None]] = {}
        others: list[Record] = []
        for record in records:
            match record:
                case Told(station, SessionEvent() as event):
                    sessions.setdefault(event.id, (record, gyms[station]))
                    continue
                case Told(station, Info() as info):
                    # A session counts for the gym that its station was in when it came.
                    gyms[station] = info.gym
            others.append(record)
        folded = self._sessions(db, sessions, received)
        changed = bool(folded) or bool(others)
        new = [session for session in folded if session is not None]
        for record in sorted(others, key=lambda record: record.station):
            new += self._other(db, record, received)
        folding.fold(db, new)
        return changed

    def _known(
        self, db: sa.Connection, stations: list[str], received: datetime
    ) -> dict[str, str | None]:
        """The gym of each, None = not said; those unheard of are entered."""
        rows = with_rows(
            db,
            "SELECT id, gym FROM station WHERE id IN (VALUES :rows)",
            [(station,) for station in stations],
        )
        gyms: dict[str, str | None] = {row[0]: row[1] for row in rows}
        new = [(station, received.isoformat()) for station in stations if station not in gyms]
        if new:
            with_rows(
                db, "INSERT INTO station (id, heard) VALUES :rows ON CONFLICT DO NOTHING", new
            )
        return dict.fromkeys(stations) | gyms

    def _sessions(
        self,
        db: sa.Connection,
        sessions: dict[str, tuple[Told, str | None]],
        received: datetime,
    ) -> list[Session | None]:
        """Store those that are new and give them back; None for one that is not counted yet."""
        if not sessions:
            return []
        ids = sorted(sessions)
        purged = {
            id_
            for (id_,) in with_rows(
                db, "SELECT id FROM seen WHERE id IN (VALUES :rows)", [(id_,) for id_ in ids]
            )
        }
        rows, to_count, source_of = [], {}, {}
        hour_received, moment = hour_text(received), received.isoformat()
        for id_ in ids:
            told, gym = sessions[id_]
            event = told.message
            if id_ in purged or not isinstance(event, SessionEvent):
                continue
            hour = _counted_hour(event, received) or hour_received
            source_of[id_] = event.source
            demo = event.source == "demo"
            if gym is not None:
                to_count[id_] = Session(event.source, gym, told.station, hour, event)
            rows.append(
                (
                    id_,
                    told.station,
                    gym,
                    event.source,
                    hour,
                    moment if demo else hour_received,
                    event.model_dump_json(),
                    int(demo or gym is not None),
                )
            )
        stored = [id_ for (id_,) in with_rows(db, INSERT, rows)]
        self.stored = Counter(source_of[id_] for id_ in stored)
        return [to_count.get(id_) for id_ in stored]

    def _other(self, db: sa.Connection, record: Record, received: datetime) -> list[Session]:
        """Store anything but a session; the sessions that can be counted now."""
        match record:
            case Told(station, Status() as status):
                self._status(db, station, status, received)
            case Told(station, Info() as info):
                return self._info(db, station, info, received)
            case Told(station, Health() as health):
                self._health(db, station, health, received)
            case Told(station, CfgReported() as report):
                self._reported(db, station, report, received)
            case Newer():
                self._aside(db, record, received)
            case Unreadable():
                self._unreadable(db, record, received)
        return []

    def _status(self, db: sa.Connection, station: str, status: Status, received: datetime) -> None:
        given = {
            "station": station,
            "state": status.state,
            "boot": status.boot,
            "birth": status.birth,
            "now": received.isoformat(),
        }
        latest = db.execute(
            sa.text("SELECT birth FROM station WHERE id = :station"), given
        ).scalar_one()
        seen = db.execute(
            sa.text("SELECT 1 FROM birth WHERE station = :station AND birth = :birth"), given
        ).first()
        if seen and status.birth != latest:
            # A will that came late, or the word of another hub that is behind.
            return
        db.execute(
            sa.text(
                "INSERT INTO birth (station, birth) VALUES (:station, :birth)"
                " ON CONFLICT DO NOTHING"
            ),
            given,
        )
        db.execute(
            sa.text(
                "UPDATE station SET since = CASE WHEN state = :state AND birth = :birth THEN since"
                " ELSE :now END, state = :state, boot = :boot, birth = :birth, heard = :now"
                " WHERE id = :station"
            ),
            given,
        )

    def _info(
        self, db: sa.Connection, station: str, info: Info, received: datetime
    ) -> list[Session]:
        db.execute(
            sa.text(
                "UPDATE station SET gym = :gym, info = :info, heard = :now WHERE id = :station"
            ),
            {
                "station": station,
                "gym": info.gym,
                "info": info.model_dump_json(),
                "now": received.isoformat(),
            },
        )
        return folding.waiting_of(db, station, info.gym)

    def _health(self, db: sa.Connection, station: str, health: Health, received: datetime) -> None:
        db.execute(
            sa.text("UPDATE station SET health = :health, heard = :now WHERE id = :station"),
            {
                "station": station,
                "health": health.model_dump_json(),
                "now": received.isoformat(),
            },
        )
        health_history.fold(db, station, health, received)

    def _reported(
        self, db: sa.Connection, station: str, report: CfgReported, received: datetime
    ) -> None:
        db.execute(
            sa.text(
                "INSERT INTO reported (station, report, received)"
                " VALUES (:station, :report, :now) ON CONFLICT (station) DO UPDATE"
                " SET report = excluded.report, received = excluded.received"
            ),
            {
                "station": station,
                "report": report.model_dump_json(),
                "now": received.isoformat(),
            },
        )
        note_answer(db, station, report)

    def _aside(self, db: sa.Connection, record: Newer, received: datetime) -> None:
        db.execute(
            sa.text(
                "INSERT INTO aside (station, leaf, id, v, received, payload)"
                " VALUES (:station, :leaf, :id, :v, :received, :payload)"
                " ON CONFLICT (station, leaf, id) DO UPDATE SET"
                " v = excluded.v, received = excluded.received, payload = excluded.payload"
            ),
            {
                "station": record.station,
                "leaf": record.leaf,
                "id": record.id,
                "v": record.v,
                "received": hour_text(received),
                "payload": record.payload,
            },
        )

    def _unreadable(self, db: sa.Connection, record: Unreadable, received: datetime) -> None:
        db.execute(
            sa.text(
                "INSERT INTO unreadable (station, count, latest) VALUES (:station, 1, :now)"
                " ON CONFLICT (station) DO UPDATE SET count = unreadable.count + 1,"
                " latest = excluded.latest"
            ),
            {"station": record.station, "now": received.isoformat()},
        )


def _counted_hour(event: SessionEvent, received: datetime) -> str | None:
    """The station's hour where its clock can be trusted, else None."""
    said = hour_of(event)
    if said is None or event.clock == "unsynced" or said > received + timedelta(hours=1):
        return None
    return hour_text(said)
