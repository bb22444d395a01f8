"""The installation, proved in clean Debian roots; exits 1 when anything failed.

    python -m tests.deploy [--only bookworm,trixie,arm64] [--keep] [--state FOLDER]

For each root: a bare Debian made by mmdebstrap (once, then kept packed in FOLDER) is unpacked, this
work tree is copied in, and `deploy/install-station.sh` runs in it for real. Then everything that
needs no booted machine is tried, with programs started as their units say. On amd64 a second root
becomes the gym's server by `deploy/install-hub.sh`, and the station joins it.

arm64 is emulated by qemu's user mode, as a Raspberry Pi 5: many times slower, so that the pose
model sees one repetition there and the kiosk plays what was recorded of the demo clip. It is
installed offline, from the wheels and the model that this machine fetched. `arm64-bookworm` is
there to be asked for.
Needs root, mmdebstrap, and qemu-user-static for arm64. Packages come from where this machine has
them; they and pip's cache stay in FOLDER between runs.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.deploy import bare, emulation, machine, wheels
from tests.deploy.bare import KINDS, Kind
from tests.deploy.hub_story import Hub
from tests.deploy.root import Network, Root
from tests.deploy.station_story import WHEELS, Station, checkout
from tests.deploy.steps import Steps
from tests.deploy.table import Row, good, table

TOP = Path(__file__).resolve().parent.parent.parent
USUAL = ("bookworm", "trixie", "arm64")
SLOW = 8.0
"""An emulated step may take so many times longer."""


def main() -> int:
    """Prints the table."""
    options = arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logs = Path(os.environ.get("ARTIFACTS", TOP / "artifacts")) / "deploy"
    logs /= time.strftime("%Y%m%d-%H%M%S")
    logs.mkdir(parents=True)
    rows: list[Row] = []
    try:
        recording = recorded(options.state, logs / "recording.log")
        for kind in KINDS:
            if kind.name in options.only:
                _story(kind, options.state, logs, recording, options.keep, rows)
    except KeyboardInterrupt:
        _say("Interrupted; what ran is ended.")
        rows.append(Row("", "interrupted", None, "FAILED"))
    print(table(rows))
    print(f"Logs and pictures: {logs}")
    return 0 if good(rows) else 1


def arguments(words: list[str]) -> argparse.Namespace:
    """The options, checked; ends with exit code 2 and a sentence where one is wrong."""
    parser = argparse.ArgumentParser(
        prog="tests.deploy", description=(__doc__ or "").splitlines()[0]
    )
    names = [kind.name for kind in KINDS]
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    parser.add_argument("--only", default=",".join(USUAL), help=f"of {', '.join(names)}")
    parser.add_argument("--keep", action="store_true", help="leave the roots to be looked at")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(base) / "hinge-station" / "roots",
        help="where packed roots and packages stay between runs, and roots live meanwhile",
    )
    options = parser.parse_args(words)
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(names):
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(names)}")
    if options.state.resolve().is_relative_to(TOP):
        parser.error(f"--state: {options.state} is inside the checkout, which is copied into roots")
    if os.geteuid() != 0:
        parser.error("only root can make and enter a Debian root; run it by sudo")
    return options


def recorded(state: Path, log: Path) -> Path:
    """The demo clip's landmarks, as this machine sees them; kept in `state`."""
    clip = TOP / "config/demo/demo.mp4"
    kept = state / f"demo-{hashlib.sha256(clip.read_bytes()).hexdigest()[:12]}.npz"
    if not kept.is_file():
        state.mkdir(parents=True, exist_ok=True)
        made = kept.with_name(f".{log.parent.name}.npz")
        command = [sys.executable, "-m", "station", "record", str(clip), str(made)]
        with log.open("w") as words:
            subprocess.run(command, check=True, cwd=TOP, stdout=words, stderr=words)
        made.rename(kept)
    return kept


def _story(
    kind: Kind, state: Path, logs: Path, recording: Path, keep: bool, rows: list[Row]
) -> None:
    """Everything of one kind of root."""
    steps = Steps(kind.name, _say, rows)
    emulated = emulation.emulated(kind.architecture)
    with ExitStack() as stack:
        found: list[Path] = []

        def bare_root() -> str:
            stack.enter_context(emulation.runs(kind.architecture))
            found.append(bare.packed(kind, state, logs / f"{kind.name}-making.log"))
            if emulated:
                where = state / "caches" / f"wheels-{kind.release}-{kind.architecture}"
                log = logs / f"{kind.name}-wheels.log"
                found.append(wheels.fetched(kind, TOP / "requirements.lock", where, log))
            return f"{kind.release} {kind.architecture}, {found[0].stat().st_size / 1e6:.0f} MB"

        if not steps.do("a bare root", bare_root):
            return
        given = machine.python_and_npm()
        if emulated:
            pi = emulation.as_on_a_pi(state / "caches" / kind.architecture)
            binds = {**given.binds, **pi.binds, WHEELS: found[1]}
            given = machine.Given(given.environment, binds, pi.environment)

        def opened(name: str) -> Root:
            folder = state / "running" / f"{logs.name}-{kind.name}-{name}"
            root = Root(kind, folder, logs / f"{kind.name}-{name}", state / "caches", given)
            root.logs.mkdir()
            stack.callback(_put_away, root, keep)
            bare.unpack(found[0], folder)
            checkout(root, TOP)
            root.open()
            return root

        station = Station(opened("station"), steps, recording, SLOW if emulated else 1.0)
        there = station.install()
        if not emulated:
            network = Network()
            stack.callback(network.close)
            network.open()
            hub = Hub(opened("hub"), Steps(f"{kind.name} hub", _say, rows), network)
            stack.callback(hub.end)
            serving = hub.install()
            hub.take_in(station, there and serving)
            hub.change(serving)
        station.change(there)


def _put_away(root: Root, keep: bool) -> None:
    root.close()
    if keep:
        _say(f"{root.folder} is kept.")
    else:
        root.remove()


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
