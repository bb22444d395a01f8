"""Single sessions go after a time, their sums stay, and one that is sent again counts once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from station.hub import store as store_module
from station.hub.database import Database
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.weeks import PEOPLE
from station.messages import Info, SessionEvent
from tests.hub.parts import session_event

NOW = datetime(2026, 11, 19, 14, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def told(hour: datetime, station: str = "s1", **changes: Any) -> Told:
    event = session_event(hour=f"{hour:%Y-%m-%dT%H}:00Z", **changes)
    return Told(station, SessionEvent.model_validate(event))


def take(store: Store, *records: Told, at: datetime = NOW) -> bool:
    with store.writing() as writer:
        return writer.write(records, at)


def counts(database: Database) -> tuple[int, int, int]:
    """Sessions, purged ids, sessions in the sums."""
    with database.reading() as db:
        return tuple(
            int(db.execute(sa.text(query)).scalar() or 0)
            for query in (
                "SELECT count(*) FROM session",
                "SELECT count(*) FROM seen",
                "SELECT sum(sessions) FROM hourly",
            )
        )  # type: ignore[return-value]


def test_after_so_many_days_single_sessions_are_gone_and_their_sums_stay(
    store: Store, database: Database
) -> None:
    take(store, Told("s1", Info(version="1", gym="west")))
    old = [told(NOW - 31 * DAY), told(NOW - 31 * DAY, source="simulated")]
    take(store, *old, told(NOW - 31 * DAY, source="demo"), told(NOW - 29 * DAY))
    store.close_weeks(NOW, 10)
    before = store.weeks(PEOPLE, "west")
    assert counts(database) == (4, 0, 3)
    while store.purge(NOW, 30):
        pass
    assert counts(database) == (1, 3, 3)
    assert store.weeks(PEOPLE, "west") == before
    assert sum(week.totals.sessions for week in before) == 2


def test_a_purged_session_that_is_sent_again_counts_once_for_a_year(
    store: Store, database: Database
) -> None:
    one = told(NOW - 31 * DAY)
    take(store, Told("s1", Info(version="1", gym="west")), one)
    store.purge(NOW, 30)
    assert not take(store, one)
    assert counts(database) == (0, 1, 1)
    store.purge(NOW + 364 * DAY, 30)
    assert counts(database)[1] == 1
    store.purge(NOW + 366 * DAY, 30)
    assert counts(database)[1] == 0


def test_it_goes_in_small_steps(store: Store, database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(store_module, "PURGED_AT_ONCE", 4)
    take(store, Told("s1", Info(version="1", gym="west")))
    take(store, *(told(NOW - 40 * DAY) for _ in range(10)))
    left = []
    while store.purge(NOW, 30):
        left.append(counts(database)[0])
    assert left == [6, 2, 0]


def test_what_waits_to_be_counted_is_not_purged_before_it_is(
    store: Store, database: Database
) -> None:
    """A database of an older hub, whose sessions are in no sum yet."""
    take(store, Told("s1", Info(version="1", gym="west")), told(NOW - 40 * DAY))
    with database.writing() as db:
        db.exec_driver_sql("UPDATE session SET counted = 0")
        db.exec_driver_sql("DELETE FROM hourly")
    assert not store.purge(NOW, 30)
    store.settle()
    assert store.purge(NOW, 30)
    assert counts(database) == (0, 1, 1)
