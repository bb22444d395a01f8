"""One module per screen, each with the `kv/` file of its name. A screen only shows a `View`."""

from station.kiosk.screens.attract import Attract
from station.kiosk.screens.choose import Choose
from station.kiosk.screens.live import Live
from station.kiosk.screens.place import Place
from station.kiosk.screens.privacy import Privacy
from station.kiosk.screens.staff import Staff
from station.kiosk.screens.start import Start
from station.kiosk.screens.summary import Summary
from station.kiosk.screens.why import Why

__all__ = [
    "Attract",
    "Choose",
    "Live",
    "Place",
    "Privacy",
    "Staff",
    "Start",
    "Summary",
    "Why",
]
