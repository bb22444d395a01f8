"""An hour in front of the checker: memory and time a frame must stay flat.

    python -m tests.endure [--minutes 60]

Plays minutes of a member who stands, hinges, squats, crosses, leaves and comes back, 30 frames a
second as fast as the machine goes, into one checker, as on a kiosk nobody resets. Prints one line
for every tenth; exits 1 when the memory Python holds grew by 1 % or more after the first tenth
beyond what the reps it must remember take.
"""

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

from station import exercises
from station.hinge import Checker
from station.vision import Pose
from tests.people import HINGE, ROUNDED, SHALLOW, SQUAT, Camera, nobody, pose, standing

FPS = 30
REP_BYTES = 2_000
"""Room for one remembered rep: its verdict, angles and words."""


def minute() -> list[Pose]:
    """One minute: a set with everything in it, standing about, and somebody who crosses."""
    scene = standing().bend(HINGE).bend(SQUAT).bend(ROUNDED).bend(SHALLOW).hold(6.0)
    poses = list(scene.bend(HINGE).hold(22.0).poses())
    for i in range(300, 320):
        poses[i] = pose(poses[i].t, HINGE, Camera(scale=420.0, ankle=(900.0, 690.0)))
    while len(poses) < 60 * FPS:
        poses.append(nobody(len(poses) / FPS))
    return poses[: 60 * FPS]


def stream(once: list[Pose], minutes: int) -> Iterator[Pose]:
    """The same minute so many times, one frame after the other."""
    for m in range(minutes):
        for p in once:
            yield replace(p, t=p.t + 60.0 * m)


def main() -> int:
    """The figures of a run; see the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    checker = Checker(exercises.load("hinge"))
    tenth = max(1, minutes * 60 * FPS // 10)
    poses = stream(minute(), minutes)
    held, reps, took = [], [], []
    tracemalloc.start()
    for part in range(10):
        times = []
        for _ in range(tenth):
            p = next(poses)
            began = time.perf_counter()
            update = checker.update(p)
            times.append(time.perf_counter() - began)
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
        reps.append(update.reps + update.attempts)
        took.append(1000 * statistics.median(times))
        print(
            f"{(part + 1) * minutes / 10:5.0f} min  {held[-1] / 1024:8.0f} KiB  "
            f"{took[-1]:.3f} ms a frame (traced)  {reps[-1]} reps",
            flush=True,
        )
    allowed = held[0] * 1.01 + REP_BYTES * (reps[-1] - reps[0])
    flat = held[-1] < allowed and statistics.median(took[5:]) < 1.2 * statistics.median(took[:5])
    print("flat" if flat else f"grew: {held[-1] - held[0]} bytes")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
