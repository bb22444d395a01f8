"""Whether sets are kept and reach the gym: ledger, uplink, broker, hub.

While the uplink runs its own last word is taken, so that nothing disturbs it: mosquitto knows a
station by its name alone, and a second connection would end the first. Else a connection is tried.
"""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pydantic import ValidationError

from station.commands.doctoring.finding import Finding, of_said
from station.errors import StationError
from station.i18n import translator
from station.kiosk import health as kiosk_words
from station.ledger import Ledger, LinkState, boot_id
from station.messages import ACK, HEALTH, HUB_STATUS, STATUS, HubStatus, Status, topic
from station.settings import Settings
from station.uplink import words
from station.uplink.health import health
from station.uplink.link import Confirmed, Connected, Link, LinkDownError, Received, Subscribed

LATE_S = 3600.0
ANSWER_S = 10.0
SETTLE_S = 1.0
"""After subscribing: by then the broker has sent what it retains."""
LOOPBACK = ("localhost", "127.", "::1")
RENEW_DAYS = 30


def ledger(settings: Settings) -> Iterator[Finding]:
    """The file of finished sets: whole, and how much waits in it. It is not made here."""
    path = settings.ledger
    if not path.exists():
        yield Finding("Ledger", "ok", f"{path} is made when the station first runs.")
        return
    problem = _damage(path)
    if problem is not None:
        yield Finding(
            "Ledger",
            "fail",
            f"{path} is damaged or cannot be read ({problem}).",
            "Start the station: it moves the file aside and begins a new one. If that fails, look "
            "at who owns the file and whether the disk is full.",
        )
        return
    waiting, oldest, trouble = None, None, None
    try:
        with closing(Ledger(path, busy_s=2.0)) as opened:
            waiting, oldest = opened.depth(), opened.oldest_age()
    except StationError as error:
        trouble = str(error)
    said = kiosk_words.waiting_words(waiting, trouble, str)
    if oldest is not None and oldest > LATE_S and said.tone != "change":
        late = f"{said.text}, the oldest for {kiosk_words.span(oldest, str)}."
        yield Finding("Ledger", "warn", late, "See Broker and Hub below.")
    else:
        yield of_said("Ledger", [said], "fail")


def _damage(path: Path) -> str | None:
    """What SQLite finds wrong; looked at without changing it."""
    try:
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)
        ) as database:
            (first,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if first == "ok" else str(first).splitlines()[-1]


def gym(settings: Settings) -> Iterator[Finding]:
    """Uplink, broker and hub."""
    link = _last_word(settings)
    _ = translator(settings.station.language)
    running = link is not None and link.silent_s <= kiosk_words.SILENT_S
    if link is None or not running or link.problem == words.stopped(_):
        yield Finding(
            "Uplink",
            "fail",
            "It does not run: sets are kept on this machine.",
            "Start it (`station uplink`, or its unit in deploy/). What follows was tried just now.",
        )
        yield from _tried(settings)
        return
    yield Finding("Uplink", "ok", "It runs; Broker and Hub are as it says.")
    if not link.connected:
        yield of_said(
            "Broker", kiosk_words.broker_words(link, str), "fail", _remedy(settings, link.problem)
        )
        yield Finding("Hub", "warn", "Not known without the broker.")
        return
    since = kiosk_words.span(link.since_s, str)
    yield from _secured(settings, f"Connected for {since}.")
    if link.problem:
        yield Finding("Hub", "fail", link.problem, "Look after the hub: `station hub` must run.")
    else:
        yield Finding("Hub", "ok", "It is online and takes sets.")


def certificate(settings: Settings) -> Iterator[Finding]:
    """On the hub's machine: how long the broker's certificate lasts."""
    folder = settings.hub.broker_dir
    if folder is None:
        return
    ends = subprocess.run(
        [
            *("openssl", "x509", "-in", str(folder / "broker.pem"), "-noout"),
            *("-enddate", "-checkend", str(RENEW_DAYS * 86_400)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    end = ends.stdout.partition("notAfter=")[2].split("\n")[0]
    do = f"deploy/broker/certificates.sh {folder}"
    if not end:
        yield Finding("Certificate", "fail", f"{folder}/broker.pem cannot be read.", do)
    elif ends.returncode:
        yield Finding("Certificate", "fail", f"The broker's ends, or ended, on {end}.", do)
    else:
        yield Finding("Certificate", "ok", f"The broker's is good until {end}.")


def _last_word(settings: Settings) -> LinkState | None:
    if not settings.ledger.exists() or _damage(settings.ledger) is not None:
        return None
    try:
        with closing(Ledger(settings.ledger, busy_s=2.0)) as opened:
            return opened.link()
    except StationError:
        return None


def _secured(settings: Settings, says: str) -> Iterator[Finding]:
    broker = settings.broker
    where = f"{broker.host}:{broker.port}"
    if broker.tls_ca is not None:
        yield Finding("Broker", "ok", f"{where}: {says} Secured by TLS.")
    elif broker.host.startswith(LOOPBACK):
        yield Finding("Broker", "ok", f"{where}, on this machine: {says}")
    else:
        yield Finding(
            "Broker",
            "warn",
            f"{where}: {says} Not secured: who is in the network can read and change what is sent.",
            "Set up the gym's broker (deploy/broker/set-up.sh) and join it (`station join`).",
        )


def _remedy(settings: Settings, problem: str | None) -> str:
    """What to do about what the link says, in the station's language or in English."""
    broker = settings.broker
    where, user = f"{broker.host}:{broker.port}", broker.username or settings.station.id
    for _ in (translator(settings.station.language), str):
        remedies = {
            words.wrong_password(_, where, user): "Join anew: `station hub join-code` at the hub, "
            "then `station join` here.",
            words.unknown_authority(_, where): "Is it the right broker? If the gym has a new "
            f"authority in place of {broker.tls_ca}, join anew (`station join`).",
            words.certificate_expired(_, where): "deploy/broker/certificates.sh at the hub renews "
            "it; `date` says what time it is here.",
            words.certificate_of_later(_, where): "Set the clock: `timedatectl`.",
            words.certificate_of_another(_, where): f"Add {broker.host} at the hub: "
            f"deploy/broker/certificates.sh FOLDER NAME… {broker.host}",
            words.no_tls(_, where): "broker.port must be the broker's port for TLS.",
        }
        if problem in remedies:
            return remedies[problem]
    if broker.tls_ca is None and broker.host.startswith(LOOPBACK):
        return "Join the gym (`station join`), or say in [broker] of the settings where it is."
    return "Look after the broker and the way to it. Sets are kept here meanwhile."


@dataclass
class _Trial:
    """What came of a connection."""

    allowed: bool | None = None
    hub: str | None = None


def _tried(settings: Settings) -> Iterator[Finding]:
    try:
        trial = _try(settings)
    except (LinkDownError, StationError) as error:
        yield Finding("Broker", "fail", str(error), _remedy(settings, str(error)))
        yield Finding("Hub", "warn", "Not known without the broker.")
        return
    if trial.allowed is False:
        name = topic(settings.station.id, HEALTH)
        user = settings.broker.username or settings.station.id
        do = "The user's name and station.id must be the same; `station join` sets both."
        yield Finding("Broker", "fail", words.not_allowed(str, user, name), do)
    else:
        yield from _secured(settings, "It takes this station.")
    if trial.hub == "online":
        yield Finding("Hub", "ok", "It is online.")
    else:
        says = words.hub_away(str) if trial.hub else words.no_hub(str)
        yield Finding("Hub", "fail", says, "Look after the hub: `station hub` must run.")


def _try(settings: Settings) -> _Trial:
    """Connect as the uplink would, hear the hub's status, say how the station is, and leave."""
    station = settings.station.id
    will = Status(state="lost", boot=boot_id(), birth="doctor").model_dump_json().encode()
    link = Link(settings, str, topic(station, STATUS), will)
    trial = _Trial()
    try:
        deadline = monotonic() + ANSWER_S
        settled: float | None = None
        while monotonic() < (settled or deadline):
            for event in link.wait(0.1):
                if isinstance(event, Connected):
                    link.subscribe(HUB_STATUS, topic(station, ACK))
                elif isinstance(event, Subscribed):
                    settled = monotonic() + SETTLE_S
                    _say_health(settings, link)
                elif isinstance(event, Confirmed):
                    trial.allowed = event.code < 0x80
                elif isinstance(event, Received) and event.topic == HUB_STATUS:
                    trial.hub = _hub_state(event.payload)
        if settled is None:
            raise LinkDownError(words.no_answer(str, link.where))
    finally:
        link.close()
    return trial


def _say_health(settings: Settings, link: Link) -> None:
    """True, wanted and soon forgotten: the one thing to say that disturbs nobody."""
    if not settings.ledger.exists():
        return
    try:
        with closing(Ledger(settings.ledger, busy_s=2.0)) as opened:
            told = health(settings, opened).model_dump_json().encode()
    except StationError:
        return
    link.publish(topic(settings.station.id, HEALTH), told, qos=1, retain=True, expiry_s=180)


def _hub_state(payload: bytes) -> str | None:
    try:
        return HubStatus.model_validate_json(payload).state
    except ValidationError:
        return None
