"""The staff's menu."""

from station.kiosk.screens.base import StationScreen


class Staff(StationScreen):
    """The staff's menu."""
