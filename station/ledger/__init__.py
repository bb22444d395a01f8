"""In: finished sets from the kiosk. Out: session events for the uplink, until the hub has them.

One SQLite file is all that kiosk and uplink share; both may be killed at any moment.
"""

from station.ledger.boot import boot_id, clock_state
from station.ledger.ledger import FinishedSession, Ledger, Pending, Position

__all__ = ["FinishedSession", "Ledger", "Pending", "Position", "boot_id", "clock_state"]
