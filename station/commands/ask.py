"""Ask a station for something: to show its name, read its settings anew, start again, test itself.

Example: station ask rack-2 identify
"""

import argparse
from pathlib import Path

from station.messages import COMMANDS

WAIT_S = 5.0


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("station", metavar="STATION", help="the station's id")
    parser.add_argument("request", choices=COMMANDS, metavar="|".join(COMMANDS))
    parser.add_argument("--json", action="store_true", help="print the answer as it came")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the hub's settings file")


def execute(args: argparse.Namespace) -> int:
    """Ask; 0 = done, 1 = not done or no answer."""
    import re

    from station import settings
    from station.errors import StationError
    from station.hub.asking import ask

    if not re.fullmatch(r"[a-z0-9-]{1,32}", args.station):
        raise StationError(f"Station {args.station}: an id is of a-z, 0-9 and -, at most 32.")
    answer = ask(settings.load(args.config).broker, args.station, args.request, WAIT_S)
    if answer is None:
        print(f"{args.station}: no answer in {WAIT_S:.0f} s")
        return 1
    if args.json:
        print(answer.model_dump_json(indent=2))
    else:
        print(f"{args.station}: {'done' if answer.ok else answer.problem or 'not done'}")
        for name, value in answer.facts.model_dump().items() if answer.facts else ():
            print(f"  {name}: {_words(value)}")
    return 0 if answer.ok else 1


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(each)}" for key, each in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)
