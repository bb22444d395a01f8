"""The process that sees people cannot tell anybody, and MediaPipe would like to."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station import isolation
from station.errors import StationError
from station.settings import Settings
from station.vision import models

INFER = """
import sys
from pathlib import Path
from station import isolation
{prepare}
import numpy as np
from station.vision.landmarker import Landmarker
landmarker = Landmarker(Path(sys.argv[1]))
picture = np.zeros((240, 320, 4), np.uint8)
for i in range(3):
    landmarker.pose(picture, i / 30)
landmarker.close()
print("inferred")
"""


@pytest.fixture(scope="session")
def model() -> Path:
    return models.get(Settings())


class Proxy:
    """Listens on loopback, answers nothing, and remembers what it was asked."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.asked.append(connection.recv(4096))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def run_python(code: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def infer(model: Path, proxy: Proxy, prepare: str) -> list[bytes]:
    """What the proxy was asked while MediaPipe worked in a process that did `prepare` first."""
    done = run_python(
        INFER.format(prepare=prepare), str(model), https_proxy=proxy.url, no_proxy="", NO_PROXY=""
    )
    assert done.stdout == "inferred\n", done.stderr
    return proxy.asked


def test_mediapipe_left_alone_calls_its_maker(model: Path, proxy: Proxy) -> None:
    """The control: if this fails, the two tests after it prove nothing."""
    asked = infer(model, proxy, "isolation.block_metrics = lambda: None")
    assert any(request.startswith(b"CONNECT ") for request in asked)


def test_in_the_empty_namespace_it_reaches_nobody(model: Path, proxy: Proxy) -> None:
    prepare = "isolation.block_metrics = lambda: None\nisolation.leave_network()"
    assert infer(model, proxy, prepare) == []


def test_with_metrics_blocked_it_asks_only_the_discard_port(model: Path, proxy: Proxy) -> None:
    assert infer(model, proxy, "isolation.block_metrics()") == []


@pytest.mark.parametrize("hide", ["", "isolation.block_metrics = lambda: None\n"])
def test_no_packet_leaves_by_the_kernels_own_account(
    model: Path, tmp_path: Path, hide: str
) -> None:
    strace = shutil.which("strace")
    assert strace, "deploy/setup.sh installs strace"
    code = INFER.format(prepare=f"{hide}isolation.leave_network()")
    # One file a thread, so that no line is torn in two.
    watch = [strace, "-ff", "-e", "trace=network", "-o", str(tmp_path / "trace")]
    done = subprocess.run(
        [*watch, sys.executable, "-c", code, str(model)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stdout == "inferred\n", done.stderr
    sent = [
        line
        for trace in tmp_path.glob("trace.*")
        for line in trace.read_text(errors="replace").splitlines()
        if "AF_INET" in line
        and ("connect(" in line or "send" in line)
        and ("= 0" in line or "EINPROGRESS" in line)
        # A port of 0 is how the resolver asks the kernel for a route; nothing is sent.
        and "htons(0)" not in line
    ]
    assert sent == []


LEAVE = """
from station import isolation
import socket
isolation.leave_network()
print(isolation.network_reachable(), isolation.interfaces())
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
    with socket.socket(family, socket.SOCK_DGRAM) as datagram:
        try:
            datagram.sendto(b"x", (address, 9))
            print("sent")
        except OSError:
            print("unreachable")
"""


def test_whoever_left_has_no_interface_and_no_route() -> None:
    done = run_python(LEAVE)
    assert done.stdout.splitlines() == ["False []", "unreachable", "unreachable"], done.stderr


def test_sockets_in_the_file_system_go_on_working(tmp_path: Path) -> None:
    """The display and the ledger are reached through the file system."""
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    code = (
        "import socket, sys\nfrom station import isolation\nisolation.leave_network()\n"
        "s = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\ns.sendall(b'picture')"
    )
    assert run_python(code, path).returncode == 0
    connection, _ = listener.accept()
    assert connection.recv(16) == b"picture"
    connection.close()
    listener.close()


def test_files_keep_their_owner(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom station import isolation\n"
        "isolation.leave_network()\nPath(sys.argv[1]).write_text('ledger')"
    )
    path = tmp_path / "written"
    assert run_python(code, str(path)).returncode == 0
    assert path.stat().st_uid == os.getuid()


def test_a_refusal_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(isolation, "_unshare", refuse)
    monkeypatch.setattr(isolation, "interfaces", lambda: ["eth0"])
    monkeypatch.setattr(isolation, "block_metrics", lambda: None)
    with pytest.raises(StationError, match="--allow-network"):
        isolation.leave_network()
    assert isolation.leave_network_if_possible() is False


def test_a_refusal_does_not_matter_where_there_is_no_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a unit with PrivateNetwork=yes and RestrictNamespaces=yes."""

    def refuse(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(isolation, "_unshare", refuse)
    monkeypatch.setattr(isolation, "interfaces", list)
    monkeypatch.setattr(isolation, "block_metrics", lambda: None)
    isolation.leave_network()


def test_a_process_with_threads_says_so() -> None:
    code = (
        "import threading\nfrom station import isolation\nfrom station.errors import StationError\n"
        "done = threading.Event()\nthreading.Thread(target=done.wait, daemon=True).start()\n"
        "try:\n    isolation.leave_network()\nexcept StationError as error:\n    print(error)\n"
        "done.set()"
    )
    said = run_python(code).stdout
    # Without any network to leave, a refusal is no error.
    assert "2 threads" in said or not isolation.network_reachable()


def test_the_kernels_own_tunnel_ends_are_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "tunl0"), (3, "sit0")])
    assert not isolation.network_reachable()
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "wlan0")])
    assert isolation.network_reachable()


def test_the_command_line_starts_no_thread_before_a_command_runs() -> None:
    """Else no command could leave the network: numpy, for one, starts threads when imported."""
    code = (
        "import os\nfrom station import cli\ncli.build_parser()\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    said = run_python(code)
    assert said.stdout == "1\n", said.stderr
