"""The stations that mosquitto lets in: its password file, and telling it to read that anew.

mosquitto takes users that are gone from the file off the line when it reads it anew (measured with
2.0.11), so that a revoked station is cut at once.
"""

import fcntl
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station import atomic
from station.errors import StationError

HUB = "hub"
"""The hub's own user, and no station's: its topics are hinge/v1/hub/…"""

_LINE = re.compile(r"(?P<user>[^:\n]+):(?P<hash>\$[^\n]+)")


class BrokerUsers:
    """The password file in the broker's folder (deploy/broker/set-up.sh).

    For any number of processes. Methods raise StationError when the file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "passwords"

    @property
    def authority(self) -> str:
        """The certificate that stations are to trust, PEM."""
        return self._text(self.folder / "ca.pem")

    @property
    def name(self) -> str | None:
        """The name under which the broker's certificate was first asked for."""
        try:
            names = self._text(self.folder / "broker.names").split()
        except StationError:
            return None
        return names[0] if names else None

    def stations(self) -> list[str]:
        """Ids of the stations that may connect."""
        return sorted(user for user in self._users() if user != HUB)

    def mark(self, station: str) -> str | None:
        """Differs after each time the station joins; None = it may not connect."""
        return None if station == HUB else self._users().get(station)

    def enter(self, station: str, password_hash: str) -> None:
        """Let `station` in by a new password, in place of one that it may have had."""
        with self._locked():
            self._write({**self._users(), station: password_hash})

    def remove(self, station: str) -> bool:
        """Let `station` in no more; whether it was known."""
        with self._locked():
            users = self._users()
            known = station != HUB and users.pop(station, None) is not None
            if known:
                self._write(users)
        return known

    def reload(self) -> bool:
        """Have the broker read its files; whether one runs that can be told."""
        try:
            pid = int((self.folder / "mosquitto.pid").read_text(encoding="ascii"))
            # The file outlives a broker that was killed, and its number may be another's by now.
            if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() != "mosquitto":
                return False
            os.kill(pid, signal.SIGHUP)
        except (OSError, ValueError):
            return False
        return True

    def _users(self) -> dict[str, str]:
        users = {}
        for number, line in enumerate(self._text(self._file).splitlines(), start=1):
            match = _LINE.fullmatch(line)
            if match is None:
                raise StationError(f"{self._file}, line {number}: not a user and a hash.")
            users[match["user"]] = match["hash"]
        return users

    def _write(self, users: dict[str, str]) -> None:
        text = "".join(f"{user}:{password_hash}\n" for user, password_hash in users.items())
        try:
            atomic.write_text(self._file, text, mode=0o600)
        except OSError as error:
            raise StationError(f"{self._file}: cannot be written ({error.strerror}).") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self.folder / "passwords.lock"):
            yield

    @staticmethod
    def _text(path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StationError(
                f"{path}: cannot be read ({error}); deploy/broker/set-up.sh makes the broker's "
                "folder, as the user that the hub runs as."
            ) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time inside the block. Raises StationError when `path` cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StationError(f"{path}: cannot be written ({error.strerror}).") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
