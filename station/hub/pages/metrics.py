"""GET /metrics for Prometheus: how this hub does, nothing of how people move.

Nobody logs in for it, so it has a rule of its own (`hub.metrics`): off; loopback, only programs on
this machine that reach it directly; token, whoever brings the one in `hub.metrics_token_file`.
"""

import hmac
import logging
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from station.errors import StationError
from station.hub import standing
from station.hub.access import route
from station.hub.database import DatabaseError
from station.hub.meters import build, gauge, gauge_by
from station.hub.store import StationRow
from station.hub.wiring import Wiring
from station.settings import HubSettings

log = logging.getLogger(__name__)

LEVELS = ("green", "amber", "red")
LINKS = ("connecting", "connected", "refused", "store_failed")
PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


def routes(wiring: Wiring) -> list[Route]:
    """The one route. Raises StationError when the token's file cannot be read."""
    hub = wiring.settings.hub
    token = _token(hub)

    async def metrics(request: Request) -> Response:
        if not _may(request, hub, token):
            return PlainTextResponse("Not found.\n", status_code=404)
        text = await run_in_threadpool(wiring.meters.text, lambda: now(wiring))
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [route("/metrics", metrics, role=None)]


def now(wiring: Wiring) -> Iterable[Metric]:
    """What is so at this moment; without the stations where the database cannot be read."""
    link = wiring.link()
    yield build("postgresql" if wiring.database.postgres else "sqlite")
    yield gauge_by(
        "broker_link",
        "1 for how the hub stands with the broker.",
        "state",
        {state: float(state == link.state) for state in LINKS},
    )
    yield gauge("live_streams", "Pages that are sent news.", wiring.live.streams)
    try:
        rows = wiring.store.stations()
    except DatabaseError as error:
        log.warning("Metrics without the stations: %s", error)
        return
    yield from _stations(rows, link.state == "connected", wiring)


def _stations(rows: list[StationRow], linked: bool, wiring: Wiring) -> Iterable[Metric]:
    levels: Counter[str] = Counter(
        standing.of_station(row, linked, wiring.now(), lambda text: text).level for row in rows
    )
    yield gauge_by(
        "stations",
        "Stations by their colour on the Now page.",
        "level",
        {level: levels[level] for level in LEVELS},
    )
    # Over all stations: one's own few waiting sessions would tell when it was used.
    depths = [row.health.outbox_depth for row in rows if row.health is not None]
    oldest = [row.health.outbox_oldest_s or 0 for row in rows if row.health is not None]
    yield gauge("outbox_sessions", "Sessions that wait on all stations together.", sum(depths))
    yield gauge("outbox_stations", "Stations on which any wait.", sum(d > 0 for d in depths))
    yield gauge("outbox_oldest_seconds", "Age of the oldest of them.", max(oldest, default=0))


def _may(request: Request, hub: HubSettings, token: str) -> bool:
    if hub.metrics == "token":
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
    # What a proxy on this machine passes on comes from anywhere.
    proxied = any(name in request.headers for name in PROXIED)
    return hub.metrics == "loopback" and not proxied and _loopback(request)


def _loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _token(hub: HubSettings) -> str:
    if hub.metrics != "token":
        return ""
    path: Path | None = hub.metrics_token_file
    if path is None:
        raise StationError('hub.metrics is "token", but hub.metrics_token_file names no file.')
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StationError(f"hub.metrics_token_file {path}: cannot be read ({error}).") from error
    if len(token) < 16:
        raise StationError(
            f"hub.metrics_token_file {path}: the token has fewer than 16 characters."
        )
    return token
