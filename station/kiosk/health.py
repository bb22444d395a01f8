"""How the station is, in words for staff: camera, framing, network, broker, ledger, disk, sound.

No Kivy here, and nothing is asked of the machine but by `disk`: facts go in, sentences come out.
"""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from station.hinge import INSTRUCTIONS
from station.hinge import landmarks as lm
from station.kiosk.sets import Snapshot
from station.kiosk.words import Said, Tone, Translate
from station.ledger import LinkState
from station.vision import CameraState, LiveStats
from station.vision.mounting import FILLS

FEW_POSES = 8.0
"""A second; below, a fast bend falls between two of them."""

SIDE_ON_DEG = 20.0
BESIDE_THE_HIPS = 0.5
"""Torso lengths that the picture's middle may lie above or below the hips."""
UPRIGHT_DEG = 20.0

SILENT_S = 180.0
"""The uplink says how it is every minute; three left out mean that it does not run."""

LITTLE_DISK_MB, NO_DISK_MB = 500, 50
WEAK_WIFI_DBM = -75


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on the disk with the station's data, megabytes."""

    free_mb: int
    total_mb: int


def disk(folder: Path) -> Disk | None:
    """Room where `folder` is, or will be; None where it cannot be asked."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    try:
        usage = shutil.disk_usage(there)
    except OSError:
        return None
    return Disk(usage.free // 1_000_000, usage.total // 1_000_000)


def camera_words(
    state: CameraState, stats: LiveStats, size: tuple[int, int] | None, source: str, _: Translate
) -> list[Said]:
    """What the camera sends and what becomes of it. `size` of its picture, pixels."""
    live = state.kind == "live"
    tone: Tone = "right" if live else "fact" if state.kind in {"starting", "ended"} else "change"
    said = [Said(_(state.message), tone)] if state.message else []
    said += [Said(_("Source: {source}").format(source=Path(source).name))]
    if size is not None:
        said.append(Said(_("{width} × {height} pixels").format(width=size[0], height=size[1])))
    said.append(Said(_("{n:.0f} pictures a second").format(n=stats.capture_fps)))
    rate = _("{n:.0f} poses a second").format(n=stats.pose_fps)
    if not live:
        said.append(Said(rate))
    elif stats.pose_fps < FEW_POSES:
        few = _("{poses}: too few, at least {least:.0f} are needed")
        said.append(Said(few.format(poses=rate, least=FEW_POSES), "change"))
    else:
        said.append(Said(rate, "right"))
    return said


def framing_words(snapshot: Snapshot | None, _: Translate) -> list[Said]:
    """Whether somebody who stands on the mat is seen as the station needs it."""
    if snapshot is None or not snapshot.somebody:
        return [Said(_("Stand where members will stand: nobody is in the picture."), "change")]
    gate, view = snapshot.update.gate, snapshot.update.view
    if gate.reason not in (None, "turn"):
        return [Said(_(INSTRUCTIONS[gate.reason]), "change")]
    said = [Said(_("The whole body is in the picture"), "right")]
    if view.yaw_deg is not None:
        turned = _("Turned {n:.0f}° away from side-on").format(n=view.yaw_deg)
        said.append(Said(turned, "right" if view.yaw_deg <= SIDE_ON_DEG else "change"))
    said += _size_words(snapshot, _)
    said.append(_height_words(snapshot, _))
    return said


def _size_words(snapshot: Snapshot, _: Translate) -> list[Said]:
    y = snapshot.pose.landmarks[[lm.NOSE, lm.LEFT_ANKLE, lm.RIGHT_ANKLE], 1]
    body_px, size = float(y[1:].max() - y[0]), snapshot.pose.size
    share = body_px / size[1]
    least, most = FILLS
    fills = _("Body: {n:.0f} % of the height").format(n=100 * share)
    if body_px / min(size) < least:
        return [Said(fills), Said(_("Move the camera closer, or the mat"), "change")]
    if share > most:
        return [Said(fills), Said(_("Move the camera further away, or the mat"), "change")]
    return [Said(fills, "right")]


def _height_words(snapshot: Snapshot, _: Translate) -> Said:
    """At which height of a standing body the picture's middle is."""
    points = snapshot.pose.landmarks
    hip = points[[lm.LEFT_HIP, lm.RIGHT_HIP], :2].mean(axis=0)
    shoulder = points[[lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER], :2].mean(axis=0)
    along = shoulder - hip
    torso = float(np.hypot(*along))
    if torso < 1 or math.degrees(math.acos(min(1.0, -along[1] / torso))) > UPRIGHT_DEG:
        return Said(_("Stand upright, to see at which height the camera looks"))
    above = float(hip[1] - snapshot.pose.size[1] / 2) / torso
    if above > BESIDE_THE_HIPS:
        return Said(_("The camera looks above the hips: hang it lower, or tilt it down"), "change")
    if above < -BESIDE_THE_HIPS:
        return Said(_("The camera looks below the hips: hang it higher, or tilt it up"), "change")
    return Said(_("The camera looks at the hips"), "right")


def network_words(link: LinkState | None, _: Translate) -> Said:
    """How this machine is connected, as the uplink last said; the kiosk itself never is."""
    if link is None or link.silent_s > SILENT_S:
        return Said(_("Network: not known, the uplink does not run"), "change")
    if link.network == "none":
        return Said(_("Network: none. Is the cable in, is the Wi-Fi on?"), "change")
    if link.network == "wired":
        return Said(_("Network: by cable"), "right")
    if link.wifi_dbm is None:
        return Said(_("Network: by Wi-Fi"), "right")
    wifi = _("Network: by Wi-Fi, {n} dBm").format(n=link.wifi_dbm)
    if link.wifi_dbm < WEAK_WIFI_DBM:
        return Said(_("{network}: weak").format(network=wifi), "change")
    return Said(wifi, "right")


def broker_words(link: LinkState | None, _: Translate) -> list[Said]:
    """Whether results reach the gym, and what is wrong if not."""
    if link is None:
        return [Said(_("Broker: the uplink has not run since this machine started"), "change")]
    if link.silent_s > SILENT_S:
        silent = _("Broker: the uplink has said nothing for {time}")
        return [Said(silent.format(time=span(link.silent_s, _)), "change")]
    since = span(link.since_s, _)
    if not link.connected:
        said = [Said(_("Broker: not connected for {time}").format(time=since), "change")]
    else:
        connected = _("Broker: connected for {time}").format(time=since)
        said = [Said(connected, "right")]
    if link.problem:
        # In the station's own language: the uplink wrote it.
        said.append(Said(link.problem, "change"))
    return said


def waiting_words(waiting: int | None, trouble: str | None, _: Translate) -> Said:
    """How many sessions have not reached the gym; `trouble` = why they cannot be written or read.

    Some waiting is normal: it is what the ledger is for.
    """
    if trouble is not None or waiting is None:
        return Said(_("Ledger: {why}").format(why=trouble or "?"), "change")
    if waiting == 0:
        return Said(_("Ledger: every session has reached the gym"), "right")
    return Said(_("Ledger: sessions still to be sent: {n}").format(n=waiting))


def disk_words(room: Disk | None, _: Translate) -> Said:
    """Whether there is room for months of sessions and logs."""
    if room is None:
        return Said(_("Disk: cannot be asked"), "change")
    free = _("Disk: {free:.1f} of {total:.1f} GB free").format(
        free=room.free_mb / 1000, total=room.total_mb / 1000
    )
    if room.free_mb < NO_DISK_MB:
        return Said(_("{disk}: full, nothing can be kept").format(disk=free), "change")
    if room.free_mb < LITTLE_DISK_MB:
        return Said(_("{disk}: little").format(disk=free), "change")
    return Said(free, "right")


def sound_words(speaker: bool, voice: str | None, wanted: bool, _: Translate) -> list[Said]:
    """What can be heard. `voice` = the program that speaks; `wanted`: speech is switched on."""
    said = [
        Said(_("Sound: there is a loudspeaker"), "right")
        if speaker
        else Said(_("Sound: no loudspeaker found, tones are only shown"))
    ]
    if wanted and voice is None:
        said.append(Said(_("Speech: switched on, but no voice is installed"), "change"))
    elif wanted:
        said.append(Said(_("Speech: on"), "right"))
    return said


def version_words(version: str, station: str, gym: str, _: Translate) -> Said:
    """What runs here."""
    return Said(
        _("Hinge Station {version}, {station} in {gym}").format(
            version=version, station=station, gym=gym
        )
    )


def span(seconds: float, _: Translate) -> str:
    """A length of time in its largest unit: "3 min"."""
    n = int(seconds)
    if n >= 2 * 86_400:
        return _("{n} days").format(n=n // 86_400)
    if n >= 3_600:
        return _("{n} h").format(n=n // 3_600)
    if n >= 60:
        return _("{n} min").format(n=n // 60)
    return _("{n} s").format(n=n)
