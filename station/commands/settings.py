"""Change stations' settings from the hub's machine, and see what became of it.

The hub publishes what is wanted; each station tries it, and keeps it only if its kiosk runs with
it. `station config schema` says which settings may be changed so ("remote": true).

Example: station settings --station rack-2 set sound.volume=0.3
"""

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.errors import StationError

if TYPE_CHECKING:
    from station.hub.desired import Wish, Wishes
    from station.messages import CfgReported

WAIT_S = 20.0
POLL_S = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--station", metavar="ID", help="one station")
    whom.add_argument("--all", action="store_true", help="every station that the hub knows")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the hub's settings file")
    parser.add_argument(
        "--wait",
        type=float,
        default=WAIT_S,
        metavar="S",
        help=f"seconds to wait for the stations' answers (default {WAIT_S:.0f})",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    change = actions.add_parser("set", help="want KEY=VALUE beside what is wanted already")
    change.add_argument("values", nargs="+", metavar="KEY=VALUE")
    leave = actions.add_parser("unset", help="KEY as the station's own file says")
    leave.add_argument("keys", nargs="+", metavar="KEY")
    actions.add_parser("show", help="what is in force, and what became of the last change")
    actions.add_parser("history", help="all that was ever wanted, newest first")


def execute(args: argparse.Namespace) -> int:
    """0 = well, 1 = a station did not take it or has not answered."""
    import re

    from station import settings
    from station.hub.database import database_of
    from station.hub.desired import Wishes

    wishes = Wishes(database_of(settings.load(args.config)))
    if args.station is not None and not re.fullmatch(r"[a-z0-9-]{1,32}", args.station):
        raise StationError(f"Station {args.station}: an id is of a-z, 0-9 and -, at most 32.")
    stations = wishes.stations() if args.all else [args.station]
    if not stations:
        raise StationError("The hub knows no station yet.")
    if args.action == "show":
        return max(_show(wishes, station) for station in stations)
    if args.action == "history":
        for wish in (wish for station in stations for wish in wishes.history(station)):
            print(f"{wish.station} {wish.version}: {wish.at:%Y-%m-%d %H:%M} UTC, {wish.who}")
            print(f"  {_line(wish.config)}")
        return 0
    values = _values(args.values) if args.action == "set" else dict.fromkeys(args.keys)
    return _change(wishes, stations, values, args.wait)


def _change(wishes: "Wishes", stations: list[str], values: dict[str, Any], wait_s: float) -> int:
    import getpass

    who, now = getpass.getuser(), datetime.now(UTC)
    wanted = [wishes.change(station, values, who, now) for station in stations]
    deadline = time.monotonic() + wait_s
    missing, failed = list(wanted), False
    while missing and time.monotonic() < deadline:
        for wish in list(missing):
            report = wishes.report(wish.station)
            if report is not None and report.desired_version >= wish.version:
                missing.remove(wish)
                failed |= report.status != "applied"
                _print(wish, report)
        time.sleep(POLL_S)
    for wish in missing:
        print(f"{wish.station}: version {wish.version} is wanted; no answer in {wait_s:g} s")
    return 1 if failed or missing else 0


def _print(wish: "Wish", report: "CfgReported") -> None:
    print(f"{wish.station}: version {report.desired_version} {report.status.replace('_', ' ')}")
    for problem in report.errors:
        print(f"  {problem.path + ': ' if problem.path else ''}{problem.msg}")
    if report.restart:
        print(f"  the kiosk started again for {', '.join(report.restart)}")


def _show(wishes: "Wishes", station: str) -> int:
    wished, report = wishes.history(station), wishes.report(station)
    if wished:
        print(f"{station}: version {wished[0].version} wanted: {_line(wished[0].config)}")
    if report is None:
        print(f"{station}: has not said what is in force")
        return 1
    print(f"{station}: version {report.version} in force, {report.desired_version} {report.status}")
    for problem in report.errors:
        print(f"  {problem.path + ': ' if problem.path else ''}{problem.msg}")
    print(f"  {_line(report.config)}")
    return 0


def _line(config: Any) -> str:
    import json

    from station.desired import flat

    values = flat(config).items()
    return ", ".join(f"{path}={json.dumps(value)}" for path, value in values) or "nothing"


def _values(pairs: list[str]) -> dict[str, Any]:
    import json

    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise StationError(f"{pair}: must be KEY=VALUE, such as sound.volume=0.3.")
        try:
            values[key] = json.loads(text)
        except ValueError:
            values[key] = text
        if not isinstance(values[key], str | int | float | bool):
            raise StationError(f"{key}: must be a number, true, false or a text.")
    return values
