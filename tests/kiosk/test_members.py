"""Members come and go for a long while: memory, files and threads stay as they were.

Some four minutes of the station's time by default; `make members` asks for thirty.
"""

import gc
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path

from station.hinge import Summary
from station.kiosk import catalogue
from station.kiosk.outcome import finished_session
from station.kiosk.timing import Timing
from station.kiosk.writer import LedgerWriter
from station.ledger import Ledger
from station.vision import CameraState, Pose
from tests import people
from tests.kiosk.people import FPS, nobody, room
from tests.kiosk.wall import EXERCISES, LIVE, Wall

Hang = Callable[..., Wall]
MINUTES = float(os.environ.get("MEMBERS_MINUTES", "2"))
ROOM = room((320, 180))
"""Small, since copying pictures is most of the work of such a test."""
FRONT = people.Camera(yaw=90.0)
QUICK = Timing(nobody_s=1.0, summary_s=2.0, idle_s=2.0, answer_s=1.0, end_set_s=1.0)
SETTLE = max(8, round(MINUTES))
"""Members after whom most caches are filled; the more, the longer one looks."""
ROUND = 5
"""Members of whom the lightest moment counts: what is on the screen in between weighs 2 %."""

MAX_GROWTH_MB = 100.0
"""Of the process over the whole time. Drawing in software goes up and down by 60 with what happens
to be on the screen; a picture kept a second would be 220 a minute."""


@dataclass(frozen=True)
class Weight:
    """What the process holds."""

    objects: int
    blocks: int
    """What Python has allocated, also for things that hold no others."""
    files: int
    threads: int
    megabytes: float


def weigh() -> Weight:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Weight(
        len(gc.get_objects()),
        sys.getallocatedblocks(),
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
    )


class Members:
    """One after another they come to the station, each a little different."""

    def __init__(self, wall: Wall) -> None:
        self.wall = wall
        self.exercises = itertools.cycle(list(EXERCISES))
        self.bends = itertools.cycle((people.HINGE, people.SQUAT, people.ROUNDED, people.SHALLOW))
        self.looks = itertools.cycle(
            ((), (("why", ""),), (), (("language", "de"), ("privacy", "")), ())
        )
        self.ways = itertools.cycle(
            (self.leave, self.finish, self.again, self.lose_the_camera, self.interrupt)
        )

    def next(self) -> None:
        """A whole visit, until the first screen is back."""
        wall = self.wall
        wall.wait(1.0)
        for action, value in next(self.looks):
            wall.context.act(action, value)
            wall.wait(0.7)
            wall.context.act("back")
            wall.wait(0.7)
        wall.touch(wall.panel.width / 2, wall.panel.height * 0.55)
        if wall.screen == "attract":
            wall.context.act("start")
        wall.wait(0.7)
        wall.context.act("choose", next(self.exercises))
        wall.watch(0.5, lambda t: nobody(wall.clock.now))
        wall.watch(1.5, lambda t: people.pose(wall.clock.now, people.STANDING, FRONT))
        self.hinge()
        next(self.ways)()
        for _ in range(100):
            if wall.screen == "attract":
                return
            wall.watch(0.5, lambda t: nobody(wall.clock.now))
            wall.wait(0.5)
        raise AssertionError(f"stuck at {wall.screen}: {wall.texts()}")

    def hinge(self) -> None:
        wall = self.wall
        wall.watch(1.2, lambda t: people.pose(wall.clock.now, people.STANDING), ROOM)
        reps = list(people.Scene().hold(0.2).bend(next(self.bends)).poses())

        def someone(t: float) -> Pose:
            return replace(reps[min(round(t * 30), len(reps) - 1)], t=wall.clock.now)

        wall.watch(3.4, someone)

    def leave(self) -> None:
        """Nobody says good-bye."""

    def finish(self) -> None:
        wall = self.wall
        wall.watch(0.3, lambda t: nobody(wall.clock.now))
        wall.context.act("finish")
        wall.wait(1.0)
        wall.context.act("done")
        wall.wait(0.2)

    def again(self) -> None:
        wall = self.wall
        wall.watch(1.3, lambda t: nobody(wall.clock.now))
        wall.wait(0.7)
        wall.context.act("again")
        self.hinge()

    def lose_the_camera(self) -> None:
        wall = self.wall
        wall.camera = CameraState("offline", "The camera is not connected.")
        wall.wait(1.5)
        wall.camera = LIVE

    def interrupt(self) -> None:
        wall = self.wall
        wall.context.act("finish")
        wall.watch(1.5, lambda t: people.pose(wall.clock.now, people.STANDING), ROOM)


def weights(wall: Wall, minutes: float) -> Iterator[Weight]:
    """The process after each member once caches are filled: for `minutes`, two rounds at least."""
    members = Members(wall)
    end = wall.clock.now + minutes * 60
    for _ in range(SETTLE):
        members.next()
    for count in itertools.count():
        if wall.clock.now >= end and count >= 2 * ROUND:
            return
        members.next()
        yield weigh()


def lightest(some: list[Weight]) -> Weight:
    return Weight(*map(min, *map(astuple, some)))


def test_members_come_and_go_and_nothing_grows(hang: Hang, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    writer = LedgerWriter(partial(Ledger, ledger))
    known = catalogue.load()
    sets = 0

    def save(summary: Summary, seconds: float, outcome: str) -> None:
        nonlocal sets
        session = finished_session(
            summary,
            seconds=seconds,
            source="simulated",
            mode=known[summary.exercise].mode,
            outcome=outcome,  # type: ignore[arg-type]
            cfg=0,
        )
        if session is not None:
            sets += 1
            writer.put(session)

    wall = hang(timing=QUICK, save=save)
    # As many frames as poses: fast-forward.
    wall.rate = FPS
    weighed = list(weights(wall, MINUTES))
    before, after = lightest(weighed[:ROUND]), lightest(weighed[-ROUND:])
    writer.close()
    assert sets >= MINUTES * 3
    assert Ledger(ledger).depth() == sets
    assert (after.files, after.threads) == (before.files, before.threads)
    assert after.objects < before.objects * 1.01 + 50, (before, after)
    assert after.blocks < before.blocks * 1.01 + 50, (before, after)
    assert after.megabytes < before.megabytes + MAX_GROWTH_MB, (before, after)
