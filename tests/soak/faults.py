"""What goes wrong, how it is known that it was felt, and within how long all must be well again."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.disks import Disk
from tests.soak.parts import WATCHDOG_S, Gym, await_
from tests.soak.plug import set_plug

FELT_S = 120.0
"""For a fault to be felt: a full disk is met at the end of the next set with a bend in it."""


@dataclass(frozen=True)
class Struck:
    """`since`: the moment from which the recovery counts; `felt` False = it proves nothing."""

    since: float
    felt: bool = True


Strike = Callable[[Gym, random.Random], Struck]
Check = Callable[[Gym, "Before", float], bool]


@dataclass(frozen=True)
class Before:
    """How things were before a fault."""

    run: str
    """Of the kiosk, random for each of its starts."""

    @classmethod
    def of(cls, gym: Gym) -> "Before":
        state = gym.kiosk_state()
        return cls(state.run if state is not None else "")


def now() -> float:
    return time.monotonic()


def killed(*names: str) -> Strike:
    """kill -9, and the supervisor starts it again."""

    def strike(gym: Gym, _: random.Random) -> Struck:
        since = now()
        for name in names:
            gym.programs[name].send(signal.SIGKILL)
        for name in names:
            gym.programs[name].kill()
        return Struck(since)

    return strike


def kiosk_frozen(gym: Gym, _: random.Random) -> Struck:
    """The screen hangs: nothing of the kiosk moves any more."""
    kiosk = gym.programs["kiosk"]
    since, bitten = now(), kiosk.bitten
    kiosk.send(signal.SIGSTOP)
    return Struck(since, await_(lambda: kiosk.bitten > bitten, 2 * WATCHDOG_S["kiosk"]))


def camera_killed(gym: Gym, _: random.Random) -> Struck:
    """kill -9 of the process that reads the camera for the kiosk."""
    eye = gym.eye()
    since = now()
    if eye is not None:
        os.kill(eye, signal.SIGKILL)
    return Struck(since, eye is not None and await_(lambda: gym.eye() not in (None, eye), 30))


def camera_hung(gym: Gym, dice: random.Random) -> Struck:
    """A read of the camera never returns; only another process can read it again."""
    eye = gym.eye()
    set_plug(gym.plug, "hung")
    felt = await_(lambda: gym.camera() in ("stalled", "offline") and gym.eye() != eye, 15)
    time.sleep(dice.uniform(1, 20))
    set_plug(gym.plug, "there")
    return Struck(now(), felt)


def camera_gone(gym: Gym, dice: random.Random) -> Struck:
    """The plug is pulled, and put back."""
    set_plug(gym.plug, "gone")
    felt = await_(lambda: gym.camera() == "offline", 10)
    time.sleep(dice.uniform(1, 20))
    set_plug(gym.plug, "there")
    return Struck(now(), felt)


def camera_silent(gym: Gym, dice: random.Random) -> Struck:
    """The camera is there and sends nothing."""
    set_plug(gym.plug, "silent")
    felt = await_(lambda: gym.camera() in ("stalled", "offline"), 10)
    time.sleep(dice.uniform(1, 10))
    set_plug(gym.plug, "there")
    return Struck(now(), felt)


def broker_away(gym: Gym, dice: random.Random) -> Struck:
    """The broker's machine is off for up to a minute; meanwhile sets are finished."""
    broker = gym.programs["broker"]
    broker.held = True
    broker.kill()
    time.sleep(dice.uniform(10, 60))
    broker.held = False
    return Struck(now())


def fill(disk: Disk | None, database: Path) -> Disk:
    """Leave no byte on `disk`."""
    assert disk is not None
    # Room in SQLite's log of changes would hide for a while that there is none on the disk.
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    disk.fill()
    return disk


def station_disk_full(gym: Gym, dice: random.Random) -> Struck:
    """No byte is left where the ledger lies; finished sets wait in the kiosk's memory."""
    before = gym.programs["kiosk"].said("could not be written")
    disk = fill(gym.station_disk, gym.ledger_path)

    def refused() -> bool:
        # What the reserve gave back is taken, too.
        disk.fill()
        return gym.programs["kiosk"].said("could not be written") > before

    felt = await_(refused, FELT_S, 0.5)
    time.sleep(dice.uniform(1, 20))
    disk.clear()
    return Struck(now(), felt)


def kiosk_killed_on_a_full_disk(gym: Gym, _: random.Random) -> Struck:
    """kill -9 while no byte is left, but no set waits in memory; it must come up all the same."""
    await_(gym.delivered, 10)
    disk = fill(gym.station_disk, gym.ledger_path)
    gym.programs["kiosk"].kill()
    since = now()

    def up() -> bool:
        return any(entry.what == "up" and entry.at > since for entry in gym.journal())

    felt = await_(up, BOUND_START_S, 0.2)
    disk.clear()
    return Struck(since, felt)


def hub_disk_full(gym: Gym, dice: random.Random) -> Struck:
    """No byte is left where the hub's database lies; sessions wait at the station."""
    before = gym.programs["hub"].said("cannot be written")
    disk = fill(gym.hub_disk, gym.store_path)
    felt = await_(lambda: gym.programs["hub"].said("cannot be written") > before, FELT_S, 0.5)
    time.sleep(dice.uniform(1, 20))
    disk.clear()
    return Struck(now(), felt)


def new_kiosk(gym: Gym, before: Before, _since: float) -> bool:
    """Another process draws, and its camera is live."""
    state = gym.kiosk_state()
    return state is not None and state.run != before.run and state.camera == "live"


def camera_live(gym: Gym, _before: Before, _since: float) -> bool:
    return gym.camera() == "live"


def linked(gym: Gym, _before: Before, since: float) -> bool:
    """The uplink has said since then that it reaches broker and hub."""
    return gym.linked_since(since)


def hub_up(gym: Gym, _before: Before, _since: float) -> bool:
    return gym.hub_answers()


def delivered(gym: Gym, _before: Before, _since: float) -> bool:
    return gym.delivered()


@dataclass(frozen=True)
class Fault:
    """`bound_s`: within so long every one of `back` holds, or the soak has failed."""

    strike: Strike
    bound_s: float
    back: tuple[Check, ...]
    deadly: bool = False
    """A program's memory begins anew with it: not while it is watched for growth."""
    needs_disk: bool = False


BOUND_START_S = 30.0
"""The kiosk: the supervisor's wait (1 s, up to 8 s for one that is killed again and again), the
program with its pose model, the camera, the first pose."""
WATCHED_S = WATCHDOG_S["kiosk"] + BOUND_START_S
RETRY_CAMERA_S = 12.0
"""The camera is looked for every 8 s at the latest."""
RETRY_HUNG_S = 25.0
"""... or at once after a process that hung while it opened the camera, which is given 15 s."""
RETRY_LINK_S = 20.0
"""After a short absence the uplink and the hub try again within seconds."""
RETRY_LONG_S = 75.0
"""After a longer one the uplink tries once a minute at the latest: a gym's stations are many."""
RETRY_DISK_S = 45.0
"""The kiosk tries to write every 30 s at the latest, the hub every 15 s."""

FAULTS: dict[str, Fault] = {
    "kiosk killed (-9)": Fault(killed("kiosk"), BOUND_START_S, (new_kiosk,), deadly=True),
    "uplink killed (-9)": Fault(killed("uplink"), RETRY_LINK_S, (linked, delivered), deadly=True),
    "hub killed (-9)": Fault(
        killed("hub"), BOUND_START_S, (hub_up, linked, delivered), deadly=True
    ),
    "broker killed (-9)": Fault(killed("broker"), RETRY_LINK_S, (linked, delivered), deadly=True),
    "all four killed (-9)": Fault(
        killed("kiosk", "uplink", "hub", "broker"),
        BOUND_START_S,
        (new_kiosk, hub_up, linked, delivered),
        deadly=True,
    ),
    "kiosk frozen (SIGSTOP)": Fault(kiosk_frozen, WATCHED_S, (new_kiosk,), deadly=True),
    "kiosk killed on a full disk": Fault(
        kiosk_killed_on_a_full_disk, BOUND_START_S, (new_kiosk,), deadly=True, needs_disk=True
    ),
    "camera gone and back": Fault(camera_gone, RETRY_CAMERA_S, (camera_live,)),
    "camera silent and back": Fault(camera_silent, RETRY_CAMERA_S, (camera_live,)),
    "camera hangs, and is back": Fault(camera_hung, RETRY_HUNG_S, (camera_live,)),
    "camera's process killed (-9)": Fault(camera_killed, RETRY_CAMERA_S, (camera_live,)),
    "broker away": Fault(broker_away, RETRY_LONG_S, (linked, delivered)),
    "disk full at the station": Fault(
        station_disk_full, RETRY_DISK_S, (camera_live, delivered), needs_disk=True
    ),
    "disk full at the hub": Fault(
        hub_disk_full, RETRY_DISK_S, (hub_up, linked, delivered), needs_disk=True
    ),
}
