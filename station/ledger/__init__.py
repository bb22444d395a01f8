"""In: finished sets from the kiosk. Out: session events for the uplink, until the hub has them.

Beside them the uplink leaves how it is doing, for the kiosk's staff menu. One SQLite file is all
that the two share; both may be killed at any moment.
"""

from station.ledger.boot import boot_id, clock_state
from station.ledger.ledger import (
    FinishedSession,
    Ledger,
    OutboxFullError,
    Pending,
    Position,
    UnfitSessionError,
)
from station.ledger.link import LinkState

__all__ = [
    "FinishedSession",
    "Ledger",
    "LinkState",
    "OutboxFullError",
    "Pending",
    "Position",
    "UnfitSessionError",
    "boot_id",
    "clock_state",
]
