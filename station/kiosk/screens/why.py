"""Why to hinge, in three pictures."""

from station.kiosk.screens.base import StationScreen


class Why(StationScreen):
    """Why to hinge, in three pictures."""
