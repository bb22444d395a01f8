"""What goes wrong, how often, and what became of the sessions."""

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.chaos.parts import Gym, stored_numbers
from tests.disks import NO_MOUNT, Disk, mounted

DISK_KIB = 32 * 1024
LONGEST_RECOVERY_S = 60.0
SETTLE_S = 90.0
LAST_WORDS_S = 5.0
"""The kiosk goes on a little longer than the faults, so that the last recovery is seen."""
YEARS_S = 20 * 365 * 86_400

Strike = Callable[[Gym, random.Random], None]


def uplink_killed(gym: Gym, _: random.Random) -> None:
    """kill -9, and systemd starts it again."""
    gym.uplink.end()
    gym.uplink.start()


def hub_killed(gym: Gym, _: random.Random) -> None:
    """kill -9, between anything and its commit or ack."""
    gym.hub.end()
    gym.hub.start()


def broker_forgets(gym: Gym, _: random.Random) -> None:
    """kill -9 of mosquitto, which then knows nothing any more."""
    gym.broker.program.end()
    gym.broker.start(keeps=False)


def broker_remembers(gym: Gym, dice: random.Random) -> None:
    """kill -9 of a mosquitto with persistence, which then knows what it had saved."""
    gym.broker.program.end(signal.SIGTERM)
    gym.broker.start(keeps=True)
    time.sleep(dice.uniform(1.0, 2.0))
    gym.broker.program.end()
    gym.broker.start(keeps=True)


def all_killed(gym: Gym, _: random.Random) -> None:
    """kill -9 of uplink, hub and broker: the gym's fuse."""
    for program in (gym.uplink, gym.hub, gym.broker.program):
        program.end()
    gym.broker.start(keeps=False)
    gym.hub.start()
    gym.uplink.start()


def connections_reset(gym: Gym, _: random.Random) -> None:
    """TCP resets on both links."""
    gym.station_wire.reset()
    gym.hub_wire.reset()


def station_in_a_hole(gym: Gym, dice: random.Random) -> None:
    """Nothing passes on the station's link, and nobody says so."""
    gym.station_wire.silence(True)
    time.sleep(dice.uniform(3.0, 6.0))
    gym.station_wire.silence(False)


def hub_in_a_hole(gym: Gym, dice: random.Random) -> None:
    """Nothing passes on the hub's link, and nobody says so."""
    gym.hub_wire.silence(True)
    time.sleep(dice.uniform(3.0, 6.0))
    gym.hub_wire.silence(False)


def hub_away(gym: Gym, dice: random.Random) -> None:
    """The hub is stopped in good order and comes back."""
    gym.hub.end(signal.SIGTERM)
    time.sleep(dice.uniform(1.0, 3.0))
    gym.hub.start()


def hub_frozen(gym: Gym, dice: random.Random) -> None:
    """The hub's machine hangs for a while and then goes on."""
    gym.hub.send(signal.SIGSTOP)
    time.sleep(dice.uniform(2.0, 5.0))
    gym.hub.send(signal.SIGCONT)


def _full(disk: Disk | None, database: Path, dice: random.Random) -> None:
    assert disk is not None
    # Room in SQLite's log of changes would hide for a while that there is none on the disk.
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    disk.fill()
    time.sleep(dice.uniform(1.0, 3.0))
    disk.clear()


def station_disk_full(gym: Gym, dice: random.Random) -> None:
    """No byte is left where the ledger lies."""
    _full(gym.station_disk, gym.ledger_path, dice)


def hub_disk_full(gym: Gym, dice: random.Random) -> None:
    """No byte is left where the hub's database lies."""
    _full(gym.hub_disk, gym.store_path, dice)


def clock_jumps(gym: Gym, dice: random.Random) -> None:
    """The station's wall clock is suddenly years or minutes off, synced or not."""
    off = dice.choice([-YEARS_S, -3600.0, 0.0, 900.0, YEARS_S])
    gym.kiosk.tell(f"{dice.choice(['synced', 'unsynced'])} {off}")


FAULTS: dict[str, Strike] = {
    "uplink killed (-9)": uplink_killed,
    "broker killed (-9), forgets": broker_forgets,
    "hub killed (-9)": hub_killed,
    "disk full at the station": station_disk_full,
    "TCP resets": connections_reset,
    "clock jumps": clock_jumps,
    "broker killed (-9), remembers": broker_remembers,
    "black hole at the station": station_in_a_hole,
    "hub away": hub_away,
    "disk full at the hub": hub_disk_full,
    "black hole at the hub": hub_in_a_hole,
    "hub frozen": hub_frozen,
    "all three killed (-9)": all_killed,
}
NEED_DISKS = {"disk full at the station", "disk full at the hub"}


@dataclass
class Outcome:
    """What became of `sessions`; times in seconds."""

    sessions: int
    gym_pace: bool
    disks: bool
    struck: Counter[str] = field(default_factory=Counter)
    back_after: dict[str, list[float]] = field(default_factory=lambda: {n: [] for n in FAULTS})
    refused: dict[str, int] = field(default_factory=dict)
    """Program → writes that it says a full disk refused: a fault that is not felt proves nothing.
    """
    lost: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    waiting: int = 0
    stored: int = 0
    took_s: float = 0.0

    @property
    def good(self) -> bool:
        """Every session in the hub's database, exactly once."""
        return not (self.lost or self.doubled or self.waiting) and self.stored == self.sessions

    def table(self) -> str:
        """For people."""
        pace = "the pace of a gym" if self.gym_pace else "a pace hurried to 3 s between tries"
        lines = [
            f"{self.sessions} sessions through a broker with an uplink at {pace}",
            f"{'fault':<32}{'times':>6}{'sessions flow again after':>30}",
        ]
        for name, times in self.back_after.items():
            said = f"{median(times):.1f} s, at worst {max(times):.1f} s" if times else ""
            if name in NEED_DISKS and not self.disks:
                said = "not here (needs root)"
            lines.append(f"{name:<32}{self.struck[name]:>6}{said:>30}")
        lines += [
            f"{'all':<32}{self.struck.total():>6}",
            "Writes that a full disk refused: "
            + ", ".join(f"{count} of the {name}'s" for name, count in self.refused.items()),
            f"In the hub's database: {self.stored} of {self.sessions} sessions; "
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, "
            f"still at the station {self.waiting}. Took {self.took_s:.0f} s.",
        ]
        if not self.disks:
            lines.append(f"Left out: {NO_MOUNT}.")
        return "\n".join(lines)


def run(
    folder: Path,
    *,
    sessions: int,
    seconds: float,
    seed: int,
    gym_pace: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let it all go wrong for `seconds`, then see what the hub has."""
    dice = random.Random(seed)
    began = time.monotonic()
    with ExitStack() as stack:
        disks = [
            stack.enter_context(mounted(folder / name, DISK_KIB)) for name in ("station", "hub")
        ]
        gym = Gym(folder, sessions, seconds + LAST_WORDS_S, *disks, gym_pace=gym_pace)
        stack.callback(gym.end)
        outcome = Outcome(sessions, gym_pace, None not in disks)
        gym.hub.start()
        gym.uplink.start()
        gym.kiosk.start()
        _await(lambda: gym.stored() > 0, 20)
        until = time.monotonic() + seconds
        names: list[str] = []
        first = True
        while time.monotonic() < until and gym.kiosk.runs:
            if not names:
                names = [n for n in FAULTS if outcome.disks or n not in NEED_DISKS]
                if not first:
                    dice.shuffle(names)
                first = False
            name = names.pop(0)
            time.sleep(dice.uniform(0.1, 0.8))
            FAULTS[name](gym, dice)
            back = _flows_again(gym)
            outcome.struck[name] += 1
            outcome.back_after[name] += [] if back is None else [back]
            back_words = "the last one" if back is None else f"{back:.1f} s"
            say(f"{time.monotonic() - began:6.1f} s  {name}: {back_words}")
        _await(lambda: not gym.kiosk.runs, SETTLE_S)
        _await(lambda: gym.waiting() == 0, SETTLE_S)
        outcome.waiting = gym.waiting()
        outcome.refused = {
            "kiosk": gym.kiosk.said("could not be written"),
            "uplink": gym.uplink.said("disk is full"),
            "hub": gym.hub.said("cannot be written"),
        }
        judge(outcome, gym.store_path)
    outcome.took_s = time.monotonic() - began
    return outcome


def judge(outcome: Outcome, store: Path) -> None:
    """Hold what the hub's database has against what the kiosk finished."""
    counts = stored_numbers(store)
    outcome.stored = len([number for number in range(outcome.sessions) if counts[number]])
    outcome.lost = [number for number in range(outcome.sessions) if not counts[number]]
    outcome.doubled = [number for number, times in counts.items() if times > 1]


def _flows_again(gym: Gym) -> float | None:
    """Seconds until the hub has one more session; the kiosk finishes some all the time.

    None when it has finished its last.
    """
    began, before = time.monotonic(), gym.stored()
    _await(lambda: gym.stored() > before or not gym.kiosk.runs, LONGEST_RECOVERY_S)
    return None if not gym.kiosk.runs else time.monotonic() - began


def _await(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
