"""What older hubs kept aside because it was too new for them, taken in once it is not."""

import logging

from station.hub.database import DatabaseError, reason
from station.hub.reading import Told, read
from station.hub.store import Store
from station.messages import SCHEMA_V, topic

log = logging.getLogger(__name__)


def take_back(store: Store) -> None:
    """Take in all that this hub can read; to be done before stations are listened to.

    A hub killed in the midst of it does the rest, or the same again, at its next start: a session
    counts once whenever it comes.
    """
    try:
        with store.writing() as writer:
            for aside, received in writer.kept_aside(SCHEMA_V):
                record = read(topic(aside.station, aside.leaf), aside.payload.encode())
                if isinstance(record, Told):
                    writer.write([record], received)
                    writer.forget_aside(aside)
                else:
                    log.warning("A %s of station %s stays aside.", aside.leaf, aside.station)
    except DatabaseError as error:
        log.error("The store cannot be written (%s): what lies aside stays there.", reason(error))
