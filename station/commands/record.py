"""Turns a video or the camera into a recording: landmarks and silhouettes, no pixels.

Example: station record clip.mp4 clip.npz
From the camera: station record camera set.npz --seconds 60
"""

import argparse
import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from station import isolation
from station import settings as settings_file
from station.errors import StationError
from station.settings import Settings

if TYPE_CHECKING:
    from station.vision import Pose

_SILENT_S = 10.0
"""A camera that has given nothing for so long will not."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station record`."""
    parser.add_argument("input", help='video, "camera", a camera\'s number or its device path')
    parser.add_argument("output", type=Path, metavar="OUT.npz", help="recording to write")
    parser.add_argument(
        "--seconds", type=float, help="stop after so long (camera; else Ctrl-C ends it)"
    )
    parser.add_argument(
        "--allow-network",
        action="store_true",
        help="open the camera even where this process cannot leave the network",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Run it; the recording appears whole or not at all."""
    out: Path = args.output
    if out.suffix != ".npz":
        raise StationError(f"Recording {out}: the name of a recording ends in .npz.")
    if not os.access(out.parent, os.W_OK):
        raise StationError(f"Recording {out}: cannot be written to that folder.")
    settings = settings_file.load(args.config)
    if not isolation.leave_network_if_possible() and _is_camera(args.input):
        _insist_on_isolation(args.allow_network)
    from station.commands.progress import progress
    from station.vision import open_poses, recording

    if _is_camera(args.input):
        poses = _from_camera(args.input, settings, args.seconds)
        frames = recording.write(out, progress(poses, None, args.input))
    else:
        with open_poses(Path(args.input), settings) as stream:
            frames = recording.write(out, progress(stream, stream.frame_count, args.input))
    print(f"{out}: {frames} frames.")
    return 0


def _is_camera(source: str) -> bool:
    # Written out again from `station.vision.capture.kind_of`: importing that room imports numpy,
    # whose threads would keep this process in the network.
    return source in ("auto", "camera") or source.isdigit() or source.startswith("/dev/")


def _insist_on_isolation(allow_network: bool) -> None:
    if not allow_network:
        isolation.leave_network()


def _from_camera(source: str, settings: Settings, seconds: float | None) -> Iterator["Pose"]:
    """Poses until `seconds` are over or Ctrl-C. Raises StationError when no picture comes."""
    from station.vision import Live, find_model

    poses: queue.SimpleQueue[Pose] = queue.SimpleQueue()
    live = Live(
        settings,
        source=source,
        model=find_model(settings),
        on_frame=lambda _, pose: poses.put(pose),
    )
    live.start()
    ends: float | None = None
    silent_since = time.monotonic()
    try:
        while ends is None or time.monotonic() < ends:
            try:
                pose = poses.get(timeout=0.2)
            except queue.Empty:
                state = live.state
                gone = state.kind in ("offline", "stalled")
                if gone and time.monotonic() - silent_since > _SILENT_S:
                    raise StationError(f"Camera {source}: {state.message}") from None
                continue
            silent_since = time.monotonic()
            if ends is None and seconds is not None:
                ends = silent_since + seconds
            yield pose
    except KeyboardInterrupt:
        return
    finally:
        live.stop()
