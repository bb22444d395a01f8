"""The station on the demo clip for two hours, with everything going wrong: it comes back by itself.

    python -m tests.soak [--minutes 120] [--seed 1] [--logs FOLDER]

The kiosk, `station uplink`, `station hub` and a real mosquitto, each a process of its own under the
supervisor of `station run` and, for the kiosk, a watchdog as systemd's. Members come one after
another: the kiosk sees the demo clip at thirty pictures a second in the place of a camera (see
`tests.soak.kiosk`) and judges it as always, with its pose model, without a network, its window
offscreen; a hand taps. Programs are killed and frozen, the camera vanishes, hangs and comes back,
the broker is gone, disks fill up (where root may mount them). For each fault the time is taken
until all is well again, against a bound that is stated. Ends by itself, a few minutes after
`--minutes` at the latest; exits 1 when anything did not come back in time, when a finished set is
not in the hub's database exactly once, or when memory or handles of a program grew.

In a run of less than twenty minutes a program is killed again within its first minute, so that the
supervisor lets it wait for longer, and that much is allowed on top.

A set that ends in the very milliseconds in which the kiosk is killed would count as lost.
"""

import argparse
import logging
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from station.errors import StationError
from tests.soak.story import Soak


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1, help="of the order and the moments")
    parser.add_argument("--logs", type=Path, help="keep logs and weights in this folder")
    options = parser.parse_args()
    # A SIGTERM ends it as Ctrl-C does: with every program stopped and every disk unmounted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.basicConfig(level="ERROR", format="%(message)s")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(
            Path(folder),
            options.minutes,
            options.seed,
            lambda line: print(line, file=sys.stderr, flush=True),
        )
        try:
            outcome = soak.run()
        except StationError as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("Ended before its time; everything is stopped.", file=sys.stderr)
            return 130
        finally:
            if options.logs is not None:
                options.logs.mkdir(parents=True, exist_ok=True)
                kept = (Path(folder) / name for name in ("journal", "weights.tsv"))
                for file in (*Path(folder).glob("*.log"), *kept):
                    if file.exists():
                        shutil.copy(file, options.logs)
    print(outcome.table())
    return 1 if outcome.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
