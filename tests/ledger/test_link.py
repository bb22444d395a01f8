"""What the uplink leaves for the kiosk about itself."""

import sqlite3
from pathlib import Path

import pytest

from station.ledger import Ledger, link, schema


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since boot, to be moved."""
    seconds = [100.0]
    monkeypatch.setattr(link, "seconds_since_boot", lambda: seconds[0])
    return seconds


def say(ledger: Ledger, connected: bool, problem: str | None = None) -> None:
    ledger.note_link(connected=connected, problem=problem, network="wifi", wifi_dbm=-61)


def test_the_kiosk_reads_what_the_uplink_said_and_since_when(path: Path, up: list[float]) -> None:
    uplink, kiosk = Ledger(path), Ledger(path)
    assert kiosk.link() is None
    say(uplink, True)
    up[0] += 40
    say(uplink, True, "The hub is offline.")
    up[0] += 5
    said = kiosk.link()
    assert said == link.LinkState(True, "The hub is offline.", "wifi", -61, 45.0, 5.0)
    say(uplink, False, "The broker cannot be reached.")
    up[0] += 7
    said = kiosk.link()
    assert said is not None
    assert (said.connected, said.since_s, said.silent_s) == (False, 7.0, 7.0)


def test_what_was_said_before_the_machine_started_is_of_the_past(
    path: Path, up: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(path)
    say(ledger, True)
    monkeypatch.setattr(link, "boot_id", lambda: "another-boot")
    assert ledger.link() is None
    up[0] = 3.0
    say(ledger, True)
    up[0] = 4.0
    said = ledger.link()
    assert said is not None
    assert said.since_s == 1.0


def test_a_ledger_of_the_version_before_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir(parents=True)
    database = sqlite3.connect(path)
    for statement in schema.MIGRATIONS[0]:
        database.execute(statement)
    database.execute("PRAGMA user_version = 1")
    database.execute("INSERT INTO boot (id, last_seq) VALUES ('b', 0)")
    database.execute("INSERT INTO outbox VALUES (1, 0, 'i', '2026-05-04T12:00Z', 1.0, '{}')")
    database.commit()
    database.close()
    ledger = Ledger(path)
    assert ledger.depth() == 1
    assert ledger.link() is None
    say(ledger, False)
    assert ledger.link() is not None
