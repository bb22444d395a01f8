"""In the guest: finishes sessions as the kiosk's writer does, and says which are on the disk.

    writer.py LEDGER PORT USER

Each session is written by `station.ledger`; only when `finish` has returned, its id goes out over
the virtio-serial port, from where no power cut takes it back. Ends with the machine.
"""

import os
import pwd
import sys
import time
from pathlib import Path

from station.ledger import FinishedSession, Ledger

A_SET = FinishedSession(
    source="simulated",
    exercise="hinge",
    mode="set",
    reps=5,
    clean=3,
    attempts=0,
    patterns={"hinge": 5},
    faults={},
    first_half_clean=2,
    second_half_clean=1,
    depth_band="deep",
    minutes_band="under_1",
    outcome="finished",
    cfg=0,
)


def main() -> None:
    """Some sessions a second."""
    port = os.open(sys.argv[2], os.O_WRONLY)
    user = pwd.getpwnam(sys.argv[3])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o007)
    ledger = Ledger(Path(sys.argv[1]))
    while True:
        os.write(port, f"{ledger.finish(A_SET)}\n".encode())
        time.sleep(0.1)


main()
