"""In: session events from the ledger. Out: MQTT messages to the gym's broker, acks back;
settings and requests from afar, tried and answered.

Has the network, so it has no camera: nothing in here sees a picture or a pose.
"""

from station.uplink.keeper import Keeper
from station.uplink.pace import Pace
from station.uplink.uplink import Uplink

__all__ = ["Keeper", "Pace", "Uplink"]
