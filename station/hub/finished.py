"""What is made of a gym's finished weeks, kept until another one is there."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from station.hub import weeks
from station.hub.database import Database
from station.hub.weeks import PEOPLE, Week

KEPT = 40
"""Results, those asked for latest: some hundred kilobytes each where a gym has years."""

Result = TypeVar("Result")


class Finished:
    """Over `database`; usable from any thread. Raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = lru_cache(maxsize=KEPT)(self._made)

    def weeks(self, source: str, gym: str) -> list[Week]:
        """A gym's finished weeks, oldest first; weeks without sessions are absent."""
        with self._database.reading() as db:
            return weeks.read(db, source, gym)

    def of(self, make: Callable[..., Result], source: str, gym: str | None, *also: Any) -> Result:
        """`make(weeks, *also)` of the gym's weeks; of none where there is no gym.

        `make`: a pure function; `also`: hashable. Whoever asks again may be given the same object.
        """
        if gym is None:
            return make([], *also)
        if source != PEOPLE:
            # Weeks of people never change; simulated ones do.
            return make(self.weeks(source, gym), *also)
        with self._database.reading() as db:
            latest = weeks.latest(db, source, gym)
        result: Result = self._kept(make, gym, latest, *also)
        return result

    def _made(self, make: Callable[..., Any], gym: str, _latest: str | None, *also: Any) -> Any:
        return make(self.weeks(PEOPLE, gym), *also)
