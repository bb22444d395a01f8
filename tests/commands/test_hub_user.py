"""`station hub user`, for who cannot log in."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station import settings as settings_file
from station.hub import running
from station.hub.accounts import Accounts
from station.hub.database import database_of
from station.hub.passwords import Passwords
from tests.hub.parts import Page

GOOD = "eleven quiet rowers"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(f'[station]\ndata_dir = "{tmp_path / "data"}"\n[hub]\nport = 0\n')
    return path


@pytest.fixture
def accounts(config: Path) -> Accounts:
    return Accounts(database_of(settings_file.load(config)))


def user(config: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "station", "hub", "user", *arguments, "--config", str(config)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_first_manager_and_others_are_added_with_a_password_from_standard_input(
    config: Path, accounts: Accounts
) -> None:
    assert user(config, "list").stdout == "Nobody has an account yet.\n"
    assert user(config, "add", "Ada", typed=f"{GOOD}\n").stdout == "ada is a manager now.\n"
    assert user(config, "add", "desk", "--role", "viewer", typed=f"{GOOD}\n").returncode == 0
    listed = user(config, "list").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [["ada", "manager"], ["desk", "viewer"]]
    account = accounts.get("ada")
    assert account
    assert Passwords().right(GOOD, account.password_hash)
    assert [entry.who for entry in accounts.log(5)] == ["command line"] * 2
    assert not any(GOOD in entry.detail for entry in accounts.log(5))


def test_it_is_felt_by_the_hub_that_runs(config: Path) -> None:
    settings = settings_file.load(config)
    with running(settings) as hub:
        page = Page(hub.url, settings)
        desk = page.client("desk", "viewer")
        assert desk.get("/").status_code == 200
        assert user(config, "role", "desk", "manager").stdout == "desk is a manager now.\n"
        desk = page.client("desk")
        assert desk.get("/users").status_code == 200
        assert user(config, "disable", "desk").returncode == 0
        assert desk.get("/").status_code == 303
        assert user(config, "enable", "desk").returncode == 0
        desk = page.client("desk")
        assert user(config, "password", "desk", typed=f"{GOOD}!\n").returncode == 0
        assert desk.get("/").status_code == 303


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("add", "a b"), GOOD, "a name is of letters"),
        (("add", "ada"), "short", "at least 10 characters"),
        (("add", "ada", "--role", "owner"), GOOD, "is no role"),
        (("password", "gone"), GOOD, "there is no account of this name"),
        (("role", "gone", "viewer"), "", "there is no account of this name"),
        (("disable", "only"), "", "this is the last manager"),
        (("role", "only", "viewer"), "", "this is the last manager"),
        (("add", "only"), GOOD, "there is an account of this name already"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_2(
    config: Path, accounts: Accounts, arguments: tuple[str, ...], typed: str, sentence: str
) -> None:
    accounts.add("only", "manager", "hash")
    ended = user(config, *arguments, typed=f"{typed}\n")
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert [row.account.name for row in accounts.listed()] == ["only"]


def test_at_a_terminal_the_password_is_asked_for_twice_and_never_shown(
    config: Path, accounts: Accounts
) -> None:
    accounts.add("ada", "manager", "hash")
    command = [sys.executable, "-m", "station", "hub", "user", "password", "ada"]
    child, ours = pty.fork()
    if child == 0:
        os.execv(command[0], [*command, "--config", str(config)])
    shown = b""
    for prompt in (b"New password of ada", b"The same again"):
        while prompt not in shown:
            shown += os.read(ours, 1000)
        time.sleep(0.2)
        os.write(ours, f"{GOOD}\n".encode())
    while b"has a new password" not in shown:
        shown += os.read(ours, 1000)
    assert os.waitpid(child, 0)[1] == 0
    os.close(ours)
    assert GOOD.encode() not in shown
    assert b"ada has a new password" in shown
