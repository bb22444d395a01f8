"""In: session events from the ledger. Out: MQTT messages to the gym's broker, acks back.

Has the network, so it has no camera: nothing in here sees a picture or a pose.
"""

from station.uplink.pace import Pace
from station.uplink.uplink import Uplink

__all__ = ["Pace", "Uplink"]
