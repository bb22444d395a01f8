"""The link to the gym's broker: takes finished sessions from the ledger to the hub.

Runs until SIGTERM or Ctrl-C, then hands over what is left for at most five seconds.

Under systemd: Type=notify and WatchdogSec=180 (a try to connect may be a minute away).

Example: station uplink --config /etc/hinge-station/station.toml
"""

import argparse
import signal
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from threading import Event

    from station import settings
    from station.ledger import Ledger
    from station.uplink import Keeper, Uplink

    loaded = settings.load(args.config)
    keeper = Keeper(settings.load(args.config, layered=False))
    uplink = Uplink(loaded, Ledger(loaded.ledger), keeper=keeper)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    uplink.run(stop)
    return 0
