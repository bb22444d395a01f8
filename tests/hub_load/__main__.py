"""The hub's bars, each measured on this machine; exits 1 when one is missed.

    python -m tests.hub_load [--sessions 5000000] [--stations 1000]
                             [--only ingest,fleet,sqlite,postgresql] [--keep FOLDER]

Quick: --sessions 50000 --stations 100. A real mosquitto, `station hub` as a process of its own, a
real Chromium, SQLite in a temporary folder ($TMPDIR) and Debian's PostgreSQL where it is installed.
At full size it takes about ten minutes and 4 GB of disk.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from station.broker import free_port
from tests.hub.postgres import PROGRAMS, Postgres
from tests.hub_load import fleet, ingest, pages
from tests.hub_load.bars import Bar, table
from tests.hub_load.fill import fill

PARTS = ("ingest", "fleet", "sqlite", "postgresql")
Say = Callable[[str], None]


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="tests.hub_load", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--sessions", type=int, default=5_000_000, help="in the databases")
    parser.add_argument("--stations", type=int, default=fleet.STATIONS, help="connected at once")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--keep", type=Path, help="where the filled SQLite database stays, and is taken from again"
    )
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(PARTS)}")
    bars = run(wanted, options.sessions, options.stations, _say, options.keep)
    print(table(bars))
    return 0 if all(bar.met for bar in bars) else 1


def run(
    wanted: list[str], sessions: int, stations: int, say: Say, keep: Path | None = None
) -> list[Bar]:
    """Measure the parts that are wanted, one after the other."""
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="hub-load-") as made:
        folder = Path(made)
        if "ingest" in wanted:
            say("Ingest …")
            bars += ingest.measure(folder / "ingest", min(ingest.SESSIONS, max(1000, sessions)))
        if "fleet" in wanted:
            say(f"{stations} stations …")
            bars += fleet.measure(folder / "fleet", stations)
        if "sqlite" in wanted:
            filled = _sqlite(keep or folder / "sqlite", sessions, say)
            bars += pages.measure(filled, "SQLite", "")
        if "postgresql" in wanted:
            if not list(Path(PROGRAMS).glob("*/bin/initdb")):
                say("PostgreSQL is not installed: not measured.")
            else:
                bars += _postgresql(folder / "postgresql", sessions, say)
    return bars


def _sqlite(folder: Path, sessions: int, say: Say) -> Path:
    """The folder of a hub whose database holds so many sessions, or what was kept there."""
    database = folder / "hub.db"
    if database.exists():
        say(f"{database} as it is …")
        return folder
    say(f"{sessions:,} sessions into SQLite …")
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / "filling.db"
    half.unlink(missing_ok=True)
    say("  " + fill(half, sessions).told())
    half.rename(database)
    return folder


def _postgresql(folder: Path, sessions: int, say: Say) -> list[Bar]:
    say(f"{sessions:,} sessions into PostgreSQL …")
    server = Postgres(free_port(0), options="-c max_wal_size=4GB")
    try:
        url = server.made()
        say("  " + fill(url, sessions).told())
        folder.mkdir()
        return pages.measure(folder, "PostgreSQL", url)
    finally:
        server.remove()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
