"""Keeps a connection to the broker, whatever happens to it."""

import logging
import random
from collections import deque
from threading import Event
from time import monotonic

from station.errors import StationError
from station.i18n import translator
from station.ledger import Ledger
from station.notify import Watchdog
from station.settings import Settings
from station.uplink import words
from station.uplink.connection import Connection
from station.uplink.health import network, wifi_dbm
from station.uplink.keeper import Keeper
from station.uplink.link import LinkDownError, read_password
from station.uplink.pace import Pace

log = logging.getLogger(__name__)


class Uplink:
    """Takes finished sessions from the ledger to the hub and tells how the station is.

    A session is deleted from the ledger only when the hub's `ack` names it: PUBACK says no more
    than that the broker had it in memory.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        pace: Pace | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """`keeper` looks after settings from afar; `settings` are its base where none is given.

        Raises StationError for a password file that cannot be used.
        """
        read_password(settings.broker)
        self._settings = settings
        self._ledger = ledger
        self._pace = pace or Pace()
        self._keeper = keeper or Keeper(settings)
        self._ = translator(settings.station.language)
        self._problem: str | None = None
        self._births: deque[str] = deque(maxlen=16)
        self._noted: tuple[bool, str | None] | None = None
        self._note_due = 0.0
        self._watchdog = Watchdog()

    @property
    def problem(self) -> str | None:
        """What is wrong, in one sentence for the gym's staff; None while all is well."""
        return self._problem

    def run(self, stop: Event) -> None:
        """Serve until `stop` is set, then hand over what is left (bounded) and say `stopped`."""
        failures = 0
        self._watchdog.ready()
        while not stop.is_set():
            began = monotonic()
            self._serve_once(stop)
            steady = monotonic() - began > self._pace.steady_s
            failures = 0 if steady else min(failures + 1, 16)
            self._rest(stop, self._wait_s(failures))
        self._note(False, words.stopped(self._))
        self._watchdog.stopping()

    def _serve_once(self, stop: Event) -> None:
        connection: Connection | None = None
        try:
            connection = Connection(
                self._settings,
                self._ledger,
                self._pace,
                self._report_connected,
                self._births,
                self._keeper,
            )
            connection.serve(stop)
        except (LinkDownError, StationError) as error:
            self._report(str(error))
            self._note(False, str(error))
            self._watchdog.fed()
        except Exception:
            # A fault met once must not silence the station for good.
            log.exception("An error of the uplink's own")
            self._report(words.own_error(self._))
            self._note(False, self._problem)
        finally:
            if connection is not None:
                connection.close()

    def _report(self, problem: str | None) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        if problem is None:
            log.info("All is well again.")
        else:
            log.warning("%s", problem)

    def _report_connected(self, problem: str | None) -> None:
        """Called after each turn of a connection."""
        self._watchdog.fed()
        self._report(problem)
        self._note(True, problem)

    def _note(self, connected: bool, problem: str | None) -> None:
        """Leave for the kiosk's staff menu how it stands: at a change, and once in a while."""
        now = monotonic()
        if self._noted == (connected, problem) and now < self._note_due:
            return
        self._noted, self._note_due = (connected, problem), now + self._pace.health_s
        try:
            self._ledger.note_link(
                connected=connected, problem=problem, network=network(), wifi_dbm=wifi_dbm()
            )
        except StationError as error:
            # The ledger's own trouble is reported where sessions are read from it.
            log.debug("%s", error)

    def _rest(self, stop: Event, seconds: float) -> None:
        """Wait for the next try; settings that are being tried are seen to without a broker."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0 and not stop.wait(min(left, self._pace.poll_s)):
            try:
                self._keeper.tend()
            except Exception:
                log.exception("An error of the uplink's own")

    def _wait_s(self, failures: int) -> float:
        """Until the next try: doubling, and random so that a gym's stations come one by one."""
        shortest = self._pace.reconnect_min_s
        longest = min(self._pace.reconnect_max_s, shortest * 2.0**failures)
        return random.uniform(shortest, max(shortest, longest))
