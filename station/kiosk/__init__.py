"""In: poses, touches, the state of the camera. Out: screens, and finished sessions in the ledger.

The screens themselves are in `screens/`, one Python file each with its `kv/` file of the same
name. Nothing here imports Kivy before `app`, so that the process can leave the network first.
"""

from station.kiosk.flow import Flow
from station.kiosk.outcome import finished_session
from station.kiosk.timing import Timing
from station.kiosk.view import Stage, View

__all__ = ["Flow", "Stage", "Timing", "View", "finished_session"]
