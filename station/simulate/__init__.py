"""In: a seed and the calendar. Out: what the stations of invented gyms would say, over real MQTT.

For demos, screenshots and load. Everything says that it is simulated: each session's `source`,
each station's capabilities. There are no people in it, not even invented ones: only sets.
"""

from station.simulate.fleet import MOST_STATIONS, Fleet, made
from station.simulate.serve import Outcome, Plan, run

__all__ = ["MOST_STATIONS", "Fleet", "Outcome", "Plan", "made", "run"]
