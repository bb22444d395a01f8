"""What the installers say to arguments that will not do: one sentence, exit 2, nothing changed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
SCRIPTS = [
    *sorted(DEPLOY.glob("*.sh")),
    *sorted(DEPLOY.glob("install/*.sh")),
    *sorted(DEPLOY.glob("broker/*.sh")),
    *(DEPLOY / "install" / name for name in ("station", "pause", "kiosk-session")),
]


def said(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [DEPLOY / script, "--dry-run", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("script", "arguments", "sentence"),
    [
        ("install-station.sh", ["--rotate", "45"], "--rotate 45: must be 0, 90, 180 or 270."),
        ("install-station.sh", ["--rotate"], "--rotate needs a value; --help says which."),
        ("install-station.sh", ["--rotate", "--purge"], "--rotate needs a value, not '--purge'"),
        ("install-station.sh", ["--turn", "90"], "there is no '--turn'; --help lists"),
        ("install-station.sh", ["rack-2"], "there is no 'rack-2'; --help lists"),
        ("install-station.sh", ["--settle", "soon"], "--settle soon: seconds, a whole number."),
        ("install-station.sh", ["--id", "hub"], "--id hub: of a-z, 0-9 and -"),
        ("install-station.sh", ["--gym", "Süd"], "--gym Süd: of a-z, 0-9 and -"),
        ("install-station.sh", ["--language", "fr"], "--language fr: must be en or de."),
        ("install-station.sh", ["--panel-mm", "wide"], "--panel-mm wide: millimetres, a number."),
        ("install-station.sh", ["--wheels", "/nowhere"], "--wheels /nowhere: is no folder."),
        ("install-station.sh", ["--model", "/dev/null"], "is no file with anything in it."),
        ("install-station.sh", ["--allow", "example"], "--allow example: is no address or network"),
        ("install-station.sh", ["--purge"], "--purge goes with --uninstall."),
        ("install-station.sh", ["--source", 'a"b'], "no camera has a name with"),
        ("install-hub.sh", ["hub gym"], "'hub gym' is no name and no address."),
        ("install-hub.sh", ["--port", "80"], "--port 80: a port from 1024 to 65535."),
        ("install-hub.sh", ["--bind", "all"], "--bind all: must be an address."),
        ("install-hub.sh", ["--tls-key", "/dev/null"], "are given together, or neither of them."),
        ("install-hub.sh", ["--turn"], "there is no '--turn'; --help lists"),
    ],
)
def test_an_argument_that_will_not_do_gets_a_sentence(
    script: str, arguments: list[str], sentence: str
) -> None:
    done = said(script, *arguments)
    assert done.returncode == 2, done.stdout
    assert sentence in done.stderr
    assert done.stderr.startswith(script.removesuffix(".sh") + ": ")
    assert done.stdout == ""


@pytest.mark.parametrize("script", ["install-station.sh", "install-hub.sh"])
def test_help_names_every_option_that_is_understood(script: str) -> None:
    text = (DEPLOY / script).read_text(encoding="utf-8")
    loop = text.partition("while [ $# -gt 0 ]")[2].partition("esac")[0]
    understood = re.findall(r"^    (--[a-z-]+)\)", loop, re.MULTILINE)
    understood += re.findall(r"\[(--[a-z-]+)\]=", text)
    assert len(understood) > 10
    helped = said(script, "--help")
    assert helped.returncode == 0
    assert [option for option in understood if option not in helped.stdout] == []
    assert max(map(len, helped.stdout.splitlines())) <= 100


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["shellcheck", "--external-sources", *SCRIPTS],
        cwd=DEPLOY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def set_in(file: Path, *arguments: str) -> int:
    script = DEPLOY / "install" / "set_in.py"
    return subprocess.run(["python3", script, file, *arguments], check=False).returncode


def test_a_setting_is_set_in_its_line_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text("# ours\n[camera]\nsource = 'auto'  # first\nfps = 30\n\n[screen]\n")
    file.chmod(0o640)
    assert set_in(file, "camera", "source", '"/dev/v4l/by-id/x"') == 0
    assert set_in(file, "screen", "panel_mm", "300") == 0
    assert set_in(file, "sound", "volume", "0.1") == 0
    assert file.read_text() == (
        '# ours\n[camera]\nsource = "/dev/v4l/by-id/x"\nfps = 30\n\n[screen]\npanel_mm = 300\n'
        "\n[sound]\nvolume = 0.1\n"
    )
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_settings_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text("[camera\n")
    assert set_in(file, "camera", "source", "1") == 2
    assert file.read_text() == "[camera\n"


def test_starts_that_follow_each_other_closely_wait(tmp_path: Path) -> None:
    """With a `sleep` that only says how long."""
    (tmp_path / "sleep").write_text('#!/bin/sh\necho "slept $1"\n')
    (tmp_path / "sleep").chmod(0o755)
    slept = []
    for _ in range(10):
        done = subprocess.run(
            [DEPLOY / "install" / "pause", tmp_path / "starts"],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        slept.append(int(done.stdout.split()[-1]) if done.stdout else 0)
    assert slept == [0, 0, 0, 5, 15, 15, 30, 30, 60, 60]


def test_starts_of_long_ago_are_forgotten(tmp_path: Path) -> None:
    now = int(float(Path("/proc/uptime").read_text().split()[0]))
    (tmp_path / "starts").write_text("".join(f"{now - 601}\n" for _ in range(9)))
    done = subprocess.run(
        [DEPLOY / "install" / "pause", tmp_path / "starts"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert len((tmp_path / "starts").read_text().split()) == 1
