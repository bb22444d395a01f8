"""What the hub asks of its database, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from station.errors import StationError
from station.hub.database import Database, DatabaseError, address_of, database_of, with_rows
from station.settings import Settings


@pytest.mark.parametrize("number", [0, 1, 3, 85, 200])
def test_rows_are_written_whatever_their_number_and_what_is_new_is_said(
    database: Database, number: int
) -> None:
    statement = "INSERT INTO seen (id, purged) VALUES :rows ON CONFLICT DO NOTHING RETURNING id"
    rows = [(f"{n:04}", "2026-11-21") for n in range(number)]
    with database.writing() as db:
        with_rows(db, statement, rows[::2])
    with database.writing() as db:
        new = with_rows(db, statement, rows)
    assert sorted(new) == [(id_,) for id_, _ in rows[1::2]]


def test_what_is_written_in_a_block_that_fails_is_taken_back(database: Database) -> None:
    row = ("1", "2")

    def written_twice() -> None:
        with database.writing() as db:
            for _ in range(2):
                with_rows(db, "INSERT INTO seen (id, purged) VALUES :rows", [row])

    with pytest.raises(DatabaseError):
        written_twice()
    with database.reading() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM seen").scalar() == 0


def test_one_setting_names_a_postgresql_whose_password_is_in_a_file_of_its_own(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "password"
    secret.write_text("s@/:e\n")
    named = {"database": "postgresql+psycopg://hub@db/gym", "database_password_file": secret}
    settings = Settings.model_validate({"hub": named})
    address = address_of(settings)
    assert (address.username, address.host, address.password) == ("hub", "db", "s@/:e")
    secret.unlink()
    with pytest.raises(StationError, match=r"hub\.database_password_file .*cannot be read"):
        address_of(settings)


def test_an_address_that_is_none_is_one_sentence() -> None:
    named = {"database": "postgresql+psycopg://hub@db:port/gym"}
    with pytest.raises(StationError, match=r"^hub\.database: not the address"):
        database_of(Settings.model_validate({"hub": named}))
