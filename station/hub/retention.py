"""Forgets single sessions after a time; their sums stay."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from station.hub.database import with_rows
from station.hub.weeks import hour_text

SEEN_DAYS = 365
SOURCES = ("camera", "simulated", "demo")


def purge(db: sa.Connection, now: datetime, days: int, limit: int) -> int:
    """Forget at most `limit` sessions of hours more than `days` ago, keeping their ids for a year,
    and ids that have been kept for so long. How many rows went. The caller holds FOLDING alone.

    Those that wait for their gym are in no sum; they go when they have waited for so long.
    """
    cut, gone = hour_text(now - timedelta(days=days)), 0
    for source in SOURCES:
        rows = db.execute(
            sa.text(
                "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE source = :source"
                " AND hour < :cut AND (counted = 1 OR gym IS NULL AND received < :cut) LIMIT :n)"
                " RETURNING id"
            ),
            {"source": source, "cut": cut, "n": limit - gone},
        )
        today = hour_text(now)[:10]
        purged = sorted((id_, today) for (id_,) in rows)
        with_rows(db, "INSERT INTO seen (id, purged) VALUES :rows ON CONFLICT DO NOTHING", purged)
        gone += len(purged)
    forgotten = hour_text(now - timedelta(days=SEEN_DAYS))[:10]
    gone += db.execute(
        sa.text("DELETE FROM seen WHERE id IN (SELECT id FROM seen WHERE purged < :day LIMIT :n)"),
        {"day": forgotten, "n": limit},
    ).rowcount
    return gone
