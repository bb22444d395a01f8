"""Who lies to a station that joins, or to the hub, is found out; nothing is kept or entered."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from station import join_code
from tests.broker.gym import Gym, join
from tests.broker.parts import run_script
from tests.uplink.parts import free_port


@contextmanager
def liar(
    answer: Callable[[bytes], tuple[int, bytes]], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Something between station and hub that answers what it likes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("field", ["ca", "host", "port", "station", "proof"])
def test_who_changes_the_answer_is_found_out_and_nothing_is_kept(
    gym: Gym, station_file: Path, tmp_path: Path, capsys: Any, field: str
) -> None:
    changes = {
        "ca": (gym.broker.folder / "broker.pem").read_text(),
        "host": "attacker.test",
        "port": 1883,
        "station": "rack-1",
        "proof": "0" * 64,
    }

    def between(body: bytes) -> tuple[int, bytes]:
        said = httpx.post(f"{gym.url}/join", content=body).json()
        assert said[field] != changes[field]
        return 200, json.dumps({**said, field: changes[field]}).encode()

    with liar(between) as url:
        assert join(station_file, url, gym.code()) == 2
    assert "does not know the code, so it is not the gym's hub" in capsys.readouterr().err
    assert not (tmp_path / "station").exists()


def test_who_changes_the_question_is_refused(gym: Gym, station_file: Path) -> None:
    """With a password of his own in it he would be the station."""

    def between(body: bytes) -> tuple[int, bytes]:
        question = json.loads(body) | {"password_hash": join_code.hash_for_mosquitto("mine")}
        answer = httpx.post(f"{gym.url}/join", json=question)
        return answer.status_code, answer.content

    with liar(between) as url:
        assert join(station_file, url, gym.code()) == 2
    assert gym.broker.users.stations() == []


def test_https_that_nobody_vouches_for_is_as_good_and_as_bad(
    gym: Gym, station_file: Path, tmp_path: Path
) -> None:
    run_script("certificates.sh", tmp_path / "own")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "own" / "broker.pem", tmp_path / "own" / "broker.key")

    def passed_on(body: bytes) -> tuple[int, bytes]:
        said = httpx.post(f"{gym.url}/join", content=body)
        return said.status_code, said.content

    def forged(body: bytes) -> tuple[int, bytes]:
        status, said = passed_on(body)
        return status, json.dumps(json.loads(said) | {"host": "attacker.test"}).encode()

    with liar(forged, tls) as url:
        assert join(station_file, url, gym.code()) == 2
    with liar(passed_on, tls) as url:
        assert join(station_file, url, gym.code()) == 0


def test_an_answer_to_another_question_is_not_taken(
    gym: Gym, station_file: Path, tmp_path: Path
) -> None:
    code = gym.code()
    old = join_code.ask(join_code.key_of(code), "another password")
    replay = httpx.post(f"{gym.url}/join", json=old.model_dump()).content
    with liar(lambda _: (200, replay)) as url:
        assert join(station_file, url, code) == 2
    assert not (tmp_path / "station").exists()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (404, b"{}", "it takes no stations in: hub.broker_dir is not set"),
        (503, b"{}", "the hub's log says why"),
        (302, b"", "it says 302 Found"),
        (200, b"<html>", "is not a hub of this kind"),
        (200, b"{}", "is not a hub of this kind"),
        (200, b"x" * 200_000, "is not a hub of this kind"),
    ],
)
def test_whatever_answers_ends_in_one_sentence(
    station_file: Path, capsys: Any, status: int, body: bytes, sentence: str
) -> None:
    with liar(lambda _: (status, body)) as url:
        assert join(station_file, url, join_code.new()) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("hub", "code", "sentence"),
    [
        (f"127.0.0.1:{free_port()}", "2345-6789-ACDE", "cannot be reached (Connection refused)"),
        ("http://", "2345-6789-ACDE", "is no address of a hub"),
        ("ftp://hub", "2345-6789-ACDE", "is no address of a hub"),
        ("http://hub:port", "2345-6789-ACDE", "is no address of a hub"),
        ("http://hub", "2345-6789", "has 12 letters and digits, not 8"),
        ("http://hub", "2345-6789-ACDO", "No code has the character 'O'"),
    ],
)
def test_what_is_typed_wrong_is_said(
    station_file: Path, capsys: Any, hub: str, code: str, sentence: str
) -> None:
    assert join(station_file, hub, code) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "password_hash",
    [
        "$7$101$AAAA$AAAA",
        join_code.hash_for_mosquitto("x") + "\nhub:",
        join_code.hash_for_mosquitto("x").replace("$101$", "$999999999$"),
    ],
)
def test_nothing_but_a_hash_gets_into_the_password_file(gym: Gym, password_hash: str) -> None:
    key = join_code.key_of(gym.code())
    proof = join_code._proof(key, "station", password_hash)
    answer = httpx.post(f"{gym.url}/join", json={"password_hash": password_hash, "proof": proof})
    assert answer.status_code == 400
    assert gym.broker.users.stations() == []


def test_a_body_that_does_not_end_is_cut_off(gym: Gym) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1024

    with pytest.raises(httpx.HTTPError):  # or the answer, when it is read first
        httpx.post(f"{gym.url}/join", content=endless()).raise_for_status()
