"""Play a fleet of invented gyms at the hub's broker, for demos, screenshots and load.

Every session says that it is simulated; the hub keeps them apart from people's. Needs a running
broker and hub. The same seed gives the same sessions under the same ids, so running it twice adds
nothing. No station is replaced that is not simulated itself.

First comes the history: --days days up to this hour, as fast as the hub takes it. Then the
stations say that they are switched off. With --live they stay on instead, say how they are once a
minute, and go on through the day until Ctrl-C; --speed 60 makes a day of 24 minutes. In a fleet of
six or more some are broken: one loses power, one is hot, one has no clock, one has a camera that
stalls.

Example: station simulate --stations 20 --days 60 --live --speed 60
"""

import argparse
import signal
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--stations", type=int, required=True, metavar="N", help="how many")
    parser.add_argument(
        "--days", type=int, default=28, metavar="D", help="of history, today's included (28)"
    )
    parser.add_argument(
        "--gyms", type=int, metavar="G", help="in so many gyms (default: one for six stations)"
    )
    parser.add_argument("--seed", type=int, default=1, help="what the dice begin with (1)")
    parser.add_argument("--live", action="store_true", help="go on in real time until Ctrl-C")
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="live time runs X times as fast"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="the hub's settings file")


def execute(args: argparse.Namespace) -> int:
    """Play it; 0 = the hub has all, 1 = stopped before."""
    import threading

    from station import settings
    from station.simulate import Plan, made, run

    plan = Plan(made(args.stations, args.gyms, args.seed), args.days, args.live, args.speed)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    outcome = run(plan, settings.load(args.config).broker, stop, _say)
    _say("")
    print(outcome.sentence())
    return 0 if outcome.whole else 1


def _say(line: str) -> None:
    """A line, or what stands in the one line that is written over, where somebody watches."""
    watched = sys.stderr.isatty()
    if not line.startswith("\r"):
        print("\r\033[K" * watched + line, file=sys.stderr, flush=True, end="\n" * bool(line))
    elif watched:
        print(f"\r\033[K{line[1:]}", end="", file=sys.stderr, flush=True)
