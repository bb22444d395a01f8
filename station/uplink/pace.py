"""How often and how long the uplink does things."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds; the defaults are for a station in a gym."""

    reconnect_min_s: float = 1.0
    reconnect_max_s: float = 60.0
    steady_s: float = 10.0
    """A connection that held this long lets the next wait start from the shortest again."""
    connack_s: float = 10.0
    ack_s: float = 10.0
    ack_max_s: float = 300.0
    health_s: float = 60.0
    health_expiry_s: int = 180
    poll_s: float = 0.25
    """How soon a session that the kiosk stored is seen."""
    drain_s: float = 5.0
    """At a clean stop: how long to wait for the hub to have everything."""
    in_flight: int = 20
    """Sessions between ledger and ack; paho holds no more than these, since they die with it."""
