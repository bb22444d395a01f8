"""The whole hub: the page's server and the ingest, started and stopped together."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from station.errors import StationError
from station.hub.access import Access
from station.hub.aside import take_back
from station.hub.broker_users import BrokerUsers
from station.hub.database import database_of
from station.hub.ingest import Ingest
from station.hub.live import Live
from station.hub.meters import Meters
from station.hub.store import Clock, Store, utc_now
from station.hub.views import Views
from station.hub.web import LOOPBACK, application
from station.hub.wiring import Wiring
from station.settings import HubSettings, Settings

log = logging.getLogger(__name__)

READABLE = (
    "The page is open to the network without TLS: passwords cross it readable by whoever listens. "
    "Set hub.tls_certificate and hub.tls_key, or hub.bind to 127.0.0.1."
)

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What stands for all of this machine's, and its own."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub: the page's address, and what ended it early, if anything did."""

    url: str
    set_up_code: str | None
    """What makes the first account, at /set-up; None where there is one."""
    ended: threading.Event
    """Set when the page's server has ended, asked to or not."""


@contextmanager
def running(settings: Settings, now: Clock = utc_now) -> Iterator[Hub]:
    """A hub on `settings.hub` and `settings.broker` while the block runs; port 0 = a free one.

    Serves at once, with or without a broker. Raises StationError when the port is taken, the
    database cannot be opened, or the broker's password or a certificate cannot be read.
    """
    secure = _checked_certificate(settings.hub)
    listener = _listener(settings.hub)
    try:
        database = database_of(settings)
        store = Store(database)
        take_back(store)
        meters = Meters()
        ingest = Ingest(settings, store, now, meters)
        views = Views(store, lambda: ingest.link, now)
        live = Live({"today": views.today, "now": views.standing, "demo": views.demo})
        wiring = Wiring(settings, database, store, live, lambda: ingest.link, now, meters)
        access = Access(database, secure=secure, language=settings.station.language, now=now)
        server = uvicorn.Server(
            uvicorn.Config(
                application(wiring, views, access),
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                # Whoever can send a header could choose the address that is held against them.
                proxy_headers=False,
                ssl_certfile=settings.hub.tls_certificate,
                ssl_keyfile=settings.hub.tls_key,
                timeout_graceful_shutdown=3,
            )
        )
        ended = threading.Event()
        thread = threading.Thread(
            target=_serve, args=(server, listener, ended), name="page", daemon=True
        )
        thread.start()
        ingest.start(live.touch)
        try:
            url = page_address(settings.hub, listener.getsockname()[1])
            if not secure and settings.hub.bind not in LOOPBACK:
                log.warning(READABLE)
            yield Hub(url, access.set_up.shown, ended)
        finally:
            ingest.stop()
            live.close()
            server.should_exit = True
            thread.join(timeout=10)
            access.close()
            database.close()
    finally:
        listener.close()


def _serve(server: uvicorn.Server, listener: socket.socket, ended: threading.Event) -> None:
    try:
        server.run(sockets=[listener])
    finally:
        ended.set()


def _listener(hub: HubSettings) -> socket.socket:
    """A listening socket, so that a taken port is known before anything is started."""
    family = socket.AF_INET6 if ":" in hub.bind else socket.AF_INET
    # asyncio turns Nagle's delay off only on sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((hub.bind, hub.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise StationError(
            f"Port {hub.port} on {hub.bind} cannot be used ({error.strerror}): stop the program "
            "that has it, or choose another with --port (0 = any free one)."
        ) from error
    return listener


def _checked_certificate(hub: HubSettings) -> bool:
    """Whether there is one. Raises StationError where it cannot be used."""
    if hub.tls_certificate is None:
        return False
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(hub.tls_certificate, hub.tls_key)
    except OSError as error:
        why = getattr(error, "reason", None) or error.strerror or error
        raise StationError(
            f"hub.tls_certificate {hub.tls_certificate} with hub.tls_key {hub.tls_key}: "
            f"cannot be used ({why})."
        ) from error
    return True


def page_address(hub: HubSettings, port: int) -> str:
    """Where people find the page. Of a page on all addresses: the name that stations were told
    first, else this machine alone."""
    host = hub.bind
    if host in ALL_ADDRESSES:
        told = BrokerUsers(hub.broker_dir).name if hub.broker_dir is not None else None
        host = told or ALL_ADDRESSES[host]
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' if hub.tls_certificate is not None else ''}://{shown}:{port}/"
