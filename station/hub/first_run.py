"""The code by which the first manager of a new hub proves that they can read its log."""

import hmac
import logging

from station import join_code
from station.errors import StationError

log = logging.getLogger(__name__)

TRIES = 10
"""Wrong codes after which the code is void, until the hub starts again."""


class SetUpCode:
    """Kept in this process only, 57 bits; a restart makes another. For one thread."""

    def __init__(self) -> None:
        self._code: str | None = join_code.new()
        self._wrong = 0

    @property
    def shown(self) -> str | None:
        """As people read it; None once it is void."""
        return None if self._code is None else join_code.shown(self._code)

    def right(self, typed: str) -> bool:
        """Whether this is the code; a wrong one is counted."""
        if self._code is None:
            return False
        try:
            said = join_code.typed(typed)
        except StationError:
            said = ""
        if hmac.compare_digest(said.encode(), self._code.encode()):
            return True
        self._wrong += 1
        if self._wrong >= TRIES:
            self.end()
            log.warning("The set-up code is void after %d wrong ones; start the hub again.", TRIES)
        return False

    def end(self) -> None:
        """It opens nothing any longer."""
        self._code = None
