"""What a kiosk does when sets end: numbered sessions through its real writer into the ledger.

    python -m tests.chaos.kiosk LEDGER SESSIONS SECONDS

A line on stdin is a clock: `synced|unsynced SECONDS`, how far the wall clock is off from then on.
Each session carries its number (reps and attempts), so that one stored twice would be seen even
under two ids. Prints `done` when every session is in the ledger.
"""

import logging
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from station.kiosk import writer as writing
from station.kiosk.writer import LedgerWriter
from station.ledger import FinishedSession, Ledger
from station.ledger import ledger as ledger_module

A_SET = FinishedSession(
    source="simulated",
    exercise="hinge",
    mode="set",
    reps=0,
    clean=0,
    attempts=0,
    patterns={"hinge": 3, "squat": 1},
    faults={"back_rounds": 1},
    first_half_clean=0,
    second_half_clean=0,
    depth_band="deep",
    minutes_band="under_1",
    outcome="finished",
    cfg=0,
)


class Wall(datetime):
    """The wall clock, wrong by `off`."""

    off = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + cls.off


def hear() -> None:
    """Takes clocks from stdin."""
    for line in sys.stdin:
        state, seconds = line.split()
        Wall.off = timedelta(seconds=float(seconds))
        ledger_module.clock_state = lambda state=state: state  # type: ignore[misc]


def main() -> int:
    """Writes the sessions, evenly over the time."""
    path, sessions, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    ledger_module.datetime = Wall  # type: ignore[misc]
    threading.Thread(target=hear, daemon=True).start()
    writing.FIRST_RETRY_S, writing.LAST_RETRY_S = 0.1, 0.5
    writer = LedgerWriter(lambda: Ledger(path))
    began = time.monotonic()
    for number in range(sessions):
        time.sleep(max(0.0, began + number * seconds / sessions - time.monotonic()))
        writer.put(replace(A_SET, reps=number // 10_000, attempts=number % 10_000))
    # Closing would give a session up that a full disk does not take, as when a kiosk ends.
    last = f'"reps":{number // 10_000},"clean":0,"attempts":{number % 10_000},'
    while last not in (writer.last or ""):
        time.sleep(0.1)
    writer.close()
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
