"""How the uplink is doing, left in the ledger's file for the kiosk, which has no network to look.

Times are seconds since boot, so that no clock on the wall matters; a state of an earlier boot says
nothing of this one.
"""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from station.ledger.boot import boot_id, seconds_since_boot

Network = Literal["none", "wired", "wifi"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the uplink said last. `connected`: to the broker. `problem`: what is wrong, one
    sentence for staff, None while all is well. `wifi_dbm` signal level, None = unknown.

    `since_s`: for so many seconds it has been connected, or not; `silent_s`: so many seconds ago
    it said so. It repeats itself every minute.
    """

    connected: bool
    problem: str | None
    network: Network
    wifi_dbm: int | None
    since_s: float
    silent_s: float


def note(
    database: sqlite3.Connection,
    *,
    connected: bool,
    problem: str | None,
    network: Network,
    wifi_dbm: int | None,
) -> None:
    """Write the state over the one before; `since` stays where only the rest changes."""
    database.execute(
        "INSERT INTO link (one, boot, since_s, seen_s, connected, problem, network, wifi_dbm)"
        " VALUES (1, :boot, :now, :now, :connected, :problem, :network, :wifi_dbm)"
        " ON CONFLICT (one) DO UPDATE SET"
        " since_s = CASE WHEN connected = excluded.connected AND boot = excluded.boot"
        " THEN since_s ELSE excluded.since_s END,"
        " boot = excluded.boot, seen_s = excluded.seen_s, connected = excluded.connected,"
        " problem = excluded.problem, network = excluded.network, wifi_dbm = excluded.wifi_dbm",
        {
            "boot": boot_id(),
            "now": seconds_since_boot(),
            "connected": int(connected),
            "problem": problem,
            "network": network,
            "wifi_dbm": wifi_dbm,
        },
    )


def read(database: sqlite3.Connection) -> LinkState | None:
    """The state now; None when the uplink has said nothing since this machine started."""
    row = database.execute(
        "SELECT connected, problem, network, wifi_dbm, since_s, seen_s FROM link WHERE boot = ?",
        (boot_id(),),
    ).fetchone()
    if row is None:
        return None
    connected, problem, network, wifi_dbm, since_s, seen_s = row
    now = seconds_since_boot()
    return LinkState(
        bool(connected), problem, network, wifi_dbm, max(0.0, now - since_s), max(0.0, now - seen_s)
    )
