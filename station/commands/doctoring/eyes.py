"""Whether the station sees, and can tell nobody: isolation, pose model, camera."""

import os
from collections.abc import Iterator
from pathlib import Path

from station.commands.doctoring import trials
from station.commands.doctoring.finding import Finding, plain
from station.errors import StationError
from station.settings import Settings

PROC = Path("/proc")


def model(settings: Settings) -> Iterator[Finding]:
    """There, and the one that we know by its digest."""
    from station.vision import find_model

    try:
        path = find_model(settings)
    except StationError as error:
        yield Finding("Pose model", "fail", plain("Pose model", str(error)))
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
    yield _camera(settings)


def _camera(settings: Settings) -> Finding:
    from station.vision import camera
    from station.vision.capture import kind_of

    source = settings.camera.source
    if kind_of(source) != "camera":
        if Path(source).is_file():
            says = f"{source} plays in place of a camera."
            return Finding("Camera", "warn", says, 'camera.source = "auto" in the settings.')
        return Finding("Camera", "fail", f"{source} is not there.", "Correct camera.source.")
    if source in ("auto", "camera"):
        devices = camera.devices()
    else:
        devices = [f"/dev/video{source}" if source.isdigit() else source]
    for device in devices:
        if (holder := who_has(Path(device))) is not None:
            says = f"{device} is in use by {holder}; what it sees is in the staff's menu."
            return Finding("Camera", "ok", says)
    wanted = settings.camera
    try:
        seen = trials.run(
            "camera",
            source="auto" if source == "camera" else source,
            width=wanted.width,
            height=wanted.height,
            fps=wanted.fps,
        )
    except StationError as error:
        do = "Plug it in, and let the station's user into the group video (adduser USER video)."
        return Finding("Camera", "fail", plain("Camera", str(error)), do)
    width, height = seen["size"]
    says = f"{seen['device']} gives a picture of {width} × {height} pixels."
    if (width, height) == (wanted.width, wanted.height):
        return Finding("Camera", "ok", says)
    do = f"{wanted.width} × {wanted.height} was asked for; the station works with what it gets."
    return Finding("Camera", "ok", f"{says} {do}")


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
