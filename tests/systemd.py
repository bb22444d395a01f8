"""systemd's end of the notify socket."""

import socket
from collections.abc import Callable


class Systemd:
    """Listens where systemd would."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address[0] == "@" else address)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        said = []
        while True:
            try:
                said.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return said

    def hears(self, wanted: str) -> Callable[[], bool]:
        return lambda: wanted in self.heard()

    def close(self) -> None:
        self._socket.close()
