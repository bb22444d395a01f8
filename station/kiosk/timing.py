"""After how many seconds the station moves on by itself."""

from dataclasses import dataclass

from station.settings import ScreenSettings

DEMO_SUMMARY_S = 6.0
"""Nobody reads a demo's summary for long."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; the first three come from the settings."""

    nobody_s: float = 10.0
    """Nobody in the picture, or no picture, ends a set."""
    summary_s: float = 20.0
    """After the last touch."""
    idle_s: float = 60.0
    """Untouched for so long: still there?"""
    answer_s: float = 20.0
    """To answer "still there?"; no answer = no."""
    end_set_s: float = 10.0
    """To answer "end this set?"; no answer = no."""
    place_s: float = 90.0
    """Not live so long after the choice: whoever is in the picture did not tap."""
    front_s: float = 15.0
    """The longest that the start position is checked facing the camera."""
    ready_s: float = 1.0
    """... and how long it must have been good to be over sooner."""
    lost_s: float = 3.0
    """The whole body was in the picture, and is not any more for so long: place yourself again."""
    unusable_s: float = 60.0
    """The gate stayed shut for so long during a set: the person seen is not exercising."""
    rest_s: float = 180.0
    """No bend for so long: whoever stands there is not exercising."""
    pick_up_s: float = 3.0
    """The everyday pick-up is one bend: it is over so long after it."""
    steady_s: float = 0.5
    """The whole body, or the side view, must stay for so long before the next screen comes."""
    attract_s: float = 4.0
    """With a clip for a camera nobody taps: the station does it itself after so long ..."""
    choose_s: float = 3.0
    """... and chooses after so long."""
    debounce_s: float = 0.6
    """A second touch sooner than this after a change of screen belongs to the first."""

    @classmethod
    def of(cls, screen: ScreenSettings, *, demo: bool = False) -> "Timing":
        """What the settings say; `demo`: a clip stands in for the camera."""
        return cls(
            nobody_s=screen.nobody_s,
            summary_s=min(screen.summary_s, DEMO_SUMMARY_S) if demo else screen.summary_s,
            idle_s=screen.idle_s,
        )
