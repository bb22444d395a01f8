"""What every screen is given, and nothing more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.app import App
from kivy.uix.boxlayout import BoxLayout

from station.hinge import Exercise
from station.kiosk.flow import View
from station.kiosk.mirror import Mirror
from station.kiosk.words import NO_PICTURE, Translate


@dataclass(frozen=True, slots=True)
class Context:
    """The station's language, exercise and mirror setting; `press` is the screen's one key."""

    translate: Translate
    exercise: Exercise
    name_of: Callable[[str], str]
    mirrored: bool
    press: Callable[[], None]


class StationScreen(BoxLayout):  # type: ignore[misc]
    """A screen shows one view after another while it hangs in the window."""

    def __init__(self, context: Context, **given: Any) -> None:
        self.context = context
        super().__init__(**given)

    def say(self, english: str) -> str:
        """`english` in the station's language; for kv files."""
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
