"""The stations as pages for managers list them: heard of, joined, named, grouped, retired."""

from dataclasses import dataclass

from station.hub.roster import Note, Roster
from station.hub.store import StationRow
from station.hub.wiring import Wiring
from station.hub.words import Gettext


@dataclass(frozen=True, slots=True)
class Fleet:
    """`rows` by id; `notes` also of stations that have not been heard of."""

    rows: dict[str, StationRow]
    notes: dict[str, Note]

    @property
    def ids(self) -> list[str]:
        """Every station heard of, those in use first by the name they are shown with."""
        return sorted(self.rows, key=lambda id_: (self.label(id_).casefold(), id_))

    @property
    def settable(self) -> list[str]:
        """Those that settings can be sent to: a simulated one would never answer."""
        return [id_ for id_ in self.ids if not self.rows[id_].simulated]

    def label(self, station: str) -> str:
        """What a station is shown as."""
        note = self.notes.get(station)
        return (note.label if note else None) or station

    def state(self, station: str) -> str | None:
        """What a station says of itself; None = nothing, or it was never heard of."""
        row = self.rows.get(station)
        return row.state if row else None

    def whom(self, whom: str, _: Gettext) -> str:
        """`all`, `group:NAME` or `station:ID` in words; "" = whoever asked on a command line."""
        kind, _sep, name = whom.partition(":")
        match kind:
            case "all":
                return _("All stations")
            case "group":
                return _("Group {name}").format(name=name)
            case "station":
                return self.label(name)
            case _:
                return _("Chosen stations")


def known(wiring: Wiring) -> Fleet:
    """As the store has it now; opens the database."""
    return Fleet({row.id: row for row in wiring.store.stations()}, Roster(wiring.database).notes())
