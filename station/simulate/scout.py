"""Looks whether a simulation may begin: a broker, a hub, and nobody real in our place."""

import selectors
from collections.abc import Iterable
from time import monotonic

from pydantic import ValidationError

from station.errors import StationError
from station.messages import HUB_STATUS, INFO, HubStatus, Info, station_of, topic
from station.settings import BrokerSettings
from station.simulate.condition import CAPABILITY
from station.simulate.wire import Wire, WireBrokenError

HUB_WAIT_S = 5.0
SETTLE_S = 1.0
"""After subscribing: by then the broker has sent what it retains."""


def look(broker: BrokerSettings, ours: Iterable[str]) -> None:
    """Returns when all is well within some seconds.

    Raises StationError when the broker cannot be reached, no hub is online, or one of the ids
    `ours` is that of a station which is not simulated.
    """
    where = f"{broker.host}:{broker.port}"
    with selectors.DefaultSelector() as selector:
        scout = _Scout()
        try:
            wire = Wire(
                broker,
                selector,
                scout,
                client_id="simulate-scout",
                topics=(HUB_STATUS, topic("+", INFO)),
            )
            try:
                _listen(wire, selector, scout)
            finally:
                wire.leave()
        except WireBrokenError as error:
            raise StationError(
                f"No broker at {where} ({error}): start the hub's broker, or name its settings "
                "file with --config."
            ) from error
    if not scout.hub:
        raise StationError(
            f"The broker at {where} answers, but no hub is online there: start `station hub`."
        )
    taken = sorted(scout.real & set(ours))
    if taken:
        raise StationError(
            f"{taken[0]} is a real station of this hub: nothing is simulated in its place."
        )


def _listen(wire: Wire, selector: selectors.BaseSelector, scout: "_Scout") -> None:
    end = monotonic() + HUB_WAIT_S
    while (now := monotonic()) < end:
        for _key, mask in selector.select(0.1):
            wire.turn(mask)
        if scout.hub and scout.since is not None and now - scout.since >= SETTLE_S:
            return
    if scout.since is None:
        raise WireBrokenError("it does not answer")


class _Scout:
    def __init__(self) -> None:
        self.hub = False
        self.since: float | None = None
        self.real: set[str] = set()

    def connected(self) -> None:
        self.since = monotonic()

    def heard(self, name: str, payload: bytes) -> None:
        if name == HUB_STATUS:
            self.hub = hub_online(payload)
        elif (station := station_of(name)) is not None and payload:
            try:
                simulated = CAPABILITY in Info.model_validate_json(payload).capabilities
            except ValidationError:
                simulated = False
            if not simulated:
                self.real.add(station)

    def confirmed(self, mid: int, code: int) -> None:
        """Publishes nothing."""


def hub_online(payload: bytes) -> bool:
    """What a message on HUB_STATUS says."""
    try:
        return HubStatus.model_validate_json(payload).state == "online"
    except ValidationError:
        return False
