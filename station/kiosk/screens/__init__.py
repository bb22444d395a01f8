"""One module per screen, each with the `kv/` file of its name. A screen only shows a `View`."""

from station.kiosk.screens.attract import Attract
from station.kiosk.screens.live import Live
from station.kiosk.screens.place import Place
from station.kiosk.screens.summary import Summary

__all__ = ["Attract", "Live", "Place", "Summary"]
