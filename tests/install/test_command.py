"""The `station` command of an installed machine, for somebody who is not root."""

import subprocess
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[2] / "deploy/install/station"


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """A folder of programs in which somebody is user 1000 and sudo says what it was asked for."""
    for name, body in (("id", "echo 1000"), ("sudo", 'echo "sudo $*"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(programs: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(COMMAND), *arguments],
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_join_as_the_page_shows_it_asks_for_the_right_that_it_needs(said: Path) -> None:
    done = run(said, "join", "http://hub.gym.lan:8080")
    assert done.stdout == f"sudo -- {COMMAND} join http://hub.gym.lan:8080\n"


def test_no_other_command_does(said: Path) -> None:
    assert "sudo" not in run(said, "doctor").stdout
