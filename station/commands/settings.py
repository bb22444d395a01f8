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
    from station.hub.changes import Changes
    from station.hub.desired import Wishes
    from station.messages import CfgReported

WAIT_S = 20.0
POLL_S = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--station", metavar="ID", help="one station")
    whom.add_argument("--group", metavar="NAME", help="a group of the page Set-up")
    whom.add_argument("--all", action="store_true", help="every station that is in use")
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
    show = actions.add_parser("show", help="what is in force, and what became of the last change")
    show.add_argument("--full", action="store_true", help="also what is as everywhere by default")
    actions.add_parser("history", help="all that was ever wanted, newest first")


def execute(args: argparse.Namespace) -> int:
    """0 = well, 1 = a station did not take it or has not answered."""
    import re

    from station import settings
    from station.hub import roster
    from station.hub.changes import Changes
    from station.hub.database import database_of
    from station.hub.desired import Wishes
    from station.hub.store import Store

    database = database_of(settings.load(args.config))
    wishes = Wishes(database)
    if args.station is not None and not re.fullmatch(r"[a-z0-9-]{1,32}", args.station):
        raise StationError(f"Station {args.station}: an id is of a-z, 0-9 and -, at most 32.")
    whom = f"station:{args.station}" if args.station is not None else "all"
    if args.group is not None:
        whom = f"group:{args.group}"
    known = [row.id for row in Store(database).stations() if not row.simulated]
    stations = roster.chosen(whom, known, roster.Roster(database).notes())
    if args.station is not None:
        # One that has never been heard of may be told beforehand.
        stations = [args.station]
    if not stations:
        raise StationError(
            f"No station is in the group {args.group}."
            if args.group is not None
            else "The hub knows no station yet."
        )
    if args.action == "show":
        return max(_show(wishes, station, full=args.full) for station in stations)
    if args.action == "history":
        for wish in (wish for station in stations for wish in wishes.history(station)):
            print(f"{wish.station} {wish.version}: {wish.at:%Y-%m-%d %H:%M} UTC, {wish.who}")
            print(f"  {_line(wish.config)}")
        return 0
    values = _values(args.values) if args.action == "set" else dict.fromkeys(args.keys)
    return _change(Changes(database), stations, values, whom, args.wait)


def _change(
    changes: "Changes", stations: list[str], values: dict[str, Any], whom: str, wait_s: float
) -> int:
    import getpass

    wanted = dict.fromkeys(stations, values)
    change = changes.make(wanted, getpass.getuser(), datetime.now(UTC), whom=whom)
    deadline = time.monotonic() + wait_s
    done: set[str] = set()
    failed = False
    while True:
        found = changes.one(change)
        parts = found.stations if found else ()
        for part in parts:
            report = part.answer or part.report
            if part.station in done or report is None or report.desired_version < part.version:
                continue
            done.add(part.station)
            failed |= report.status != "applied"
            _print(part.station, report)
        if len(done) == len(parts) or time.monotonic() >= deadline:
            break
        time.sleep(POLL_S)
    for part in parts:
        if part.station not in done:
            print(f"{part.station}: version {part.version} is wanted; no answer in {wait_s:g} s")
    return 1 if failed or len(done) < len(parts) else 0


def _print(station: str, report: "CfgReported") -> None:
    print(f"{station}: version {report.desired_version} {report.status.replace('_', ' ')}")
    for problem in report.errors:
        print(f"  {problem.path + ': ' if problem.path else ''}{problem.msg}")
    if report.restart:
        print(f"  the kiosk started again for {', '.join(report.restart)}")


def _show(wishes: "Wishes", station: str, *, full: bool) -> int:
    from station.desired import flat, in_force
    from station.settings import Settings

    wished, report = wishes.history(station), wishes.report(station)
    if wished:
        print(f"{station}: version {wished[0].version} wanted")
        _print_each(flat(wished[0].config))
    if report is None:
        print(f"{station}: has not said what is in force")
        return 1
    print(f"{station}: version {report.version} in force, {report.desired_version} {report.status}")
    for problem in report.errors:
        print(f"  {problem.path + ': ' if problem.path else ''}{problem.msg}")
    default = flat(in_force(Settings()))
    values = flat(report.config)
    shown = {path: value for path, value in values.items() if full or default.get(path) != value}
    _print_each(shown)
    if len(shown) < len(values):
        print(f"  {len(values) - len(shown)} more by default (--full shows them)")
    return 0


def _print_each(values: dict[str, Any]) -> None:
    import json

    for path, value in values.items():
        print(f"  {path}={json.dumps(value)}")


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
