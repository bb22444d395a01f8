"""Accounts, logins and the log in the database."""

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from station.hub.accounts import IDLE, LONGEST, Accounts, RefusedError, named
from station.hub.database import Database

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    made = Accounts(database, clock)
    made.add("ada", "manager", "hash-1")
    return made


def everything(database: Database) -> str:
    """All that the database holds about access, as text."""
    with database.reading() as db:
        return "\n".join(
            str(tuple(row))
            for table in ("account", "login", "audit")
            for row in db.execute(sa.text(f"SELECT * FROM {table}"))
        )


def test_a_login_ends_twelve_hours_after_its_last_use(accounts: Accounts, clock: Clock) -> None:
    token = accounts.log_in("ada")
    for _ in range(5):
        clock.now += IDLE - timedelta(minutes=1)
        assert accounts.who(token)
    clock.now += IDLE
    assert accounts.who(token) is None


def test_a_login_ends_after_seven_days_however_much_it_is_used(
    accounts: Accounts, clock: Clock
) -> None:
    token = accounts.log_in("ada")
    while clock.now < START + LONGEST - timedelta(hours=1):
        clock.now += timedelta(hours=1)
        assert accounts.who(token)
    clock.now += timedelta(hours=1)
    assert accounts.who(token) is None


def test_a_stream_that_looks_does_not_use_the_login(accounts: Accounts, clock: Clock) -> None:
    token = accounts.log_in("ada")
    login = accounts.who(token)
    assert login
    for _ in range(11):
        clock.now += timedelta(hours=1)
        assert accounts.who_has(login.token_hash)
    clock.now += timedelta(hours=1)
    assert accounts.who_has(login.token_hash) is None


def test_a_stolen_database_holds_nothing_to_log_in_with(
    accounts: Accounts, database: Database
) -> None:
    token = accounts.log_in("ada")
    accounts.note("ada", "login", "", "10.0.0.5")
    dump = everything(database)
    assert token not in dump
    (kept,) = re.findall(r"'([0-9a-f]{64})'", dump)
    assert accounts.who(kept) is None, "what is kept of a token is no token"


@pytest.mark.parametrize("change", ["password", "role", "disable", "end"])
def test_every_login_of_an_account_ends_with_its_password_role_or_right(
    accounts: Accounts, change: str
) -> None:
    accounts.add("bob", "manager", "hash")
    tokens = [accounts.log_in("bob") for _ in range(3)]
    others = accounts.log_in("ada")
    match change:
        case "password":
            accounts.set_password("bob", "hash-2")
        case "role":
            accounts.set_role("bob", "viewer")
        case "disable":
            accounts.disable("bob")
        case "end":
            accounts.end_logins("bob")
    assert [accounts.who(token) for token in tokens] == [None] * 3
    assert accounts.who(others)


def test_the_last_manager_can_be_neither_demoted_nor_switched_off(accounts: Accounts) -> None:
    accounts.add("bob", "viewer", "hash")
    accounts.add("old", "manager", "hash")
    accounts.disable("old")
    token = accounts.log_in("ada")
    for change in (lambda: accounts.set_role("ada", "viewer"), lambda: accounts.disable("ada")):
        with pytest.raises(RefusedError) as refused:
            change()
        assert refused.value.why == "last_manager"
    assert accounts.who(token), "nothing of it was done"
    accounts.set_role("bob", "manager")
    accounts.disable("ada")


def test_of_many_who_set_the_hub_up_at_once_one_is_first(database: Database) -> None:
    accounts = Accounts(database)
    said: list[str] = []

    def set_up(name: str) -> None:
        try:
            accounts.add(name, "manager", "hash", only=True)
            said.append("first")
        except RefusedError as error:
            said.append(error.why)

    threads = [threading.Thread(target=set_up, args=(f"m{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["first"] + ["not_first"] * 7


def test_of_two_managers_who_demote_each_other_at_once_one_stays(accounts: Accounts) -> None:
    accounts.add("bob", "manager", "hash")
    refused: list[str] = []

    def demote(name: str) -> None:
        try:
            accounts.set_role(name, "viewer")
        except RefusedError as error:
            refused.append(error.why)

    threads = [threading.Thread(target=demote, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last_manager"]


def test_a_hash_is_renewed_only_where_the_password_is_still_the_same(accounts: Accounts) -> None:
    accounts.renew_hash("ada", "hash-0", "late")
    assert accounts.get("ada").password_hash == "hash-1"  # type: ignore[union-attr]
    accounts.renew_hash("ada", "hash-1", "hash-2")
    assert accounts.get("ada").password_hash == "hash-2"  # type: ignore[union-attr]


def test_the_log_is_newest_first_in_pages_that_neither_skip_nor_repeat(
    accounts: Accounts, clock: Clock
) -> None:
    for number in range(25):
        accounts.note("ada", "thing.done", str(number))
        if number % 3 == 0:
            clock.now += timedelta(milliseconds=1)
    seen, before = [], None
    while page := accounts.log(4, before):
        seen += [entry.detail for entry in page]
        before = (page[-1].at.isoformat(timespec="microseconds"), page[-1].id)
    assert sorted(map(int, seen)) == list(range(25))
    assert seen[-1] == "0"


def test_what_has_ended_and_the_log_of_more_than_a_year_ago_are_forgotten(
    accounts: Accounts, clock: Clock, database: Database
) -> None:
    accounts.log_in("ada")
    accounts.note("ada", "old")
    clock.now += timedelta(days=366)
    accounts.note("ada", "new")
    accounts.tidy()
    assert [entry.what for entry in accounts.log(10)] == ["new"]
    assert "ada" in everything(database)
    with database.reading() as db:
        assert db.execute(sa.text("SELECT count(*) FROM login")).scalar_one() == 0


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Ada ", "ada"),
        ("front-desk", "front-desk"),
        ("Jürgen", "jürgen"),
        ("a b", None),
        ("", None),
        ("-x", None),
        ("a" * 33, None),
        ("x<script>", None),
        ("../x", None),
    ],
)
def test_names_are_small_and_plain(typed: str, name: str | None) -> None:
    assert named(typed) == name
