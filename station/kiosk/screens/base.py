"""What every screen is given, and nothing more."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from kivy.app import App
from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.hinge import Exercise
from station.i18n import translator
from station.kiosk.desk import Desk
from station.kiosk.mirror import Mirror
from station.kiosk.view import Action, View
from station.kiosk.words import NO_PICTURE
from station.settings import Settings


class Act(Protocol):
    """Something a member or staff asks for (`Flow.act`, the time being now)."""

    def __call__(self, action: Action, value: str = "") -> None: ...


class Context:
    """The station's settings, exercises and the language of the session.

    `settings` and `language` change between members and within a session; the app sets both
    before a screen is shown.
    """

    def __init__(
        self,
        settings: Settings,
        exercises: Mapping[str, Exercise],
        act: Act,
        *,
        apply: Callable[[Settings], None] = lambda _: None,
        restart: Callable[[], None] = lambda: None,
        desk: Desk | None = None,
        catalog: Callable[[str], Callable[[str], str]] | None = None,
    ) -> None:
        """`exercises` by id, in the order they are offered. `apply` uses other settings once nobody
        is at the station, `restart` ends the program to be started again; `desk` serves the staff's
        menu. `catalog` gives the
        gettext function of a language, where it is not the shipped one."""
        self.settings = settings
        self.language: str = settings.station.language
        self.act = act
        self.apply = apply
        self.restart = restart
        self.desk = desk or Desk(settings)
        self._exercises = exercises
        self._catalog = catalog or lru_cache(maxsize=None)(translator)

    def translate(self, english: str) -> str:
        """`english` in the session's language."""
        return self._catalog(self.language)(english) if english else ""

    def name_of(self, exercise_id: str) -> str:
        """English name (msgid) of an exercise."""
        known = self._exercises.get(exercise_id)
        return known.name if known is not None else exercise_id.replace("_", " ").capitalize()

    def exercises(self) -> list[Exercise]:
        """All of them, in the order they are offered."""
        return list(self._exercises.values())

    @property
    def mirrored(self) -> bool:
        """Whether members see themselves as in a mirror."""
        return self.settings.camera.mirror

    @property
    def reduced_motion(self) -> bool:
        """Whether nothing moves that need not."""
        return self.settings.screen.reduced_motion

    @property
    def keys_low(self) -> bool:
        """Whether everything to touch is in the lower part of the screen."""
        return self.settings.screen.keys_low


class StationScreen(BoxLayout):  # type: ignore[misc]
    """A screen shows one view after another while it hangs in the window."""

    language = StringProperty("en")
    """Of the session; set before `show`. Bound to by texts in kv: `root.say(TEXT, root.language)`.
    """

    def __init__(self, context: Context, **given: Any) -> None:
        self.context = context
        super().__init__(**given)

    def say(self, english: str, _language: str = "") -> str:
        """`english` in the session's language; for kv files."""
        return self.context.translate(english)

    def enter(self) -> None:
        """Called when the screen comes up."""

    def show(self, view: View) -> None:
        """Called with what there is to show, on every tick while the screen is up."""

    def clear(self) -> None:
        """Called when the screen goes: forget everything of the session shown."""

    def show_picture(self, mirror: Mirror, view: View) -> str:
        """Show the newest frame, or nothing when it is not live; returns why there is none."""
        if view.camera.kind in {"live", "ended"}:
            if view.snapshot is not None:
                mirror.show(view.snapshot)
            return ""
        mirror.blank()
        return self.say(view.camera.message or NO_PICTURE)


def metrics() -> Any:
    """The running app's `Metrics`."""
    return App.get_running_app().metrics
