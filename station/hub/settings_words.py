"""What staff read of each setting that may be changed from afar."""

from collections.abc import Mapping

from station.hub.words import Gettext


def sections(_: Gettext) -> dict[str, str]:
    """Headings, in the order of the page."""
    return {
        "sound": _("Sound"),
        "screen": _("Screen"),
        "station": _("Language"),
        "camera": _("Camera"),
    }


def labels(_: Gettext) -> dict[str, str]:
    """`section.key` → what it is called."""
    return {
        "station.language": _("First language"),
        "camera.width": _("Picture width"),
        "camera.height": _("Picture height"),
        "camera.fps": _("Pictures per second"),
        "camera.mirror": _("Mirror picture"),
        "camera.rotation": _("Turn the picture"),
        "camera.exposure_us": _("Fixed exposure"),
        "camera.gain": _("Fixed gain"),
        "camera.flicker": _("Against flicker"),
        "camera.stall_s": _("Stalled after"),
        "screen.panel_mm": _("Panel size"),
        "screen.distance_m": _("Exercise distance"),
        "screen.keys_low": _("Buttons low"),
        "screen.reduced_motion": _("Little motion"),
        "screen.front_check": _("Check facing the camera"),
        "screen.card_reader": _("Card reader"),
        "screen.summary_s": _("Summary stays"),
        "screen.nobody_s": _("Set ends after"),
        "screen.idle_s": _("Ask whether still there"),
        "sound.volume": _("Volume"),
        "sound.quiet_from": _("Quiet from"),
        "sound.quiet_to": _("Quiet until"),
        "sound.speech": _("Spoken cues"),
    }


def hints(_: Gettext) -> dict[str, str]:
    """`section.key` → a sentence on what it does."""
    return {
        "station.language": _("What a new member meets first; everybody can change it."),
        "camera.width": _("Asked of the camera. Larger pictures cost speed."),
        "camera.height": _("Asked of the camera. Larger pictures cost speed."),
        "camera.fps": _("Asked of the camera."),
        "camera.mirror": _("Members see themselves as in a mirror."),
        "camera.rotation": _("Clockwise, for a camera that hangs on its side: 0, 90, 180 or 270."),
        "camera.exposure_us": _(
            "0 is automatic. Where light flickers: 10000 or 20000 at 50 Hz, 8333 or 16667 at 60 Hz."
        ),
        "camera.gain": _(
            "0 leaves it to the camera. A factor for camera modules, a USB camera's own number."
        ),
        "camera.flicker": _("Mains frequency whose light automatic exposure keeps steady."),
        "camera.stall_s": _("No new picture for so long counts as a stalled camera."),
        "screen.panel_mm": _("Short side of the visible panel; all is drawn to be legible on it."),
        "screen.distance_m": _("How far away members exercise; a larger panel shows more for it."),
        "screen.keys_low": _("All there is to touch is in the lower part, for tall mounts."),
        "screen.reduced_motion": _("Nothing moves that need not."),
        "screen.front_check": _("Members first face the camera to check how they stand."),
        "screen.card_reader": _("A card reader that types like a keyboard wakes the station."),
        "screen.summary_s": _("How long the result of a set is shown."),
        "screen.nobody_s": _("So long without anybody in the picture ends a set."),
        "screen.idle_s": _("So long untouched before it asks."),
        "sound.volume": _("0 is silent, 1 is as loud as it gets."),
        "sound.quiet_from": _("No sound from then on; empty means no quiet hours."),
        "sound.quiet_to": _("... until then. Both or neither."),
        "sound.speech": _("Cues are spoken where an offline voice is installed."),
    }


UNITS: Mapping[str, str] = {
    "camera.width": "px",
    "camera.height": "px",
    "camera.rotation": "°",
    "camera.exposure_us": "µs",
    "camera.stall_s": "s",
    "screen.panel_mm": "mm",
    "screen.distance_m": "m",
    "screen.summary_s": "s",
    "screen.nobody_s": "s",
    "screen.idle_s": "s",
}


def choices(_: Gettext) -> dict[str, str]:
    """Values to choose among, in words; any other is shown as it is."""
    return {
        "en": "English",
        "de": "Deutsch",
        "camera": _("left to the camera"),
        "off": _("off"),
        "50hz": "50 Hz",
        "60hz": "60 Hz",
    }


def label_of(path: str, _: Gettext) -> str:
    """What a setting is called; one this hub has no words for by its own name."""
    return labels(_).get(path, path)


def in_words(value: object, _: Gettext) -> str:
    """A value as staff read it; None = as the station's own file says."""
    if value is None:
        return _("as its own file says")
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if value == "":
        return _("none")
    if isinstance(value, float):
        return f"{value:g}"
    return choices(_).get(str(value), str(value))


def with_unit(path: str, value: object, _: Gettext) -> str:
    """`in_words`, with the unit where the setting has one."""
    unit = UNITS.get(path) if isinstance(value, int | float) and value is not None else None
    return f"{in_words(value, _)} {unit}" if unit else in_words(value, _)
