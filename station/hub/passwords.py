"""Passwords of the staff's page: what may be one, and the Argon2 hashes kept of them.

Argon2id with 40 MiB, 2 passes and one lane, more than OWASP's least (19 MiB, 2 passes): about 0.1 s
on this class of machine, a few tenths on a Raspberry Pi. Two are reckoned at once, so that a storm
of tries takes 80 MiB at most, and all else on the page goes on. Blocks above 32 MiB are given back
to the system at once: glibc never keeps them.
"""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from station import join_code
from station.hub.words import Gettext

SHORTEST, LONGEST = 10, 256
MEMORY_KIB, PASSES, LANES = 40 * 1024, 2, 1
AT_ONCE = 2
WAITING = 16
"""More than so many that wait for their turn are sent away."""


class BusyError(Exception):
    """Too many passwords are being checked."""


class Passwords:
    """Hashes and checks, in threads of their own."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=LANES, hash_len=32, salt_len=16
        )
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._under_way = 0
        self._nobodys = self._hasher.hash(join_code.new())

    def hash(self, password: str) -> str:
        """What is kept of a password; takes a tenth of a second on purpose."""
        return self._hasher.hash(_normal(password))

    def right(self, password: str, kept: str | None) -> bool:
        """Whether `kept` is of this password; takes as long where nothing is kept."""
        try:
            return self._hasher.verify(kept or self._nobodys, _normal(password)) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether `kept` was made with other parameters than these."""
        return self._hasher.check_needs_rehash(kept)

    async def hash_soon(self, password: str) -> str:
        """`hash` in its turn. Raises BusyError."""
        with _Turn(self):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self.hash, password)

    async def right_soon(self, password: str, kept: str | None) -> bool:
        """`right` in its turn. Raises BusyError."""
        with _Turn(self):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self.right, password, kept)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Turn:
    """One of those that are checked or wait; only the event loop's thread counts them."""

    def __init__(self, passwords: Passwords) -> None:
        self._of = passwords

    def __enter__(self) -> None:
        if self._of._under_way >= AT_ONCE + WAITING:
            raise BusyError
        self._of._under_way += 1

    def __exit__(self, *_: object) -> None:
        self._of._under_way -= 1


def problem_with(password: str, name: str, _: Gettext) -> str | None:
    """Why this cannot be the password of `name`, in a sentence; None = it can."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        return _("A password has at least {n} characters; several words are easiest.").format(
            n=SHORTEST
        )
    if len(plain) > LONGEST:
        return _("A password has at most {n} characters.").format(n=LONGEST)
    letters = _bare(plain)
    if letters and not letters.replace(_bare(name), ""):
        return _("The password must not be the name.")
    if len(set(plain)) < 4:
        return _("That is the same few characters again and again; take several words.")
    return None


def first() -> str:
    """A random first password, legible and easy to type (57 bits)."""
    return join_code.shown(join_code.new())


def _bare(text: str) -> str:
    return "".join(letter for letter in _normal(text).casefold() if letter.isalnum())


def _normal(password: str) -> str:
    # The same letters from another keyboard may come as other code points.
    return unicodedata.normalize("NFKC", password)
