"""Whether the machine is fit: settings, disk, screen, clock, heat, sound."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from station import joined
from station.commands.doctoring import trials
from station.commands.doctoring.finding import Finding, of_said
from station.errors import StationError
from station.kiosk import health as words
from station.kiosk import sound, speech
from station.ledger import clock_state
from station.settings import Settings
from station.uplink import health as uplink_health

DRM = Path("/sys/class/drm")
INPUTS = Path("/proc/bus/input/devices")
CONTROLLERS = Path("/sys/fs/cgroup/cgroup.controllers")
"""What systemd can limit; only with cgroups of version 2."""
HOT_C = 80.0
"""Where a Raspberry Pi begins to slow itself down."""
SOFTWARE = ("llvmpipe", "softpipe", "swrast")
_ABS_MT_POSITION_X, _PROP_DIRECT = 53, 1
"""linux/input-event-codes.h"""


def settings_file(settings: Settings, path: Path) -> Iterator[Finding]:
    """The file is good, or we would not be here; but is it used, and are secrets kept?"""
    left = joined.file_in(settings.station.data_dir)
    if not left.exists():
        says = f"{path} is good. This station has not joined a gym."
        yield Finding("Settings", "ok", says)
    elif settings.broker.username == settings.station.id:
        says = f"{path} is good. This station has joined as {settings.station.id}."
        yield Finding("Settings", "ok", says)
    else:
        yield Finding(
            "Settings",
            "warn",
            f"This station has joined a gym ({left}), but {path} has a [broker] or a station.id "
            "of its own, which goes first.",
            "Take these lines out of it, or remove the other file.",
        )
    for secret in (settings.broker.password_file, settings.staff.pin_file):
        if secret is not None and _others_may_read(secret):
            yield Finding(
                "Secrets", "fail", f"{secret} can be read by others.", f"chmod 600 {secret}"
            )


def _others_may_read(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False


def disk(settings: Settings) -> Iterator[Finding]:
    """The data folder and the room there."""
    folder = settings.station.data_dir
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        yield Finding(
            "Data folder",
            "fail",
            f"{there} cannot be written to by the user who runs this.",
            "Run this as the station's user, and give the folder to that user (chown).",
        )
    else:
        made = "" if folder.exists() else " It is made when the station first runs."
        yield Finding("Data folder", "ok", f"{folder} can be written to.{made}")
    room = words.disk(folder)
    low = room is None or room.free_mb < words.NO_DISK_MB
    do = "Make room: logs, old files, or a larger card."
    yield of_said("Disk", [words.disk_words(room, str)], "fail" if low else "warn", do)


def display(_settings: Settings) -> Iterator[Finding]:
    """A screen to show things on, touch, and what draws."""
    connected = [
        status.parent
        for status in sorted(DRM.glob("card*-*/status"))
        if _read(status) == "connected"
    ]
    server = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if connected:
        modes = _read(connected[0] / "modes").split()
        name = connected[0].name.partition("-")[2]
        size = f", {modes[0]} pixels" if modes else ""
        yield Finding("Display", "ok", f"One is connected to {name}{size}.")
    elif server:
        yield Finding("Display", "ok", f"There is a desktop on display {server}.")
    else:
        yield Finding(
            "Display",
            "fail",
            "No display is connected to this machine.",
            "Plug it in and switch it on before the machine starts; without one nobody sees what "
            "the station says.",
        )
    touch = touchscreens(_read(INPUTS))
    if touch:
        yield Finding("Touch", "ok", f"{touch[0]} is a touchscreen.")
    else:
        yield Finding(
            "Touch",
            "warn",
            "No touchscreen was found.",
            "Plug in its USB cable; a mouse works too.",
        )
    try:
        name = str(trials.run("renderer")["renderer"])
    except StationError as error:
        yield Finding("Graphics", "warn", str(error), "Install Mesa (apt-get install libgles2).")
        return
    if any(word in name.lower() for word in SOFTWARE):
        yield Finding(
            "Graphics",
            "warn",
            f"The processor draws the screen itself ({name}), beside finding poses.",
            "On a Raspberry Pi: let the station's user into the groups video and render.",
        )
    else:
        yield Finding("Graphics", "ok", f"{name} draws the screen.")


def touchscreens(devices: str) -> list[str]:
    """Names of those in the text of /proc/bus/input/devices that are touched where they show."""
    found = []
    for block in devices.split("\n\n"):
        properties = re.search(r"^B: PROP=([0-9a-f]+)$", block, re.MULTILINE)
        axes = re.search(r"^B: ABS=([0-9a-f ]+)$", block, re.MULTILINE)
        name = re.search(r'^N: Name="(.*)"$', block, re.MULTILINE)
        if properties and axes and name:
            direct = int(properties[1], 16) >> _PROP_DIRECT & 1
            if direct and _bits(axes[1]) >> _ABS_MT_POSITION_X & 1:
                found.append(name[1])
    return found


def _bits(words_of_it: str) -> int:
    """The kernel prints a long bit field in words, the highest first."""
    width = 64 if os.uname().machine in ("x86_64", "aarch64") else 32
    value = 0
    for word in words_of_it.split():
        value = value << width | int(word, 16)
    return value


def clock(_settings: Settings) -> Iterator[Finding]:
    """Whether the time is right."""
    if clock_state() == "synced":
        yield Finding("Clock", "ok", "It is kept right by a time service.")
        return
    yield Finding(
        "Clock",
        "warn",
        "No time service keeps it right. The station works, but may file sets under wrong hours.",
        "`timedatectl` says whether one runs; the gym's network must let it through (NTP).",
    )


def heat(_settings: Settings) -> Iterator[Finding]:
    """Whether it gets too hot, or too little power."""
    celsius, slowed = uplink_health.temperature(), uplink_health.throttled()
    degrees = "" if celsius is None else f"{celsius:.0f} °C. "
    if slowed:
        yield Finding(
            "Processor",
            "warn",
            f"{degrees}It is slowed down now, by heat or too weak a power supply.",
            "Use the maker's own power supply, and a heat sink or fan.",
        )
    elif celsius is not None and celsius >= HOT_C:
        do = "Give it air: a heat sink, a fan, a case with openings."
        yield Finding("Processor", "warn", f"{degrees}That is too hot.", do)
    elif celsius is None:
        yield Finding("Processor", "ok", "Its temperature cannot be read on this machine.")
    else:
        yield Finding("Processor", "ok", f"{degrees}It runs at full speed.")


def memory(_settings: Settings) -> Iterator[Finding]:
    """Whether a program that grows without end is stopped before the machine is full."""
    if not (known := _read(CONTROLLERS).split()):
        yield Finding("Memory", "ok", "Whether limits hold cannot be read on this machine.")
    elif "memory" in known:
        yield Finding("Memory", "ok", "systemd can keep programs to their limits.")
    else:
        yield Finding(
            "Memory",
            "warn",
            "Limits do not hold: the kernel was started without them.",
            "Start the machine anew; if it stays, run the installer again and look at its"
            " command line (cgroup_enable=memory in /boot/firmware/cmdline.txt).",
        )


def voice(settings: Settings) -> Iterator[Finding]:
    """What can be heard."""
    said = words.sound_words(sound.has_speaker(), speech.find_program(), settings.sound.speech, str)
    yield of_said("Sound", said, "warn", "apt-get install espeak-ng, or set sound.speech to false.")


def network(_settings: Settings) -> Iterator[Finding]:
    """Cable or Wi-Fi."""
    from station.ledger import LinkState

    now = LinkState(False, None, uplink_health.network(), uplink_health.wifi_dbm(), 0.0, 0.0)
    said = words.network_words(now, str)
    weak = now.network == "wifi"
    do = "Bring the access point closer, or use a cable." if weak else "Plug in the cable."
    yield of_said("Network", [said], "warn" if weak else "fail", do)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
