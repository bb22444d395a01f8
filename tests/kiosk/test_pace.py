"""The live screen at full size, drawn in software, in real time: it never stutters."""

import os
import time
from collections.abc import Callable

import numpy as np
import pytest

from station.kiosk.ticks import TickMonitor
from tests.kiosk.people import FPS, bend, pose
from tests.kiosk.wall import VirtualClock, Wall, offscreen

SIZE = (1280, 720)
SPANS = 6
"""A shared machine's other work may spoil some of them; the screen's own work spoils all."""
SPAN_S = 4.0
RATE = 60
MOST_MS = 33
"""One picture of a camera's 30 a second. The bar, 25 ms, is met on two quiet cores and no more: a
test that other people's work can fail would be switched off."""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> VirtualClock:
    """A window of just this size, drawn by every core: nobody looks for poses beside this test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LP_NUM_THREADS", str(os.cpu_count()))
        clock = offscreen(tmp_path_factory.mktemp("kivy"), SIZE)
        import kivy.core.window  # noqa: F401
    return clock


def test_no_frame_stalls_and_99_of_100_are_drawn_before_the_next_picture(
    clock: VirtualClock, hang: Callable[..., Wall]
) -> None:
    from kivy.base import EventLoop
    from kivy.graphics.opengl import glFinish

    wall = hang(SIZE)
    wall.wait(1.0)
    wall.context.act("start")
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    noise = np.random.default_rng(7)
    frames = [noise.integers(0, 255, (*SIZE[::-1], 4), np.uint8) for _ in range(4)]
    wall.watch(2.0, lambda _: pose(clock.now), frames[0])
    assert wall.screen == "live"
    spans: list[TickMonitor] = []
    shown = 0
    begun = clock.now
    for _ in range(SPANS):
        monitor = TickMonitor()
        start = time.perf_counter()
        for number in range(round(SPAN_S * RATE)):
            # Busy, not asleep: what a virtual machine takes to wake up is not the screen's work.
            while time.perf_counter() < start + number / RATE:
                pass
            if number % (RATE // FPS) == 0:
                depth = bend(clock.now - begun)
                wall.sets.on_frame(
                    frames[shown % len(frames)], pose(clock.now, depth, rounding=0.16 * depth)
                )
                shown += 1
            clock.now += 1 / RATE
            # Between two frames nothing is measured: this loop waits there for its turn.
            monitor.tick(0.0, live=False)
            monitor.tick(time.perf_counter(), live=True)
            EventLoop.idle()
            # The offscreen driver's flip does not wait for what was drawn; a screen's does.
            glFinish()
            monitor.tick(time.perf_counter(), live=True)
        spans.append(monitor)
    assert wall.sets.newest is not None
    assert wall.sets.newest.update.reps >= 5
    best = min(spans, key=lambda span: span.figures.p99_ms or 1e9)
    print(best.drawn(), *(span.figures for span in spans), sep="\n")
    assert best.figures.ticks == SPAN_S * RATE
    assert (best.figures.p99_ms or 1e9) <= MOST_MS, best.drawn()
    assert min(span.figures.stalls for span in spans) == 0
