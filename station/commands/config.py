"""Check a settings file, or print the JSON Schema of all settings.

Example: station config check /etc/hinge-station/station.toml
"""

import argparse
import json
from pathlib import Path

from station import settings as settings_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station config`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say whether FILE is good, and if not, why")
    check.add_argument("file", type=Path, metavar="FILE")
    actions.add_parser("schema", help="print the JSON Schema")


def execute(args: argparse.Namespace) -> int:
    """Run it; a bad file is a StationError and so exit code 2."""
    if args.action == "check":
        settings_file.load(args.file)
        print(f"{args.file}: good")
    else:
        print(json.dumps(settings_file.Settings.model_json_schema(), indent=2))
    return 0
