"""Join the gym: HUB is the address of the staff's page, CODE what `station hub join-code` showed.

Best left out and typed when asked for: what stands behind a command can be read by every program
on this machine. It takes dashes, spaces and small letters as they come.

Writes the gym's certificate, this station's name and its password into the data folder; uplink and
kiosk use them from their next start on.

Example: station join http://hub.gym.lan:8080
"""

import argparse
import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, urlsplit

from pydantic import ValidationError

from station import join_code, joined
from station.errors import StationError

TIMEOUT_S = 15.0
LARGEST_ANSWER = 65_536

REFUSALS = {
    403: "it does not know the code, or no longer: make another at the hub, it is good for 10 "
    "minutes and one station",
    404: "it takes no stations in: hub.broker_dir is not set in its settings",
    503: "it cannot take stations in; the hub's log says why",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The hub and the code."""
    parser.add_argument("hub", metavar="HUB", help="address of the staff's page, http://…:8080")
    parser.add_argument("code", metavar="CODE", nargs="?", help="asked for when left out")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Ask the hub, believe it only with its proof, and keep what it says."""
    import secrets

    from station import settings as settings_file

    settings = settings_file.load(args.config)
    hub = _address(args.hub)
    try:
        code = join_code.typed(args.code or input("Code: "))
    except EOFError:
        raise StationError("No code was given.") from None
    key = join_code.key_of(code)
    password = secrets.token_urlsafe(32)
    question = join_code.ask(key, password)
    said = _asked(hub, question)
    if not join_code.answered_rightly(key, question, said):
        raise StationError(
            f"What answers at {hub.geturl()} does not know the code, so it is not the gym's hub; "
            "nothing was kept. Is the address right?"
        )
    try:
        ssl.create_default_context(cadata=said.ca)
    except ssl.SSLError as error:
        raise StationError(f"The hub's certificate cannot be used ({error.reason}).") from error
    host = said.host or hub.hostname or ""
    data_dir = settings.station.data_dir
    joined.write(
        data_dir, station=said.station, host=host, port=said.port, ca=said.ca, password=password
    )
    print(f"Joined as {said.station}; the gym's broker is at {host}:{said.port}.")
    now = settings_file.load(args.config)
    if now.broker.username == now.station.id == said.station:
        print("Now start uplink and kiosk anew: sudo systemctl restart hinge-uplink hinge-kiosk")
        return 0
    print(
        "But the settings file has a [broker] or a station.id of its own, which goes first: take "
        f"these lines out of it, or write in what {joined.file_in(data_dir)} says."
    )
    return 1


def _address(text: str) -> SplitResult:
    try:
        hub = urlsplit(text if "//" in text else f"http://{text}")
        usable = hub.scheme in ("http", "https") and hub.hostname and (hub.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise StationError(f"{text}: is no address of a hub, such as http://hub.gym.lan:8080")
    return hub


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The broker is looked for where the hub was reached: it must be where staff said."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def _asked(hub: SplitResult, question: join_code.Ask) -> join_code.Answer:
    where = hub.geturl()
    # What is said is proven by the code; a certificate could add nothing to that, and who would
    # vouch for the hub's is what this station is about to learn.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirect()
    )
    request = urllib.request.Request(
        f"{hub.scheme}://{hub.netloc.rpartition('@')[2]}/join",
        question.model_dump_json().encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            body = answer.read(LARGEST_ANSWER)
        return join_code.Answer.model_validate(json.loads(body))
    except urllib.error.HTTPError as error:
        why = REFUSALS.get(error.code, f"it says {error.code} {error.reason}")
        raise StationError(f"The hub at {where} did not take this station in: {why}.") from error
    except (ValidationError, ValueError) as error:
        raise StationError(f"What answers at {where} is not a hub of this kind.") from error
    except (OSError, HTTPException) as error:
        cause = getattr(error, "reason", None) or error
        cause = getattr(cause, "strerror", None) or cause
        raise StationError(f"The hub at {where} cannot be reached ({cause}).") from error
