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
ALWAYS_THERE = (
    "bash",
    "cat",
    "cp",
    "cut",
    "dirname",
    "env",
    "grep",
    "id",
    "mkdir",
    "sha256sum",
    "timeout",
)
LIBRARIES = "echo libGL.so.1 libEGL.so.1 libGLESv2.so.2 libgthread-2.0.so.0"


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
    (checkout / "deploy" / "install").mkdir(parents=True)
    shutil.copy(SETUP, checkout / "deploy")
    shutil.copy(SETUP.parent / "install" / "charts.sh", checkout / "deploy" / "install")
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
    put_program(machine, "ldconfig", LIBRARIES)
    result = set_up(machine, "test")
    assert "going on without: " in result.stdout
    assert "strace imagemagick" in result.stdout
    assert "making .venv failed" in result.stderr.splitlines()[-1]


def with_charts_to_fetch(machine: Path, npm: str) -> Path:
    """All but .venv can be made on it; `npm` is the script of that program. Gives the charts."""
    put_program(machine, "python3", '[ "$1" = -m ] && exit 1; exit 0')
    put_program(machine, "ldconfig", LIBRARIES)
    put_program(machine, "npm", npm)
    web = machine / "checkout" / "deploy" / "web"
    web.mkdir()
    shutil.copy(ROOT / "deploy" / "web" / "package-lock.json", web)
    return machine / "checkout" / "station" / "hub" / "static" / "vendor" / "echarts.min.js"


def test_charts_that_cannot_be_fetched_stop_nothing(machine: Path) -> None:
    charts = with_charts_to_fetch(machine, "echo no network >&2; exit 1")
    result = set_up(machine, "run")
    assert "no network" in result.stderr
    assert "that failed (above is why); the staff's pages go on with their tables." in result.stdout
    assert "making .venv failed" in result.stderr.splitlines()[-1]
    assert not charts.exists()


def test_charts_are_fetched_once_and_again_when_their_lock_changes(machine: Path) -> None:
    npm = """echo "$@" >>"$HOME/asked"
    cd "$HOME/checkout/deploy/web" && mkdir -p node_modules/echarts/dist
    echo drawing >node_modules/echarts/dist/echarts.common.min.js"""
    charts = with_charts_to_fetch(machine, npm)
    for _ in range(2):
        set_up(machine, "run")
    assert charts.read_text() == "drawing\n"
    (asked,) = (machine / "asked").read_text().splitlines()
    assert asked.startswith("ci --prefix ")
    assert asked.endswith(" --omit=dev")
    with (machine / "checkout" / "deploy" / "web" / "package-lock.json").open("a") as lock:
        lock.write("\n")
    set_up(machine, "run")
    assert len((machine / "asked").read_text().splitlines()) == 2


def test_a_goal_it_does_not_know_is_refused(machine: Path) -> None:
    result = set_up(machine, "fly")
    assert result.returncode == 2
    assert "setup.sh run" in result.stderr


def test_both_scripts_and_the_ci_call_can_be_run_as_they_are() -> None:
    for script in (SETUP, ROOT / "deploy" / "lock.sh", ROOT / ".ci" / "run"):
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)
