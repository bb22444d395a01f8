"""`station uplink` as it is, but in a hurry: a minute's wait for the next try is for a gym.

python -m tests.chaos.uplink [--gym-pace] CONFIG
"""

import argparse
import logging
import signal
import sys
from pathlib import Path
from threading import Event

from station import settings
from station.ledger import Ledger
from station.uplink import Pace, Uplink

HURRIED = Pace(reconnect_max_s=3.0, steady_s=2.0, connack_s=3.0, ack_s=3.0, ack_max_s=6.0)


def main() -> int:
    """Runs until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gym-pace", action="store_true")
    parser.add_argument("config", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    loaded = settings.load(arguments.config)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Uplink(loaded, Ledger(loaded.ledger), Pace() if arguments.gym_pace else HURRIED).run(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
