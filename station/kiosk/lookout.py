"""Whether a camera has come while the demo clip stands in for one. No Kivy here.

A machine that is switched on before its camera is plugged in, or whose camera takes its time, finds
none and plays the demo; nobody is there to start it again. What there is below /dev is cheap to
list, so a camera is only tried when that has changed, and once in a while.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from time import monotonic

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.vision.camera import devices, open_camera

log = logging.getLogger(__name__)

EVERY_S = 5.0
HOPE_S = 30.0
"""A camera may need longer than its device to be ready: so long it is tried at every look."""
ANYWAY_S = 300.0


def gives_pictures(settings: CameraSettings) -> bool:
    """Whether some camera does, now; it is let go of again."""
    try:
        open_camera("auto", settings).close()
    except StationError as reason:
        log.info("%s", reason)
        return False
    return True


class Lookout:
    """Looks from `start` until it has `found` a camera, or `stop`."""

    def __init__(
        self,
        try_cameras: Callable[[], bool],
        list_devices: Callable[[], Sequence[str]] = devices,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self.found = False
        self._try = try_cameras
        self._list = list_devices
        self._every_s = every_s
        # Those that there were at the start were tried then.
        self._known, self._tried = list_devices(), monotonic()
        self._hoped_until = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lookout", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """The program ends; a camera that is being tried is left to its time."""
        self._stop.set()

    def _watch(self) -> None:
        while not (self.found or self._stop.wait(self._every_s)):
            try:
                self.found = self.look()
            except Exception:
                log.exception("Looking for a camera met an error")

    def look(self) -> bool:
        """One look, whether there is a camera; for the thread, and for tests."""
        there, now = self._list(), monotonic()
        if set(there) - set(self._known):
            self._hoped_until = now + HOPE_S
        self._known = there
        if not there or (now > self._hoped_until and now - self._tried < ANYWAY_S):
            return False
        self._tried = now
        if not self._try():
            return False
        log.info("There is a camera now: the station starts anew with it.")
        return True
