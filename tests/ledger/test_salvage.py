"""A damaged ledger gives up what can still be read, in order, and nothing that is not whole."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from station.ledger import FinishedSession, Ledger, boot
from station.ledger.salvage import readable

SetMaker = Callable[..., FinishedSession]
PAGE = 4096
INDEX_LEAF = 0x0A
"""First byte of a page with rows of a table WITHOUT ROWID, in SQLite's file format."""


def filled(path: Path, a_set: SetMaker, sets: int = 200) -> list[str]:
    """A closed ledger; the ids in their order."""
    ledger = Ledger(path)
    ids = [ledger.finish(a_set(reps=number % 50)) for number in range(sets)]
    ledger.close()
    return ids


def leaves(path: Path) -> list[int]:
    """Numbers of the pages that hold the outbox's sessions."""
    whole = path.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    return [n for n, page in enumerate(pages) if page[0] == INDEX_LEAF and b'"exercise"' in page]


def spoil(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)


def test_one_damaged_page_costs_the_sessions_on_it_and_no_others(
    path: Path, a_set: SetMaker
) -> None:
    ids = filled(path, a_set)
    among = leaves(path)
    assert len(among) > 10, "sessions on many pages"
    spoil(path, among[len(among) // 2])

    ledger = Ledger(path)
    rescued = [row.id for row in ledger.pending(1000)]
    new = ledger.finish(a_set())

    assert len(ids) - 20 < len(rescued) < len(ids)
    assert rescued == [one for one in ids if one in set(rescued)], "in their order"
    assert [row.id for row in ledger.pending(1000)] == [*rescued, new]


def test_later_sets_go_on_counting_where_the_damaged_file_had_come_to(
    path: Path, a_set: SetMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place in the order of a boot is never given twice."""
    ids = filled(path, a_set, 100)
    with sqlite3.connect(path) as database:
        number, last = database.execute("SELECT number, last_seq FROM boot").fetchone()
    database.close()
    assert (number, last) == (1, 99)
    spoil(path, leaves(path)[0])
    ledger = Ledger(path)
    ledger.finish(a_set())
    assert ledger.pending(1000)[-1].position.seq == 100
    assert ledger.pending(1000)[-2].id == ids[-1]
    assert ledger.oldest_age() is not None
    assert boot.boot_id() in ledger.pending(1)[0].event


def test_a_row_that_is_not_whole_is_left_aside(path: Path, a_set: SetMaker) -> None:
    ids = filled(path, a_set, 4)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE outbox SET event = '{' WHERE id = ?", (ids[0],))
        database.execute("UPDATE outbox SET hour = 'never' WHERE id = ?", (ids[1],))
        database.commit()
    assert [row.id for row in readable(path)] == ids[2:]


def test_what_is_no_ledger_has_no_sessions(tmp_path: Path) -> None:
    assert readable(tmp_path / "none") == []
    (tmp_path / "text").write_text("this was never a database\n" * 500)
    assert readable(tmp_path / "text") == []
    with sqlite3.connect(tmp_path / "other") as database:
        database.execute("CREATE TABLE something (one INTEGER)")
    database.close()
    assert readable(tmp_path / "other") == []


def test_what_the_log_of_changes_holds_is_read_as_well(path: Path, a_set: SetMaker) -> None:
    ledger = Ledger(path)
    ids = [ledger.finish(a_set()) for _ in range(3)]
    assert path.with_name("ledger.db-wal").stat().st_size > 0
    before = path.read_bytes()
    assert [row.id for row in readable(path)] == ids
    assert path.read_bytes() == before
