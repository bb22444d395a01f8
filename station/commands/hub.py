"""Serve the staff's page and store what stations send.

`join-code` makes the code by which a new station joins, `revoke` shuts a station out at once,
`stations` lists those that have joined. `backup` copies the store to a file while the hub runs;
`restore` puts such a copy in its place while no hub does. `user` manages the page's accounts, for
who cannot log in.

Example: station hub --config /etc/hinge-station/station.toml --port 8080
Example: station hub join-code rack-2
Example: station hub backup hub-2026-11-21.db
Example: station hub user password manager
"""

import argparse
import re
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from station.commands import hub_user
from station.notify import notify

if TYPE_CHECKING:
    from station.hub.joining import Joining
    from station.settings import Settings

SET_UP_CODE = "Set-up code: "
"""How the line with it begins."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station hub`."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: the shipped one)"
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="the page's port instead of hub.port; 0 = a free one"
    )
    actions = parser.add_subparsers(
        dest="action", metavar="[join-code | revoke | stations | user | backup | restore]"
    )
    code = actions.add_parser("join-code", help="a code by which one station can join")
    code.add_argument("id", nargs="?", metavar="ID", help="its name (default: the next free one)")
    revoke = actions.add_parser("revoke", help="shut a station out, at once")
    revoke.add_argument("id", metavar="ID")
    backup = actions.add_parser("backup", help="copy the store to a file")
    restore = actions.add_parser("restore", help="put a copy in the place of the store")
    for action in (backup, restore):
        action.add_argument("file", type=Path, metavar="FILE")
    for action in (
        code,
        revoke,
        backup,
        restore,
        actions.add_parser("stations", help="those that have joined"),
    ):
        action.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
    hub_user.configure(actions.add_parser("user", help="the page's accounts"))


def execute(args: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C; prints the page's address."""
    from station import settings as settings_module
    from station.errors import StationError
    from station.hub import running

    settings = settings_module.load(args.config)
    if args.action in ("backup", "restore"):
        return _copy(settings, args)
    if args.action == "user":
        return hub_user.execute(settings, args)
    if args.action is not None:
        return _manage(settings, args)
    if args.port is not None:
        if not 0 <= args.port <= 65535:
            raise StationError(f"--port {args.port}: must be from 0 to 65535.")
        hub_settings = settings.hub.model_copy(update={"port": args.port})
        settings = settings.model_copy(update={"hub": hub_settings})

    asked = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    with running(settings) as hub:
        print(f"Staff page: {hub.url}", flush=True)
        if hub.set_up_code:
            print(
                f"{SET_UP_CODE}{hub.set_up_code}  (no account yet: open {hub.url}set-up)",
                flush=True,
            )
        notify("READY=1")
        while not asked.wait(0.5):
            if hub.ended.is_set():
                raise StationError(f"The page's server at {hub.url} ended by itself; see the log.")
    return 0


def _copy(settings: "Settings", args: argparse.Namespace) -> int:
    from station.hub import backup

    if args.action == "backup":
        backup.back_up(settings, args.file)
        print(f"{args.file}: a whole copy, checked.")
    else:
        backup.restore(settings, args.file)
        print(f"{args.file} is the hub's store now.")
    return 0


def _manage(settings: "Settings", args: argparse.Namespace) -> int:
    from station.errors import StationError
    from station.hub.joining import Joining

    joining = Joining(settings)
    if args.action == "stations":
        print("\n".join(joining.users.stations()) or "No station has joined.")
        return 0
    station = args.id or joining.free_name()
    if re.fullmatch(r"[a-z0-9-]{1,32}", station) is None:
        raise StationError(f"{station}: a station's name is of a-z, 0-9 and -, at most 32 of them.")
    if args.action == "join-code":
        _print_code(settings, joining, station)
        return 0
    if not joining.users.remove(station):
        raise StationError(f"{station} has not joined; `station hub stations` lists who has.")
    if joining.users.reload():
        print(f"{station} is shut out, and its connection is cut.")
    else:
        print(f"{station} is shut out. The broker does not run; it will know when it starts.")
    return 0


def _print_code(settings: "Settings", joining: "Joining", station: str) -> None:
    from station import join_code
    from station.hub.web import LOOPBACK

    again = station in joining.users.stations()
    code = joining.invite(station)
    where = joining.users.name or "THIS-MACHINE"
    print(f"On the station that is to be {station}, within 10 minutes:")
    scheme = "https" if settings.hub.tls_certificate else "http"
    print(f"  station join {scheme}://{where}:{settings.hub.port}")
    print(f"and when it asks:  {join_code.shown(code)}")
    if again:
        print(f"{station} has joined before; what it has now ends when this code is used.")
    if settings.hub.bind in LOOPBACK:
        print(f"No station can reach the hub yet: hub.bind is {settings.hub.bind} in its settings.")
