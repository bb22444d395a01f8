"""Installs the station into a root that is not running, by deploy/install-station.sh itself."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from station.kiosk import pin
from station.settings import Settings
from station.vision import models
from tests.deploy.bare import Kind
from tests.deploy.wheels import fetched
from tests.machine.debian import CannotRunError, run
from tests.machine.places import PANEL_MM, PIN

ROOT = Path(__file__).resolve().parents[2]
INSTALLED_FROM = "usr/local/src/hinge-station"
CAMERA = "/dev/video0"
SETTINGS = (
    # What two emulated cores can keep up with.
    *(("camera", "width", "640"), ("camera", "height", "360"), ("camera", "fps", "5")),
    ("camera", "stall_s", "30.0"),
    *(("screen", "summary_s", "5.0"), ("screen", "panel_mm", str(PANEL_MM))),
)
"""Beyond what the installer writes."""
SESSION = "opt/hinge-station/current/deploy/install/kiosk-session"


def install_station(root: Path, release: str, wheels: Path, say: Callable[[str], None]) -> None:
    """As an administrator would, without a package index: wheels and model are brought along.

    `wheels`: where they are kept between runs.

    Raises CannotRunError with the installer's last words when it fails.
    """
    say("fetching the locked Python packages")
    lock, log = ROOT / "requirements.lock", wheels.with_suffix(".log")
    try:
        fetched(Kind(release, release, "amd64"), lock, wheels, log)
    except subprocess.SubprocessError as problem:
        raise CannotRunError(f"fetching them failed; {log} says why.") from problem
    model = models.get(Settings(), say=say)

    say("installing the station")
    source = root / INSTALLED_FROM
    for file in _files_of_the_checkout():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, source / file)
    brought = source / "brought"
    shutil.copytree(wheels, brought)
    shutil.copy(model, brought / model.name)
    inside = f"/{INSTALLED_FROM}"
    run(
        *("chroot", str(root), f"{inside}/deploy/install-station.sh", "--no-start"),
        *("--wheels", f"{inside}/brought", "--model", f"{inside}/brought/{model.name}"),
        *("--source", CAMERA, "--id", "wall"),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"},
        say="deploy/install-station.sh",
    )
    shutil.rmtree(source)
    _set_up(root)


def _files_of_the_checkout() -> list[str]:
    listed = run("git", "-C", str(ROOT), "ls-files", "-z").split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def _set_up(root: Path) -> None:
    """Settings, a PIN, and a transcript of what the screen shows."""
    settings = root / "etc/hinge-station/station.toml"
    for section, key, value in SETTINGS:
        run(sys.executable, str(ROOT / "deploy/install/set_in.py"), str(settings), section, key,
            value)  # fmt: skip
    kept = root / "var/lib/hinge-station/pin"
    pin.write(kept, PIN)
    run("chroot", str(root), "chown", "hinge-kiosk:hinge", "/var/lib/hinge-station/pin")
    # The installed session, but it prints what the screen says, and can be given a recording.
    session = (root / SESSION).read_text()
    said = re.sub(r'(exec "\$station" kiosk .*)', r"\1 --print ${MACHINE_SOURCE:-}", session)
    if said == session:
        raise CannotRunError(f"{SESSION} starts the kiosk in another way than is known here.")
    ours = root / "opt/hinge-machine/kiosk-session"
    ours.parent.mkdir(parents=True, exist_ok=True)
    ours.write_text(said)
    ours.chmod(0o755)
    # At its first start MediaPipe's matplotlib looks through all fonts: emulated, for minutes.
    run(
        *("chroot", str(root), "setpriv", "--reuid", "hinge-kiosk", "--regid", "hinge"),
        *("--clear-groups", "env", "HOME=/var/lib/hinge-station"),
        *("/opt/hinge-station/current/bin/python", "-c", "import matplotlib.font_manager"),
    )
    recording = ours.with_name("demo.npz")
    demo = ROOT / "config/demo/demo.mp4"
    subprocess.run([sys.executable, "-m", "station", "record", str(demo), str(recording)],
                   cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    # What was seen of a person is its owner's alone; this is a rendered one.
    recording.chmod(0o644)
