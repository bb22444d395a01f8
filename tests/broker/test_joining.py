"""A new station joins by a code; with a wrong one, twice, or by way of a liar it cannot."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from station import join_code, joined, settings
from station.cli import main
from station.errors import StationError
from station.hub import joining, running
from tests.broker.gym import Gym, join
from tests.broker.parts import Client, run_script
from tests.uplink.parts import QUICK, Station, eventually

CODE = re.compile(r"and when it asks:  ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\n")


@contextmanager
def uplink_of(file: Path) -> Iterator[Station]:
    made = Station(settings.load(file)).start(QUICK)
    try:
        yield made
    finally:
        made.end()


def test_staff_make_a_code_the_station_joins_its_sets_arrive_and_revoking_cuts_it_off(
    gym: Gym, station_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hub", "join-code", "rack-7", "--config", str(gym.file)]) == 0
    said = capsys.readouterr().out
    assert "station join http://broker.gym.test:" in said
    assert "No station can reach the hub yet: hub.bind is 127.0.0.1" in said
    code = CODE.search(said)
    assert code is not None
    assert join(station_file, gym.url, code[1].lower().replace("-", " ")) == 0
    assert f"Joined as rack-7; the gym's broker is at 127.0.0.1:{gym.broker.port}." in (
        capsys.readouterr().out
    )
    with uplink_of(station_file) as station:
        station.finish()
        eventually(lambda: station.ledger.depth() == 0 and station.connected(), "the hub has it")
        assert main(["hub", "revoke", "rack-7", "--config", str(gym.file)]) == 0
        assert "rack-7 is shut out, and its connection is cut." in capsys.readouterr().out
        wanted = "refuses user rack-7: wrong or missing password, or shut out by the hub."
        eventually(lambda: wanted in station.problem(), "told on the staff's screen")
        station.finish()
        time.sleep(0.5)
        assert station.ledger.depth() == 1, "kept here"
    assert main(["hub", "revoke", "rack-7", "--config", str(gym.file)]) == 2
    assert join(station_file, gym.url, gym.code("rack-7")) == 0
    with uplink_of(station_file) as station:
        eventually(lambda: station.ledger.depth() == 0, "the hub has what was kept")


def test_others_stay_connected_when_one_is_shut_out(gym: Gym) -> None:
    gym.broker.let_in("rack-1", "one")
    gym.broker.let_in("rack-2", "two")
    first = Client(gym.broker, "rack-1", "one").start()
    second = Client(gym.broker, "rack-2", "two").start()
    assert gym.broker.users.remove("rack-1")
    gym.broker.reload()
    assert first.ended.wait(5)
    assert second.publish("hinge/v1/rack-2/health") in (0, 0x10)
    assert not second.ended.is_set()
    for client in (first, second):
        client.stop()


def test_a_code_is_good_once(gym: Gym, station_file: Path, capsys: Any) -> None:
    code = gym.code()
    assert join(station_file, gym.url, code) == 0
    before = (gym.broker.folder / "passwords").read_text()
    assert join(station_file, gym.url, code) == 2
    assert "it does not know the code, or no longer" in capsys.readouterr().err
    assert (gym.broker.folder / "passwords").read_text() == before


@pytest.mark.parametrize("change", ["late", "rebooted", "another"])
def test_a_code_that_is_no_longer_good_is_refused(
    gym: Gym, station_file: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    code = gym.code()
    now = joining._now()
    if change == "late":
        monkeypatch.setattr(joining, "_now", lambda: now + joining.LASTS_S + 1)
    elif change == "rebooted":
        monkeypatch.setattr(joining, "_boot", lambda: "another boot")
    else:
        gym.code("rack-8")
    assert join(station_file, gym.url, code) == 2
    assert not joined.file_in(settings.load(station_file).station.data_dir).exists()


def test_of_two_who_use_a_code_at_the_same_time_one_joins(gym: Gym) -> None:
    key = join_code.key_of(gym.code())
    questions = [join_code.ask(key, password) for password in ("one", "two", "three", "four")]

    def post(question: join_code.Ask) -> int:
        return httpx.post(f"{gym.url}/join", json=question.model_dump(), timeout=30).status_code

    with ThreadPoolExecutor(len(questions)) as pool:
        statuses = list(pool.map(post, questions))
    assert sorted(statuses) == [200, 403, 403, 403]
    winner = questions[statuses.index(200)].password_hash
    assert f"rack-7:{winner}\n" in (gym.broker.folder / "passwords").read_text()


def test_who_joins_while_the_broker_is_down_is_let_in_when_it_is_back(
    gym: Gym, station_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gym.broker.let_in("rack-1", "one")
    gym.broker.stop()
    assert join(station_file, gym.url, gym.code()) == 0
    assert main(["hub", "revoke", "rack-1", "--config", str(gym.file)]) == 0
    assert "The broker does not run; it will know when it starts." in capsys.readouterr().out
    gym.broker.start()
    with uplink_of(station_file) as station:
        eventually(lambda: (link := station.ledger.link()) and link.connected, "connected")
    revoked = Client(gym.broker, "rack-1", "one")
    revoked.client.connect("127.0.0.1", gym.broker.port)
    revoked.client.loop_start()
    eventually(lambda: revoked.refusal, "refused")
    revoked.stop()


def test_ten_wrong_guesses_make_a_code_void_also_across_a_restart_of_the_hub(
    gym: Gym, station_file: Path, capsys: Any
) -> None:
    code = gym.code()
    guess = join_code.ask(join_code.key_of(join_code.new()), "x")
    for _ in range(joining.TRIES - 1):
        assert httpx.post(f"{gym.url}/join", json=guess.model_dump()).status_code == 403
    kept = joining.Joining(gym.settings)._read()
    assert kept is not None
    assert kept.wrong == joining.TRIES - 1, "on the disk"
    assert httpx.post(f"{gym.url}/join", json=guess.model_dump()).status_code == 403
    assert join(station_file, gym.url, code) == 2
    assert gym.broker.users.stations() == []


def test_nobody_learns_a_secret_from_a_join(
    gym: Gym, station_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither from logs, nor from the list of processes, nor from files, nor from the network."""
    code = gym.code()
    started = tmp_path / "started"
    with recorded(gym.port) as (port, wire):
        run = subprocess.run(
            [
                *noting_programs(started),
                *(sys.executable, "-m", "station", "join", f"http://127.0.0.1:{port}"),
                *("--config", str(station_file)),
            ],
            input=join_code.shown(code) + "\n",
            capture_output=True,
            text=True,
            env={**os.environ, "STATION_LOG": "DEBUG"},
            timeout=30,
            check=True,
        )
    seen = started.read_text()
    assert '"station", "join"' in seen, "it was looked at"
    data_dir = settings.load(station_file).station.data_dir
    secrets = [
        (data_dir / "joined" / "password").read_text().strip(),
        gym.broker.hub_password,
        code,
        join_code.shown(code),
        join_code.key_of(code).hex(),
    ]
    said = run.stdout + run.stderr + "".join(capfd.readouterr()) + gym.broker.log
    assert "rack-7" in said
    for secret in secrets:
        assert secret not in seen, "in the list of processes"
        assert secret not in said, "in a log"
        assert secret.encode() not in bytes(wire), "on the wire"
    assert b"password_hash" in wire
    for file in [*data_dir.rglob("*"), *(tmp_path / "hub").glob("join*")]:
        # The kiosk, of the same group, reads this one; it says who the station is and no secret.
        shut_to = 0o007 if file.name == "joined.toml" else 0o077
        open_to = stat.S_IMODE(file.stat().st_mode) & shut_to
        assert open_to == 0 or (file.is_dir() and not any(file.glob("password"))), file
    said_of_it = (data_dir / "joined.toml").read_text()
    assert not [secret for secret in secrets if secret in said_of_it]
    assert not (tmp_path / "hub" / "joining.json").exists(), "the key is forgotten"


def test_nobody_learns_the_hubs_password_while_the_broker_is_set_up(tmp_path: Path) -> None:
    started, folder = tmp_path / "started", tmp_path / "broker"
    said = run_script("set-up.sh", folder, noted=noting_programs(started))
    password = (folder / "hub-password").read_text().strip()
    seen = started.read_text()
    assert "mosquitto_passwd" in seen, "it was looked at"
    assert password not in seen
    assert password not in said


def noting_programs(log: Path) -> list[str]:
    """What to put before a command so that the command line of every program it starts, as anybody
    on the machine could read it, is written to `log`."""
    strace = shutil.which("strace")
    assert strace, "deploy/setup.sh installs strace"
    return [strace, "-f", "-qq", "-s", "65536", "-e", "trace=execve", "-o", str(log)]


@contextmanager
def recorded(port: int) -> Iterator[tuple[int, bytearray]]:
    """A port that leads to `port`, and all bytes that pass, both ways."""
    wire = bytearray()
    server = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            wire.extend(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        near, _ = server.accept()
        with near, socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=pump, args=(far, near))
            back.start()
            pump(near, far)
            back.join(5)

    threading.Thread(target=serve, daemon=True).start()
    with closing(server):
        yield server.getsockname()[1], wire


def test_what_is_read_for_another_letter_is_taken_for_it() -> None:
    assert join_code.typed("bszu-2345 ac-de") == "852V2345ACDE"
    assert join_code.typed(join_code.shown(code := join_code.new())) == code
    assert not set("BSZU01OIL") & set(join_code.ALPHABET)


def test_mosquittos_own_tool_and_we_write_the_same_hash(tmp_path: Path) -> None:
    """Its salt and our arithmetic give its digest."""
    import base64
    import hashlib

    file = tmp_path / "passwords"
    file.write_text("rack-1:secret\n")
    subprocess.run(["mosquitto_passwd", "-U", str(file)], check=True, capture_output=True)
    line = file.read_text().strip().removeprefix("rack-1:")
    join_code.Ask(password_hash=line, proof="0" * 64)
    _, _, rounds, salt, digest = line.split("$")
    own = hashlib.pbkdf2_hmac("sha512", b"secret", base64.b64decode(salt), int(rounds))
    assert base64.b64encode(own).decode() == digest


def test_a_hub_without_a_broker_of_its_own_takes_nobody_in(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f'[station]\ndata_dir = "{tmp_path}"\n[hub]\nport = 0\n')
    assert main(["hub", "join-code", "--config", str(file)]) == 2
    assert "hub.broker_dir is not set" in capsys.readouterr().err
    with running(settings.load(file)) as hub:
        assert httpx.post(f"{hub.url}join", json={}).status_code in (404, 405)


def test_no_station_can_be_the_hub(gym: Gym) -> None:
    with pytest.raises(StationError, match="it is the hub's own"):
        gym.code("hub")
    assert not gym.broker.users.remove("hub")


def test_names_are_given_in_turn(gym: Gym, capsys: Any) -> None:
    gym.broker.let_in("station-1", "x")
    assert main(["hub", "--config", str(gym.file), "join-code"]) == 0
    assert "On the station that is to be station-2," in capsys.readouterr().out
    assert main(["hub", "stations", "--config", str(gym.file)]) == 0
    assert capsys.readouterr().out == "station-1\n"


def test_a_settings_file_with_a_broker_of_its_own_goes_first_and_joining_says_so(
    gym: Gym, station_file: Path, capsys: Any
) -> None:
    station_file.write_text(station_file.read_text() + '[broker]\nhost = "elsewhere"\n')
    assert join(station_file, gym.url, gym.code()) == 1
    assert "has a [broker] or a station.id of its own, which goes first" in capsys.readouterr().out
    loaded = settings.load(station_file)
    assert (loaded.broker.host, loaded.broker.tls_ca, loaded.broker.username) == (
        "elsewhere",
        None,
        None,
    )


def test_a_damaged_joined_file_is_said_and_the_station_goes_on(
    station_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "station").mkdir()
    for damage in ("[broker\n", "[broker]\nport = 99999\n", "\0"):
        (tmp_path / "station" / "joined.toml").write_text(damage)
        caplog.clear()
        assert settings.load(station_file).broker == settings.BrokerSettings()
        assert "run `station join` again" in caplog.text
