"""`deploy/setup.sh` on machines that lack something: one clear sentence and exit 2.

The machine is played by a PATH with only the programs named here, so nothing is installed.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / "deploy" / "setup.sh"
ALWAYS_THERE = ("bash", "cat", "cut", "dirname", "env", "grep", "id", "sha256sum")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs, with a checkout beside it that holds only what set-up reads."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ALWAYS_THERE:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    checkout = tmp_path / "checkout"
    (checkout / "deploy").mkdir(parents=True)
    shutil.copy(SETUP, checkout / "deploy")
    return tmp_path


def put_program(machine: Path, name: str, script: str) -> None:
    program = machine / "bin" / name
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)


def set_up(machine: Path, goal: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", machine / "checkout" / "deploy" / "setup.sh", goal],
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_out_of_range_is_named_with_what_to_do(machine: Path) -> None:
    put_program(machine, "python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    result = set_up(machine, "run")
    assert result.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is needed" in result.stderr
    assert "Python 3.9.2" in result.stderr


def test_a_newer_python3_gives_way_to_one_in_range_beside_it(machine: Path) -> None:
    put_program(machine, "python3", "exit 1")
    put_program(machine, "python3.12", "exit 0")
    put_program(machine, "ldconfig", "exit 0")
    result = set_up(machine, "run")
    assert "Python 3.11, 3.12 or 3.13" not in result.stderr
    assert "libgl1" in result.stderr


def test_missing_libraries_are_named_as_packages_to_install(machine: Path) -> None:
    put_program(machine, "python3", "exit 0")
    put_program(machine, "ldconfig", "echo libGL.so.1 libEGL.so.1")
    result = set_up(machine, "run")
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    assert last.startswith("set-up: missing and needed: libgles2 libglib2.0-0.")
    assert last.endswith("sudo apt-get install libgles2 libglib2.0-0")
    assert not (machine / "checkout" / ".venv").exists()


def test_what_is_only_wanted_is_named_and_stops_nothing(machine: Path) -> None:
    put_program(machine, "python3", '[ "$1" = -m ] && echo "no module venv" >&2 && exit 1; exit 0')
    put_program(
        machine, "ldconfig", "echo libGL.so.1 libEGL.so.1 libGLESv2.so.2 libgthread-2.0.so.0"
    )
    result = set_up(machine, "test")
    assert "going on without: " in result.stdout
    assert "strace imagemagick" in result.stdout
    assert "making .venv failed" in result.stderr.splitlines()[-1]


def test_a_goal_it_does_not_know_is_refused(machine: Path) -> None:
    result = set_up(machine, "fly")
    assert result.returncode == 2
    assert "setup.sh run" in result.stderr


def test_both_scripts_and_the_ci_call_can_be_run_as_they_are() -> None:
    for script in (SETUP, ROOT / "deploy" / "lock.sh", ROOT / ".ci" / "run"):
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)
