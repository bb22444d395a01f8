"""What the staff's menu offers and says. No Kivy here."""

from dataclasses import dataclass
from typing import Any

from station.kiosk import health
from station.kiosk.desk import Facts
from station.kiosk.pin import LENGTHS, Verdict
from station.kiosk.words import AGAIN, BACK, LANGUAGES, Said, Translate, msgid
from station.settings import Settings

HEADINGS = {
    "menu": msgid("Staff"),
    "camera": msgid("Camera"),
    "state": msgid("Network and storage"),
    "settings": msgid("This station only"),
    "restart": msgid("Restart"),
}
"""The pages, each with its heading."""

RESTART_ASKED = msgid("The screen goes dark and is back in about half a minute.")
TOUCH_TARGET = msgid("Touch the middle of the ring")
TOUCH_NEXT = msgid("Touch for the next colour")
LOOKING = msgid("Looking …")
CLOSE = msgid("Close")

PIN_ASKED = msgid("PIN for staff")
NO_PIN = msgid(
    "No PIN is set, so this menu stays shut. On the station's console run `station pin FILE` and "
    "name FILE in the settings: pin_file under [staff]."
)
BROKEN_PIN = msgid("The PIN file cannot be read. On the station's console run `station pin FILE`.")

VOLUME_STEP = 0.2


@dataclass(frozen=True, slots=True)
class Option:
    """One key. `value` stands for {value} in its text; `change` is (section, key, value)."""

    name: str
    text: str
    icon: str = ""
    value: str | None = None
    chosen: bool = False
    change: tuple[str, str, Any] | None = None


_BACK = Option("back", BACK, "back")

OPTIONS = {
    "menu": [
        Option("camera", msgid("Camera")),
        Option("state", msgid("Network and storage")),
        Option("touch", msgid("Touch")),
        Option("colours", msgid("Colours")),
        Option("settings", msgid("Settings")),
        Option("restart", msgid("Restart")),
        Option("leave", CLOSE),
    ],
    "state": [_BACK],
    "restart": [_BACK, Option("restart_now", msgid("Restart now"), "again")],
    "touch": [Option("back", BACK, "back"), Option("again", AGAIN, "again")],
}
"""Keys of the pages that always have the same."""

ON, OFF = msgid("on"), msgid("off")


def camera_options(*, framing: bool) -> list[Option]:
    """Keys of the camera's page: its figures, or how somebody stands in its picture."""
    if framing:
        return [_BACK, Option("figures", msgid("Figures"))]
    return [_BACK, Option("framing", msgid("In the picture"))]


def settings_options(settings: Settings) -> list[Option]:
    """Keys of the settings' page; each says what holds now and changes it."""

    def switch(name: str, text: str, section: str, key: str, on: bool) -> Option:
        return Option(name, text, "", ON if on else OFF, on, (section, key, not on))

    screen, language = settings.screen, settings.station.language
    other = next(code for code in LANGUAGES if code != language)
    louder, quieter = _volumes(settings.sound.volume)
    return [
        Option("quieter", msgid("Quieter"), change=("sound", "volume", quieter)),
        Option("louder", msgid("Louder"), change=("sound", "volume", louder)),
        Option(
            "language",
            msgid("Language: {value}"),
            value=LANGUAGES[language],
            change=("station", "language", other),
        ),
        switch("mirror", msgid("Mirror: {value}"), "camera", "mirror", settings.camera.mirror),
        switch("low", msgid("Keys low down: {value}"), "screen", "keys_low", screen.keys_low),
        switch(
            "calm",
            msgid("Less motion: {value}"),
            "screen",
            "reduced_motion",
            screen.reduced_motion,
        ),
        _BACK,
    ]


def _volumes(volume: float) -> tuple[float, float]:
    """The next steps up and down."""
    return (
        round(min(1.0, volume + VOLUME_STEP), 2),
        round(max(0.0, volume - VOLUME_STEP), 2),
    )


def settings(settings: Settings, trouble: str | None, _: Translate) -> list[Said]:
    """What is set, where the keys do not say it."""
    volume = settings.sound.volume
    said = [
        Said(_("Volume: {n:.0f} %").format(n=100 * volume))
        if volume > 0
        else Said(_("Volume: silent")),
    ]
    if trouble is not None:
        said.append(Said(trouble, "change"))
    return said


def state(facts: Facts | None, speech: bool, _: Translate) -> list[Said]:
    """The machine, most important first."""
    if facts is None:
        return [Said(_(LOOKING))]
    return [
        health.network_words(facts.link, _),
        *health.broker_words(facts.link, _),
        health.waiting_words(facts.waiting, facts.trouble, _),
        health.disk_words(facts.disk, _),
        *health.sound_words(facts.speaker, facts.voice, speech, _),
    ]


def pin_words(verdict: Verdict, _: Translate) -> Said:
    """What to say above the keys of the PIN pad."""
    match verdict.kind:
        case "unset":
            return Said(_(NO_PIN))
        case "broken":
            return Said(_(BROKEN_PIN), "change")
        case "wrong":
            return Said(_("Wrong PIN"), "change")
        case "locked":
            wait = health.span(verdict.wait_s + 1, _)
            return Said(_("Too many wrong ones: wait {time}").format(time=wait), "change")
        case "checking":
            return Said(_(LOOKING))
    return Said(_("{least} to {most} digits").format(least=LENGTHS.start, most=LENGTHS.stop - 1))
