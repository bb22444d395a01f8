"""The `station` command: parses, dispatches, turns a StationError into one sentence and exit 2."""

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from station import __version__
from station.errors import StationError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "everything on this machine: broker, hub, uplink and the kiosk's window"),
    "kiosk": ("kiosk", "the screen that members use (camera, no network)"),
    "uplink": ("uplink", "the link to the gym's broker (network, no camera)"),
    "hub": ("hub", "the staff's page and its store"),
    "check": ("check", "check a video or recording and print the reps"),
    "evaluate": ("evaluate", "check every labelled clip in a folder and print the accuracy card"),
    "record": ("record", "turn a video or the camera into a recording without pixels"),
    "bench": ("bench", "measure speed on this machine"),
    "schema": ("schema", "print the JSON Schemas of all that is said over MQTT"),
    "models": ("models", "get and verify the pose model"),
    "config": ("config", "check a settings file, or print its schema"),
    "join": ("join", "join this station to the gym, by a code that the hub shows"),
    "doctor": ("doctor", "check everything that a station needs, one line each"),
    "framing": ("framing", "how far from the camera members stand, for a lens and a height"),
    "settings": ("settings", "change stations' settings from afar, and see what became of it"),
    "ask": ("ask", "ask a station to show its name, start again, test itself"),
    "simulate": ("simulate", "play a fleet of invented gyms at the broker, for demos and load"),
    "pin": ("pin", "set the PIN of the staff's menu on the screen"),
}
"""Command name → (module in station.commands, one line of help). Each module offers
`configure(parser)` and `execute(args) -> exit code`, and imports nothing heavy at its top: the
kiosk must leave the network while the process has a single thread."""


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="station",
        description="A gym-floor station that teaches people to hinge at the hips.",
        epilog="Example: station run",
    )
    parser.add_argument("--version", action="version", version=f"hinge-station {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module_name, summary) in COMMANDS.items():
        module = importlib.import_module(f"station.commands.{module_name}")
        command = commands.add_parser(
            name,
            help=summary,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.configure(command)
        command.set_defaults(execute=module.execute)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 well, 1 a check failed, 2 bad input)."""
    args = build_parser().parse_args(argv)
    logging.basicConfig(
        level=os.environ.get("STATION_LOG", "INFO").upper(),
        format="%(asctime)s %(levelname).1s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
    )
    try:
        code: int = args.execute(args)
    except StationError as error:
        print(f"station {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
