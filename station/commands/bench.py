"""Measures speed on this machine: the landmarker alone against the live pipeline on the same
frames in the same run, the delay from capture to pose, and what the checker costs; or how evenly
the live screen runs while the clip plays.

Example: station bench --json
The screen: station bench --screen
"""

import argparse
import json
import os
import platform
import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station import isolation
from station import settings as settings_file
from station.errors import StationError
from station.paths import shipped
from station.settings import Settings

if TYPE_CHECKING:
    from station.vision import Pose
    from station.vision.capture import Frame

LIVE_BAR = 0.95
CHECKER_WITH_CONTOUR_BAR_MS = 2.0
CHECKER_BAR_MS = 0.3
_LATENCY_S = 8.0
"""Of the clip in real time: the demo clip's first rep from standing to standing."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station bench`."""
    parser.add_argument(
        "input", type=Path, nargs="?", help="video; without it the demo clip that is shipped"
    )
    parser.add_argument("--frames", type=int, default=90, help="frames to use (default 90)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (default 5)")
    parser.add_argument(
        "--screen", action="store_true", help="play a set of the clip on the live screen instead"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Run it; prints figures, judges nothing."""
    if args.frames < 2 or args.rounds < 1:
        raise StationError("Bench: --frames needs at least 2, --rounds at least 1.")
    isolated = isolation.leave_network_if_possible()
    settings = settings_file.load(args.config)
    path = args.input or shipped("config") / "demo" / "demo.mp4"
    if args.screen:
        from station.commands import bench_screen

        card = bench_screen.measure(path, settings)
        print(json.dumps(card, indent=2) if args.json else bench_screen.for_people(card))
        return 0
    card = measure(path, settings, frames=args.frames, rounds=args.rounds)
    card["machine"]["network"] = not isolated
    print(json.dumps(card, indent=2) if args.json else _for_people(card))
    return 0


def measure(path: Path, settings: Settings, *, frames: int, rounds: int) -> dict[str, Any]:
    """The performance card of `path` as plain data; rates per second, times in milliseconds.

    Frames are decoded beforehand, as a camera's are by the time they reach a program; up to
    `frames` of them are held in memory.
    """
    from station.commands.progress import progress
    from station.vision import find_model
    from station.vision.models import sha256_of
    from station.vision.video import VideoFile

    model = find_model(settings)
    video = VideoFile(path)
    taken: list[Frame] = []
    while len(taken) < frames and (frame := video.read()) is not None:
        taken.append(frame)
    video.close()
    if len(taken) < 2:
        raise StationError(f"Video {path}: too short to measure anything.")
    bare: list[_Bare] = []
    live: list[float] = []
    # Turn by turn, so that whatever else the machine does weighs on both.
    for _ in progress(range(rounds), rounds, "bench"):
        bare.append(_bare(taken, model))
        live.append(_live(taken, settings, model))
    latency, poses = _in_real_time(path, settings, model)
    height, width = taken[0].bgr.shape[:2]
    bare_fps = statistics.median(one.fps for one in bare)
    live_fps = statistics.median(live)
    ratio = statistics.median(of / one.fps for of, one in zip(live, bare, strict=True))
    return {
        "machine": _machine(),
        "input": {"file": path.name, "frames": len(taken), "width": width, "height": height},
        "model": {"file": model.name, "sha256": sha256_of(model)},
        "landmarker_fps": round(bare_fps, 2),
        "landmarker_ms": round(statistics.median(ms for one in bare for ms in one.detect_ms), 2),
        "live_fps": round(live_fps, 2),
        "live_ratio": round(ratio, 3),
        "latency": latency,
        "pose_ms": round(statistics.median(ms for one in bare for ms in one.read_ms), 3),
        **_checker(poses),
    }


@dataclass
class _Bare:
    """A round of the landmarker alone: times of detecting, and of making a Pose of it, a frame."""

    detect_ms: list[float]
    read_ms: list[float]

    @property
    def fps(self) -> float:
        """The first frame is left out: it also detects the person, here and in the live run."""
        rest = self.detect_ms[1:]
        return 1000 * len(rest) / sum(rest)


def _bare(frames: list["Frame"], model: Path) -> _Bare:
    from station.vision import opencv
    from station.vision.landmarker import Landmarker

    cv2 = opencv.load()
    landmarker = Landmarker(model)
    run = _Bare([], [])
    for frame in frames:
        rgba = cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2RGBA)
        height, width = rgba.shape[:2]
        start = time.perf_counter()
        found = landmarker.detect(rgba, frame.t)
        detected = time.perf_counter()
        landmarker.read(found, (width, height), frame.t)
        run.detect_ms.append(1000 * (detected - start))
        run.read_ms.append(1000 * (time.perf_counter() - detected))
    landmarker.close()
    return run


class _Decoded:
    """Frames in memory as a capture."""

    def __init__(self, frames: list["Frame"]) -> None:
        self._rest = iter(frames)

    def read(self) -> "Frame | None":
        return next(self._rest, None)

    def close(self) -> None:
        pass


def _live(frames: list["Frame"], settings: Settings, model: Path) -> float:
    """Frames per second of the whole live pipeline, colour conversion and contour included."""
    from station.vision import Live

    times: list[float] = []
    live = Live(
        settings,
        source="frames",
        model=model,
        on_frame=lambda *_: times.append(time.perf_counter()),
        open_capture=lambda: _Decoded(frames),
        every_frame=True,
    )
    live.start()
    try:
        while live.state.kind in ("starting", "live"):
            time.sleep(0.05)
        if live.state.kind != "ended":
            raise StationError(live.state.message)
    finally:
        live.stop()
    return (len(times) - 1) / (times[-1] - times[0])


def _in_real_time(
    path: Path, settings: Settings, model: Path
) -> tuple[dict[str, float], list["Pose"]]:
    """How long from a frame's arrival to its pose while the clip plays and is decoded, and the
    poses."""
    from station.vision import Live

    poses: list[Pose] = []
    live = Live(
        settings, source=str(path), model=model, on_frame=lambda _, pose: poses.append(pose)
    )
    live.start()
    try:
        while live.state.kind == "starting":
            time.sleep(0.05)
        ends = time.monotonic() + _LATENCY_S
        while live.state.kind == "live" and time.monotonic() < ends:
            time.sleep(0.05)
        stats = live.stats
    finally:
        live.stop()
    latency = {
        "capture_fps": round(stats.capture_fps, 2),
        "pose_fps": round(stats.pose_fps, 2),
        "median_ms": round(stats.latency_ms, 1),
        "p95_ms": round(stats.latency_p95_ms, 1),
    }
    return latency, poses


def _checker(poses: list["Pose"]) -> dict[str, float]:
    """Median cost of a frame after the landmarker, in milliseconds."""
    from station.vision import contour

    bare = [replace(pose, contour=None) for pose in poses]
    trace: list[float] = []
    for pose in poses:
        start = time.perf_counter()
        contour.of(pose.landmarks, pose.silhouette)
        trace.append(1000 * (time.perf_counter() - start))
    update = _update_ms(poses)
    both = [a + b for a, b in zip(trace, update, strict=True)]
    return {
        "contour_ms": round(statistics.median(trace), 3),
        "checker_without_contour_ms": round(statistics.median(_update_ms(bare)), 3),
        "checker_ms": round(statistics.median(update), 3),
        "checker_and_contour_ms": round(statistics.median(both), 3),
    }


def _update_ms(poses: list["Pose"]) -> list[float]:
    from station import exercises
    from station.hinge import Checker

    checker = Checker(exercises.load(exercises.DEFAULT))
    times = []
    for pose in poses:
        start = time.perf_counter()
        checker.update(pose)
        times.append(1000 * (time.perf_counter() - start))
    return times


def _machine() -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "mediapipe": version("mediapipe"),
        "opencv": version("opencv-contrib-python"),
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str | None:
    """What the kernel calls it: model name on x86-64, board on the small ones."""
    for path, key in (("/proc/device-tree/model", ""), ("/proc/cpuinfo", "model name")):
        try:
            text = Path(path).read_text(encoding="utf-8", errors="replace").strip("\0\n ")
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip() if key else line
    return None


def _for_people(card: dict[str, Any]) -> str:
    machine, clip, latency = card["machine"], card["input"], card["latency"]
    return "\n".join(
        [
            f"{machine['processor'] or 'unknown processor'}, {machine['cores']} cores, "
            f"{machine['architecture']}, Python {machine['python']}, "
            f"MediaPipe {machine['mediapipe']}; load {machine['load']} at the end",
            f"{clip['file']}: {clip['frames']} frames of {clip['width']} x {clip['height']}, "
            f"{card['model']['file']}",
            "",
            f"landmarker alone      {card['landmarker_fps']:7.1f} frames/s   "
            f"{card['landmarker_ms']:.1f} ms a frame",
            f"live pipeline         {card['live_fps']:7.1f} frames/s   "
            f"{card['live_ratio']:.3f} of it (bar {LIVE_BAR})",
            f"capture to pose       {latency['median_ms']:7.1f} ms median, "
            f"{latency['p95_ms']:.1f} ms p95, at {latency['capture_fps']:.0f} frames/s in, "
            f"{latency['pose_fps']:.1f} poses/s out",
            f"result to pose        {card['pose_ms']:7.2f} ms a frame, contour included",
            f"contour               {card['contour_ms']:7.2f} ms a frame",
            f"checker and contour   {card['checker_and_contour_ms']:7.2f} ms a frame "
            f"(bar {CHECKER_WITH_CONTOUR_BAR_MS})",
            f"checker, no contour   {card['checker_without_contour_ms']:7.2f} ms a frame "
            f"(bar {CHECKER_BAR_MS})",
        ]
    )
