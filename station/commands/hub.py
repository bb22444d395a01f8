"""Serve the staff's page and store what stations send.

Example: station hub --config /etc/hinge-station/station.toml --port 8080
"""

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station hub`."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: the shipped one)"
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="the page's port instead of hub.port; 0 = a free one"
    )


def execute(args: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C; prints the page's address."""
    from station import settings as settings_module
    from station.errors import StationError
    from station.hub import running

    settings = settings_module.load(args.config)
    if args.port is not None:
        if not 0 <= args.port <= 65535:
            raise StationError(f"--port {args.port}: must be from 0 to 65535.")
        hub_settings = settings.hub.model_copy(update={"port": args.port})
        settings = settings.model_copy(update={"hub": hub_settings})

    asked = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    with running(settings) as hub:
        print(f"Staff page: {hub.url}", flush=True)
        while not asked.wait(0.5):
            if hub.ended.is_set():
                raise StationError(f"The page's server at {hub.url} ended by itself; see the log.")
    return 0
