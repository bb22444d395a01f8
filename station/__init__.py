"""Hinge Station: a gym-floor station that teaches people to hinge at the hips.

Three programs share this package: the kiosk (camera, no network), the uplink (network, no
camera) and the hub (stores what arrives, serves the staff's page).
"""

__version__ = "0.1.0"
