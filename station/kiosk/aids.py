"""What stands beside the screen: tones, a voice, and the desk that serves the staff's menu."""

from functools import lru_cache

from station.i18n import translator
from station.kiosk import speech
from station.kiosk.desk import Desk
from station.kiosk.sound import Sounds
from station.kiosk.view import View
from station.settings import Settings
from station.vision import Live


class Aids:
    """Started with the program, closed at its end; none of them holds the screen up."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self._sounds = Sounds(lambda: self.desk.settings.sound)
        self.desk = Desk(
            settings,
            source=lambda: live.source,
            stats=lambda: live.stats,
            play=self._sounds.play,
        )
        catalog = lru_cache(maxsize=None)(translator)
        self._voice = speech.voice(
            lambda language, text: catalog(language)(text), wanted=settings.sound.speech
        )

    def hear(self, before: View | None, view: View) -> None:
        """Sound and speak what has just changed on the screen."""
        self._sounds.follow(before, view)
        if self._voice is not None:
            self._voice.follow(before, view)

    def close(self) -> None:
        """Fall silent, and write what staff have set."""
        self.desk.stop()
        self._sounds.close()
        if self._voice is not None:
            self._voice.close()
