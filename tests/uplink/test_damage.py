"""A ledger that is damaged while the uplink runs: said, kept aside, and gone on with."""

import sqlite3

import pytest

from tests.uplink.parts import FakeHub, Station, eventually


def test_the_uplink_goes_on_in_a_new_file_and_the_damaged_one_is_kept(
    station: Station, hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    path = station.settings.ledger
    hub.start()
    hub.silent = True
    ids = station.finish(40)
    station.start()
    eventually(lambda: len(hub.stored) >= 20, "as many as may are on their way")
    station.ledger.close()
    with sqlite3.connect(path) as database:
        eventually(
            lambda: database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0),
            "everything is in the one file",
        )
    database.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 30_000)
    hub.silent = False
    hub.acknowledge(*ids)
    kept = path.with_name("ledger.db.broken-1")
    eventually(kept.exists, "it is noticed")
    new = station.finish(5)
    eventually(lambda: set(new) <= set(hub.stored), "new sets reach the hub")
    eventually(lambda: station.ledger.depth() == 0, "and are deleted")
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 1
    assert str(kept) in said[0]
    assert station.problem() == ""
