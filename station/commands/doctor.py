"""Check everything that a station needs, one line each, with what to do where something is wrong.

Nothing is changed. Run it as the user that the station runs as. Exits 0 when nothing fails, 1
otherwise; a warning is no failure.

Example: station doctor --config /etc/hinge-station/station.toml
"""

import argparse
import json
import logging
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station.commands.doctoring.finding import Finding
    from station.settings import Settings

NAME_WIDTH, WIDEST = 13, 100


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--json", action="store_true", help="the same for programs")


def execute(args: argparse.Namespace) -> int:
    """Print what is found as it is found."""
    # What a check has to say is in its line; the programs' own log would tear the page apart.
    logger, before = logging.getLogger(), logging.getLogger().level
    logger.setLevel(os.environ.get("STATION_LOG", "CRITICAL").upper())
    try:
        found = []
        for finding in findings(args.config):
            found.append(finding)
            if not args.json:
                print(line(finding), flush=True)
    finally:
        logger.setLevel(before)
    failed = sum(finding.state == "fail" for finding in found)
    if args.json:
        json.dump({"ok": not failed, "checks": [asdict(f) for f in found]}, sys.stdout, indent=1)
        print()
    else:
        warned = sum(finding.state == "warn" for finding in found)
        fine = len(found) - failed - warned
        print(f"\n{fine} in order, {warned} to look at, {failed} failed.")
    return 1 if failed else 0


def findings(config: Path | None) -> Iterator["Finding"]:
    """Every check, in the order in which things depend on each other."""
    from station import settings as settings_file
    from station.commands.doctoring import eyes, gym, machine
    from station.commands.doctoring.finding import Finding
    from station.errors import StationError

    path = settings_file.path_of(config)
    try:
        settings = settings_file.load(config)
    except StationError as error:
        do = "Correct it; nothing else can be checked without it."
        yield Finding("Settings", "fail", str(error), do)
        return
    yield from machine.settings_file(settings, path)
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        machine.disk,
        eyes.model,
        eyes.isolation_and_camera,
        machine.display,
        machine.voice,
        machine.clock,
        machine.heat,
        machine.memory,
        gym.ledger,
        machine.network,
        gym.gym,
        gym.certificate,
    ]
    for check in checks:
        yield from check(settings)


def line(finding: "Finding") -> str:
    """One finding for people; what to do stands below it."""
    width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
    margin = " " * (6 + NAME_WIDTH)
    texts = [finding.says] + ([f"→ {finding.do}"] if finding.do else [])
    body = "\n".join(
        textwrap.fill(
            text,
            width,
            initial_indent=margin,
            subsequent_indent=margin + ("  " if text.startswith("→") else ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for text in texts
    )
    return f"{finding.state:<6}{finding.name:<{NAME_WIDTH}}" + body[len(margin) :]
