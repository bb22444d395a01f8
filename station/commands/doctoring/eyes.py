"""Whether the station sees, and can tell nobody: isolation, pose model, camera."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from station.commands.doctoring import trials
from station.commands.doctoring.finding import Finding, plain
from station.errors import StationError
from station.settings import Settings

PROC = Path("/proc")
_SLOW = 0.7
"""Share of the asked-for rate."""


def model(settings: Settings) -> Iterator[Finding]:
    """There, and the one that we know by its digest."""
    from station.vision import find_model, processor

    try:
        path = find_model(settings)
    except StationError as error:
        yield Finding("Pose model", "fail", plain("Pose model", str(error)))
        return
    if (lack := processor.lacks()) is not None:
        yield Finding("Pose model", "fail", lack, "Move this station's card to a Raspberry Pi 5.")
        return
    ours = settings.pose.model is None
    says = f"{path} is the {settings.pose.variant} one, whole." if ours else f"{path} is whole."
    yield Finding("Pose model", "ok", says)


def isolation_and_camera(settings: Settings) -> Iterator[Finding]:
    """The camera is opened only where the kiosk would open it: without a network."""
    try:
        trials.run("isolation")
    except StationError as error:
        yield Finding(
            "Isolation",
            "fail",
            f"The kiosk cannot leave the network, and so opens no camera. {error}",
            "sysctl kernel.unprivileged_userns_clone=1, or start it by its unit in deploy/.",
        )
        yield Finding("Camera", "warn", "Not tried: it stays shut while there is a network.")
        return
    yield Finding("Isolation", "ok", "The kiosk can leave the network before it opens the camera.")
    yield from _cameras(settings)


def _cameras(settings: Settings) -> Iterator[Finding]:
    from station.vision.camera import is_module
    from station.vision.capture import kind_of

    source = settings.camera.source
    if kind_of(source) != "camera":
        if Path(source).is_file():
            says = f"{source} plays in place of a camera."
            yield Finding("Camera", "warn", says, 'camera.source = "auto" in the settings.')
        else:
            yield Finding("Camera", "fail", f"{source} is not there.", "Correct camera.source.")
        return
    source = "auto" if source == "camera" else source
    found = _listed()
    own = f"/dev/video{source}" if source.isdigit() else source
    candidates = [device for device, _ in found["devices"]] if source == "auto" else [own]
    holder = at_work(source)
    used = next((device for device in candidates if who_has(Path(device))), None)
    if holder is None and used is not None and not is_module(source):
        holder = f"{used} is in use by {who_has(Path(used))}"
    if holder is not None:
        says = f"{holder}; what it sees is in the staff's menu."
        yield Finding("Camera", "ok", says)
    else:
        tried = _try(settings, source, found["problem"])
        used = tried[1]
        yield tried[0]
    for device, name in (*found["devices"], *found["modules"]):
        if device != used and (holder is None or device not in holder):
            yield Finding("Camera", "ok", f"Also there: {device} ({name}).")


def _listed() -> dict[str, Any]:
    try:
        return trials.run("cameras")
    except StationError as error:
        return {"devices": [], "modules": [], "problem": str(error)}


def _try(settings: Settings, source: str, problem: str) -> tuple[Finding, str | None]:
    """What the camera gives, and which one it was."""
    asked = settings.camera
    try:
        seen = trials.run("camera", **asked.model_dump() | {"source": source})
    except StationError as error:
        do = "Plug it in, and let the station's user into the group video (adduser USER video)."
        if problem and source == "auto":
            do += f" {problem}"
        return Finding("Camera", "fail", plain("Camera", str(error)), do), None
    width, height = seen["size"]
    says = (
        f"{seen['device']} ({seen['name']}) gives {width} × {height} pixels, "
        f"{seen['fps']:.0f} a second, as {seen['format']}."
    )
    refused = list(seen["refused"])
    if seen["fps"] < _SLOW * asked.fps:
        refused.append("it is slower than asked for, as many cameras are where light is dim")
    if not refused:
        return Finding("Camera", "ok", says), seen["device"]
    says += "".join(f" {one[0].upper()}{one[1:]}." for one in refused)
    do = "The station works with what it gets; ask for what the camera has, under [camera]."
    return Finding("Camera", "warn", says, do), seen["device"]


def at_work(source: str) -> str | None:
    """Which camera a station on this machine has open, if it is the one that `source` means."""
    from station.vision.eye.program import NAME

    for comm in PROC.glob("[0-9]*/comm"):
        try:
            if comm.read_text(encoding="utf-8").strip() != NAME:
                continue
            words = (comm.parent / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if "v4l2" in words or "picamera" in words:
            way = "picamera" if "picamera" in words else "v4l2"
            device = words[words.index(way) + 1]
            if source in ("auto", device):
                what = "a camera" if device == "auto" else device
                return f"{what} is in use by the kiosk (process {comm.parent.name})"
    return None


def who_has(device: Path) -> str | None:
    """The program that has `device` open, None when none is seen to.

    Without root only our own user's programs can be asked; of others the camera itself will say
    that it is busy.
    """
    try:
        there = device.resolve(strict=True)
    except OSError:
        return None
    for folder in PROC.glob("[0-9]*/fd"):
        try:
            if any(os.path.realpath(handle) == str(there) for handle in folder.iterdir()):
                name = (folder.parent / "comm").read_text(encoding="utf-8").strip()
                return f"{name} (process {folder.parent.name})"
        except OSError:
            continue
    return None
