"""Everything goes wrong at once, and every session is in the hub's database exactly once.

    python -m tests.chaos [--sessions 5000] [--seconds 130] [--seed 1] [--gym-pace] [--no-bars]

A real mosquitto, `station hub`, the uplink and the kiosk's ledger writer, each a process of its
own on loopback; links go through wires that can be cut and go silent. While the kiosk finishes
sessions, one fault after the other strikes. Where root may mount, station and hub have small disks
of their own, which fill up. Ends by itself; exits 1 when a session was lost, counted twice, or is
still on its way at the end. After that it measures the bars (see `tests.chaos.bars`).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos import bars
from tests.chaos.story import run


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=130.0, help="how long faults go on")
    parser.add_argument("--seed", type=int, default=1, help="of the order and the moments")
    parser.add_argument("--gym-pace", action="store_true", help="the uplink waits as in a gym")
    parser.add_argument("--no-bars", action="store_true", help="do not measure speed and memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        outcome = run(
            Path(folder),
            sessions=options.sessions,
            seconds=options.seconds,
            seed=options.seed,
            gym_pace=options.gym_pace,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    print(outcome.table())
    met = True
    if not options.no_bars:
        with tempfile.TemporaryDirectory(prefix="bars-") as folder:
            figures = bars.measure(Path(folder))
        print(figures.table())
        met = figures.met
    return 0 if outcome.good and met else 1


if __name__ == "__main__":
    sys.exit(main())
