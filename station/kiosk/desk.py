"""What the staff's menu needs of the machine, asked and written off the screen's thread.

No Kivy here.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from station import settings as settings_file
from station.errors import StationError
from station.kiosk import health, sound, speech
from station.kiosk.health import Disk
from station.kiosk.pin import PinLock
from station.ledger import Ledger, LinkState
from station.settings import Settings
from station.vision import LiveStats

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Facts:
    """The machine, some seconds ago at most. `waiting` sessions; `trouble` = why it is unknown."""

    link: LinkState | None
    waiting: int | None
    trouble: str | None
    disk: Disk | None
    speaker: bool
    voice: str | None


Job = Callable[[], None]


class Desk:
    """Looks at the ledger and the disk while the menu is open, keeps settings, checks the PIN.

    Every method returns at once. `settings` are those of this station with what was just changed;
    they are used at once for sound, for the rest when the menu is left.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        source: Callable[[], str] = str,
        stats: Callable[[], LiveStats] = LiveStats,
        play: Callable[[sound.Sound], None] = lambda _: None,
    ) -> None:
        """`source` names the camera or file in use, `stats` its rates; `play` plays a tone."""
        self.settings = settings
        self.source = source
        self.stats = stats
        self.play = play
        self.lock = PinLock(settings.staff.pin_file, settings.station.data_dir / "pin-tries.json")
        self._facts: Facts | None = None
        self._trouble: str | None = None
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def facts(self) -> Facts | None:
        """What was seen last; None before anything was."""
        return self._facts

    @property
    def trouble(self) -> str | None:
        """Why the last change of a setting will not last beyond a restart, None when it will."""
        return self._trouble

    def open(self) -> None:
        """The menu is open: look now, and again every few seconds."""
        self._open.set()
        self._put(self._look)

    def close(self) -> None:
        """The menu is shut: stop looking."""
        self._open.clear()
        self._facts = None

    def stop(self) -> None:
        """The program ends: write what is still to be written."""
        self._open.clear()
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(5.0)

    def change(self, section: str, key: str, value: Any) -> None:
        """Set something for this station only, now and after every restart.

        Raises StationError for what is not one of its settings or out of range.
        """
        before = self.settings
        self.settings = settings_file.changed(before, {section: {key: value}})
        self._put(lambda: self._keep(before, section, key, value))

    def _put(self, job: Job) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=LOOK_EVERY_S if self._open.is_set() else None)
            except queue.Empty:
                job = self._look
            if job is None:
                return
            try:
                job()
            except Exception:
                log.exception("The staff menu's own thread met an error")

    def _keep(self, settings: Settings, section: str, key: str, value: Any) -> None:
        try:
            settings_file.set_here(settings, section, key, value)
        except StationError as error:
            log.error("%s", error)
            self._trouble = str(error)
        else:
            log.info("Set on this station: %s.%s = %s", section, key, value)
            self._trouble = None

    def _look(self) -> None:
        link: LinkState | None = None
        waiting: int | None = 0
        trouble: str | None = None
        try:
            # Opened for each look, and never made: the menu is seldom open.
            if self.settings.ledger.exists():
                ledger = Ledger(self.settings.ledger, busy_s=1.0)
                try:
                    link, waiting = ledger.link(), ledger.depth()
                finally:
                    ledger.close()
        except (StationError, sqlite3.Error, OSError) as error:
            waiting, trouble = None, str(error)
        facts = Facts(
            link,
            waiting,
            trouble,
            health.disk(self.settings.station.data_dir),
            sound.has_speaker(),
            speech.find_program(),
        )
        if self._open.is_set():
            self._facts = facts
