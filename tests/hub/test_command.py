"""`station hub` as the unit starts it: a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station import settings as settings_file
from station.messages import HUB_STATUS
from tests.hub.parts import DEADLINE_S, Broker, FakeStation, Page, until

MakeStation = Callable[..., FakeStation]


@pytest.fixture
def config(broker: Broker, tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(
        f'[station]\ndata_dir = "{tmp_path / "data"}"\n[broker]\nport = {broker.port}\n'
    )
    return path


def station_hub(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "station", "hub", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.fixture
def process(config: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "station", "hub", "--config", str(config), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    found = re.fullmatch(r"Staff page: (http://127\.0\.0\.1:\d+/)\n", process.stdout.readline())
    assert found
    return found.group(1)


def page_of(process: subprocess.Popen[str], config: Path) -> Page:
    return Page(address(process), settings_file.load(config))


def test_it_prints_its_address_serves_and_stops_on_sigterm_saying_offline(
    process: subprocess.Popen[str], config: Path, stations: MakeStation
) -> None:
    page = page_of(process, config)
    until(page.connected)
    station = stations()
    until(lambda: station.hub_states == ["online"])
    station.finish()
    assert page.today() == 1
    with page.http.stream("GET", "/events") as open_page:
        next(open_page.iter_lines())
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    until(lambda: station.hub_states == ["online", "offline"])


def test_it_prints_a_set_up_code_until_somebody_has_an_account(
    process: subprocess.Popen[str], config: Path
) -> None:
    page = page_of(process, config)
    assert process.stdout
    assert re.fullmatch(
        rf"Set-up code: \w{{4}}-\w{{4}}-\w{{4}}  \(no account yet: open {page.url}set-up\)\n",
        process.stdout.readline(),
    )
    again = subprocess.Popen(
        [sys.executable, "-m", "station", "hub", "--config", str(config), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert address(again)
    again.send_signal(signal.SIGTERM)
    rest, _ = again.communicate(timeout=DEADLINE_S)
    assert "code" not in rest


def test_killed_it_leaves_its_will(
    process: subprocess.Popen[str], config: Path, stations: MakeStation
) -> None:
    until(page_of(process, config).connected)
    station = stations()
    until(lambda: station.hub_states == ["online"])
    process.kill()
    until(lambda: station.hub_states == ["online", "offline"])
    assert HUB_STATUS == "hinge/v1/hub/status"


def test_it_loads_nothing_of_the_kiosks(process: subprocess.Popen[str], config: Path) -> None:
    until(page_of(process, config).connected)
    mapped = Path(f"/proc/{process.pid}/maps").read_text()
    assert "sqlite3" in mapped
    for heavy in ("numpy", "cv2", "mediapipe", "kivy"):
        assert heavy not in mapped.lower(), heavy
    imports = (
        "import sys, station.commands.hub, station.hub.server, station.hub.web;"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", imports], capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("numpy", "cv2", "mediapipe", "kivy"):
        assert f"'{heavy}'" not in loaded


def test_a_taken_port_is_one_sentence_and_exit_2(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = station_hub("--config", config, "--port", port)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"station hub: Port {port} on 127.0.0.1 cannot be used")
    assert ended.stderr.count("\n") == 1
    assert "--port" in ended.stderr
    assert not (config.parent / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "70000"], "--port 70000: must be from 0 to 65535."),
        (["--config", "/nowhere/at/all.toml"], "cannot be read"),
    ],
)
def test_bad_arguments_are_one_sentence_and_exit_2(arguments: list[str], sentence: str) -> None:
    ended = station_hub(*arguments)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("[hub]\nk = 2\n", "hub.k"),
        ('[broker]\npassword_file = "/nowhere"\n', "broker.password_file /nowhere: cannot be read"),
        ('[broker]\ntls_ca = "/nowhere"\n', "broker.tls_ca /nowhere: cannot be read"),
        ('[hub]\nbind = "192.0.2.1"\n', "on 192.0.2.1 cannot be used"),
    ],
)
def test_bad_settings_are_one_sentence_and_exit_2(
    tmp_path: Path, section: str, sentence: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(f'[station]\ndata_dir = "{tmp_path / "data"}"\n{section}')
    ended = station_hub("--config", path, *([] if "k = 2" in section else ["--port", 0]))
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_help_shows_an_example() -> None:
    ended = station_hub("--help")
    assert ended.returncode == 0
    assert "Example: station hub" in ended.stdout
    assert os.linesep in ended.stdout
