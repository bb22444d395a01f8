"""What is seen and what is sent."""

from station.kiosk.screens.base import StationScreen


class Privacy(StationScreen):
    """What is seen and what is sent."""
