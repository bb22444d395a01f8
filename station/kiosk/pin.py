"""The staff's PIN: a salted scrypt hash in a file, and a lock that slows guessing down.

No Kivy here. A PIN is never kept, logged or written: it is hashed and forgotten.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from station import atomic
from station.errors import StationError

log = logging.getLogger(__name__)

LENGTHS = range(4, 9)
"""Digits of a PIN."""

WRONG_IN_A_ROW = 5
FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 3600.0
"""After so many wrong PINs nothing is accepted for so long; each time after that, twice as long."""

COST, BLOCK, LANES, DIGEST_BYTES = 2**14, 8, 1, 32
"""scrypt's n, r, p: 16 MB and about 50 ms on a desktop core."""

_LINE = re.compile(r"scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([0-9a-f]{32}):([0-9a-f]{64})\n?")

Kind = Literal["unset", "broken", "ready", "checking", "wrong", "right", "locked"]


@dataclass(frozen=True, slots=True)
class PinHash:
    """What is kept of a PIN."""

    cost: int
    block: int
    lanes: int
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, pin: str) -> "PinHash":
        """Hash `pin` with a new salt."""
        salt = secrets.token_bytes(16)
        return cls(COST, BLOCK, LANES, salt, _scrypt(pin, salt, COST, BLOCK, LANES))

    @classmethod
    def parse(cls, line: str) -> "PinHash":
        """Read what `line` wrote; raises ValueError."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError("it holds no PIN; write it anew with `station pin`")
        cost, block, lanes, salt, digest = match.groups()
        return cls(int(cost), int(block), int(lanes), bytes.fromhex(salt), bytes.fromhex(digest))

    @property
    def line(self) -> str:
        """One line for a file."""
        parts = (self.cost, self.block, self.lanes, self.salt.hex(), self.digest.hex())
        return ":".join(("scrypt", *map(str, parts))) + "\n"

    def matches(self, pin: str) -> bool:
        """Whether `pin` is the one; takes as long for a wrong one."""
        tried = _scrypt(pin, self.salt, self.cost, self.block, self.lanes)
        return hmac.compare_digest(tried, self.digest)


def _scrypt(pin: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    memory = 128 * cost * block * lanes + 2**20
    return hashlib.scrypt(
        pin.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=memory, dklen=DIGEST_BYTES
    )


def problem_with(pin: str) -> str | None:
    """Why `pin` cannot be one, as the end of a sentence; None when it can."""
    if not (pin.isascii() and pin.isdigit() and len(pin) in LENGTHS):
        return f"must have {LENGTHS.start} to {LENGTHS.stop - 1} digits and nothing else"
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        return "is one of the first that anybody tries"
    return None


def write(path: Path, pin: str) -> None:
    """Write the hash of `pin` to `path`, for its owner only. Raises StationError."""
    reason = problem_with(pin)
    if reason is not None:
        raise StationError(f"The PIN {reason}.")
    try:
        atomic.write_text(path, PinHash.of(pin).line, mode=0o600)
    except OSError as error:
        raise StationError(f"PIN file {path}: cannot be written ({error.strerror}).") from error


def read(path: Path) -> PinHash:
    """The hash in `path`. Raises StationError."""
    try:
        return PinHash.parse(path.read_text(encoding="ascii"))
    except OSError as error:
        raise StationError(f"PIN file {path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise StationError(f"PIN file {path}: {error}.") from error


def wait_after(wrong: int) -> float:
    """Seconds to wait after the `wrong`th wrong PIN in a row."""
    if wrong == 0 or wrong % WRONG_IN_A_ROW:
        return 0.0
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (wrong // WRONG_IN_A_ROW - 1)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the lock says now. `wait_s`: seconds until it takes a PIN again."""

    kind: Kind
    wait_s: float = 0.0


class PinLock:
    """Checks PINs on threads of its own and counts the wrong ones in a file.

    A try is counted as wrong, on the disk, before it is checked: pulling the plug wins nothing.
    Who restarts the kiosk during a wait starts the wait again; no clock on the wall is asked.
    """

    def __init__(
        self,
        pin_file: Path | None,
        tries_file: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pin_file = pin_file
        self._tries_file = tries_file
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong, waiting = self._load()
        self._kind: Kind = "unset" if pin_file is None else "ready"
        self._until = clock() + wait_after(self._wrong) if waiting else 0.0

    @property
    def verdict(self) -> Verdict:
        """Now; may be asked by any thread and never waits."""
        wait_s = self._until - self._clock()
        if wait_s > 0 and self._kind in {"ready", "wrong"}:
            return Verdict("locked", wait_s)
        return Verdict(self._kind)

    def forget(self) -> None:
        """The pad was closed, or the menu opened: the last answer is of the past."""
        with self._lock:
            if self._kind in {"right", "wrong"}:
                self._kind = "ready"

    def submit(self, pin: str) -> None:
        """Have `pin` checked; returns at once, `verdict` says the answer."""
        with self._lock:
            if self.verdict.kind not in {"ready", "wrong", "broken"}:
                return
            self._kind = "checking"
        threading.Thread(target=self._check, args=(pin,), name="pin", daemon=True).start()

    def _check(self, pin: str) -> None:
        kind: Kind = "broken"
        try:
            assert self._pin_file is not None
            # Read each time, so that a new PIN counts at once.
            known = read(self._pin_file)
            self._wrong += 1
            self._save(waiting=wait_after(self._wrong) > 0)
            kind = "right" if known.matches(pin) else "wrong"
        except (StationError, ValueError, MemoryError) as error:
            log.error("%s", error)
        if kind == "right":
            self._wrong = 0
            self._save(waiting=False)
        with self._lock:
            if kind == "wrong" and (wait_s := wait_after(self._wrong)):
                log.warning("%d wrong PINs in a row: waiting %.0f s.", self._wrong, wait_s)
                self._until = self._clock() + wait_s
            self._kind = kind

    def _load(self) -> tuple[int, bool]:
        """Wrong PINs in a row so far, and whether a wait was not yet over."""
        try:
            kept = json.loads(self._tries_file.read_text(encoding="ascii"))
            return max(0, int(kept["wrong"])), bool(kept["waiting"])
        except FileNotFoundError:
            return 0, False
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s: %s; taken for a wait that is not over.", self._tries_file, error)
            return WRONG_IN_A_ROW, True

    def _save(self, *, waiting: bool) -> None:
        kept = json.dumps({"wrong": self._wrong, "waiting": waiting})
        try:
            atomic.write_text(self._tries_file, kept + "\n")
        except OSError as error:
            log.error("%s: cannot be written (%s).", self._tries_file, error.strerror)
