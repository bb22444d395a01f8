"""Renders the demo clip: python tests/render/make_demo.py [OUT_FOLDER] (about 4 minutes)

Needs the packages of tests/render/README.md and ffmpeg. Writes demo.mp4 and demo.json, by default
into config/demo.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import body
import numpy as np
import raster
from motion import HINGE, SQUAT, STOOP, Motion, Rep, frame_truth
from scene import Camera, Renderer
from skeleton import Skeleton

HERE = Path(__file__).resolve().parent
FPS = 30
SEED = 4
NEAR_SIDE = "R"
SENSOR_NOISE = 1.0
"""Grey levels, one standard deviation."""
CAMERA = Camera(1280, 720, distance_m=2.55, height_m=1.1, look_at_m=0.90)
REPS = (
    Rep(replace(HINGE, trunk=72.0, knee=18.0), "hinge", down_s=1.9, rest_s=1.3),
    Rep(replace(HINGE, trunk=75.0, knee=16.0), "hinge", up_s=1.4),
    Rep(SQUAT, "squat"),
    Rep(replace(HINGE, trunk=73.0), "hinge", down_s=1.9),
    Rep(STOOP, "stoop", "rounded", "start", down_s=1.9, hold_s=0.6, up_s=1.6, rest_s=0.5),
)


def encoder(path: Path) -> "subprocess.Popen[bytes]":
    """ffmpeg, reading raw BGR pictures and writing H.264 to `path`."""
    size = f"{CAMERA.width}x{CAMERA.height}"
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size, "-r", str(FPS), "-i", "-"]
    h264 = ["-c:v", "libx264", "-preset", "slow", "-crf", "25", "-pix_fmt", "yuv420p"]
    command = ["ffmpeg", "-y", "-loglevel", "error", *raw, *h264, "-movflags", "+faststart"]
    return subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE)


def main(folder: Path) -> None:
    """Render into `folder`."""
    rng = np.random.default_rng(SEED)
    person = body.load(HERE / "male_avg.npz")
    skeleton, renderer = Skeleton(person), Renderer(CAMERA, person)
    motion = Motion(FPS, REPS)
    verts = np.empty_like(person.verts)
    frames = []
    video = encoder(folder / "demo.mp4")
    assert video.stdin is not None
    for index, (moment, stance) in enumerate(zip(motion.moments, motion.stances(rng), strict=True)):
        posed = skeleton.pose(stance)
        raster.skin(person.verts, person.weights, posed.matrices(person), verts)
        picture = renderer.render(verts)
        noise = rng.normal(0, SENSOR_NOISE, picture.shape[:2])[..., None]
        video.stdin.write(np.clip(picture + noise, 0, 255).astype(np.uint8).tobytes())
        labels = {"time_s": round(index / FPS, 4), "phase": moment.phase, "rep": moment.number}
        frames.append(labels | frame_truth(posed, stance, NEAR_SIDE))
    video.stdin.close()
    if video.wait():
        raise SystemExit("ffmpeg failed; its words are above")
    write_truth(folder / "demo.json", motion, frames)


def write_truth(path: Path, motion: Motion, frames: list[dict[str, object]]) -> None:
    """One line a rep and one a frame, so that a change can be read as a difference."""
    clip = {
        "fps": FPS,
        "width": CAMERA.width,
        "height": CAMERA.height,
        "frames": len(frames),
        "facing": "right",
        "near_side": NEAR_SIDE,
        "yaw_deg": 0.0,
        "units": "degrees, seconds",
    }
    reps = ",\n".join(json.dumps(rep) for rep in motion.rep_truth())
    rows = ",\n".join(json.dumps(frame, separators=(",", ":")) for frame in frames)
    path.write_text(
        f'{{"clip": {json.dumps(clip)},\n"reps": [\n{reps}],\n"frames": [\n{rows}]}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent / "config" / "demo")
