"""A wire between two programs on this machine that can be cut, and can go silent."""

import contextlib
import selectors
import socket
import struct
import threading

LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER for a close by RST instead of FIN."""


class Wire:
    """Passes bytes on between who connects to `port` and whoever listens at `target`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._silent = self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """Cut every connection as if a router had forgotten it: both ends get a TCP reset."""
        with self._lock:
            for end in list(self._peers):
                self._drop(end, reset=True)

    def silence(self, silent: bool) -> None:
        """A black hole: connections stay open, new ones are taken, and nothing comes through.

        When it ends, what was swallowed is lost and so its connections are cut.
        """
        self._silent = silent
        if not silent:
            self.reset()

    def end(self) -> None:
        """Cut everything and stop listening."""
        self._ended = True
        self._thread.join(5)
        self.reset()
        self._listener.close()

    def _run(self) -> None:
        while not self._ended:
            for key, _ in self._selector.select(0.05):
                with self._lock, contextlib.suppress(OSError):
                    if key.fileobj is self._listener:
                        self._accept()
                    else:
                        self._pass_on(key.fileobj)  # type: ignore[arg-type]

    def _accept(self) -> None:
        near = self._listener.accept()[0]
        try:
            far = socket.create_connection(("127.0.0.1", self._target), timeout=1)
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            near.close()
            return
        for end, other in ((near, far), (far, near)):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(2)
            self._peers[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, end: socket.socket) -> None:
        if end not in self._peers:
            return
        try:
            data = end.recv(65536)
            if data and not self._silent:
                self._peers[end].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(end, reset=False)

    def _drop(self, end: socket.socket, reset: bool) -> None:
        other = self._peers.pop(end, None)
        if other is None:
            return
        self._peers.pop(other, None)
        for one in (end, other):
            self._selector.unregister(one)
            with contextlib.suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                one.close()
