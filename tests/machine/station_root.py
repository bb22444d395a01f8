"""Installs the station into a root that is not running."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.machine.debian import run, state_folder

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("cage", "xwayland", "libgl1", "libegl1", "libgles2", "libglib2.0-0", "libmtdev1"),
    *("libgl1-mesa-dri", "python3-venv"),
)
SETTINGS = """[station]
id = "wall"
data_dir = "/var/lib/hinge-station"

[camera]
source = "/dev/video0"
width = 640
height = 360
fps = 5

[screen]
fullscreen = true
width = {width}
height = {height}

[staff]
pin_file = "/etc/hinge-station/pin"
"""


def install_station(root: Path, say: Callable[[str], None]) -> None:
    def inside(*command: str, what: str) -> None:
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        run("chroot", str(root), *command, say=what, env=env)

    say("packages of the station")
    inside("apt-get", "-qq", "update", what="apt")
    inside("apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES, what="apt")
    wheels = state_folder() / "wheels"
    wheels.mkdir(exist_ok=True)
    say("wheels")
    run(sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:",
        "-r", str(ROOT / "requirements.lock"), "-d", str(wheels))
    for old in wheels.glob("hinge_station*"):
        old.unlink()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels), cwd=ROOT)
    (root / "wheels").mkdir()
    run("cp", "-r", f"{wheels}/.", str(root / "wheels"))
    say("venv")
    venv = "/opt/hinge-station/versions/0.1.0"
    inside("python3", "-m", "venv", venv, what="venv")
    names = [line.split(" ")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    inside(f"{venv}/bin/pip", "install", "--quiet", "--no-index", "--find-links", "/wheels", *names, "hinge-station", what="pip")
    shutil.rmtree(root / "wheels")
    (root / "opt/hinge-station/current").symlink_to("versions/0.1.0")
    for command in ("groupadd --system hinge",
        "useradd --system --gid hinge --home-dir /var/lib/hinge-station --no-create-home --shell /usr/sbin/nologin hinge-kiosk",
        "useradd --system --gid hinge --home-dir /var/lib/hinge-station --no-create-home --shell /usr/sbin/nologin hinge-uplink",
        "install -d -o hinge-kiosk -g hinge -m 2770 /var/lib/hinge-station /var/lib/hinge-station/models",
        "install -d -o root -g hinge -m 0750 /etc/hinge-station"):
        inside(*command.split(), what=command)
    model = Path.home() / ".local/state/hinge-station/models/pose_landmarker_full.task"
    shutil.copyfile(model, root / "var/lib/hinge-station/models" / model.name)
    (root / "etc/hinge-station/station.toml").write_text(SETTINGS.format(width=1280, height=720))
    inside("chown", "-R", "root:hinge", "/etc/hinge-station", what="chown")
    inside("chmod", "0640", "/etc/hinge-station/station.toml", what="chmod")
    inside("chown", "-R", "hinge-kiosk:hinge", "/var/lib/hinge-station", what="chown")
    for unit in ("hinge-kiosk.service", "hinge-uplink.service"):
        shutil.copyfile(ROOT / "deploy/units" / unit, root / "etc/systemd/system" / unit)
    inside("systemctl", "enable", "hinge-kiosk.service", "hinge-uplink.service", what="enable")
    inside("systemctl", "set-default", "graphical.target", what="default")
