"""What the kiosk of the soak says it has done, on a disk that never fills: one JSON line each.

`finished`: a member has seen the summary of a set. `stored`: the ledger has it, under this id.
`up`: the first screen ticks and the camera is live. `notice`: what stands above the screen.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: CLOCK_MONOTONIC seconds; `life`: the kiosk's process id; `text`: an id or a notice."""

    at: float
    life: int
    what: str
    text: str = ""


class Journal:
    """Where the kiosk writes; a line that `write` has taken outlives a kill -9."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def note(self, what: str, text: str = "") -> None:
        """Add one line."""
        line = json.dumps([time.monotonic(), os.getpid(), what, text]) + "\n"
        os.write(self._file, line.encode())


def read(path: Path) -> list[Entry]:
    """All that was written so far, oldest first."""
    if not path.exists():
        return []
    whole = path.read_bytes()
    lines = whole[: whole.rfind(b"\n") + 1].decode().splitlines()
    return [Entry(*json.loads(line)) for line in lines]


@dataclass
class Account:
    """Sets finished against sets in the hub's database."""

    finished: int = 0
    stored: int = 0
    """In the ledger at some time."""
    unsaved: int = 0
    """Finished, and never reached the ledger: lost with a kiosk's memory."""
    lost: list[str] = field(default_factory=list)
    """Ids that the ledger had and the hub's database has not."""
    doubled: int = 0
    """Sessions in the hub's database under an id that no ledger gave, or twice."""

    @property
    def good(self) -> bool:
        """Every finished set is in the hub's database, exactly once."""
        return not (self.unsaved or self.lost or self.doubled)


def account(entries: Iterable[Entry], hub_ids: Iterable[str]) -> Account:
    """Hold what the kiosk says against the ids in the hub's database."""
    entries = list(entries)
    finished = sum(entry.what == "finished" for entry in entries)
    ids = [entry.text for entry in entries if entry.what == "stored"]
    there = Counter(hub_ids)
    known = set(ids)
    return Account(
        finished=finished,
        stored=len(ids),
        unsaved=max(0, finished - len(ids)),
        lost=[one for one in ids if one not in there],
        doubled=sum(times if one not in known else times - 1 for one, times in there.items()),
    )


def waiting(entries: Iterable[Entry], life: int | None = None) -> int:
    """Sets that are finished and in no ledger yet, of one life of the kiosk or of all."""
    whats = Counter(e.what for e in entries if life is None or e.life == life)
    return whats["finished"] - whats["stored"]
