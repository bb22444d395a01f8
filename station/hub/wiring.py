"""What the parts of a running hub need of one another, in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field

from station.hub.database import Database
from station.hub.ingest import Link
from station.hub.live import Live
from station.hub.meters import Meters
from station.hub.store import Clock, Store
from station.settings import Settings


@dataclass(frozen=True, slots=True)
class Wiring:
    """Given to every page; `link` says how the hub stands with the broker."""

    settings: Settings
    database: Database
    store: Store
    live: Live
    link: Callable[[], Link]
    now: Clock
    meters: Meters = field(default_factory=Meters)
