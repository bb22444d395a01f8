"""Gets and verifies the pose model; instant and without a network when it is already there.

Example: station models --variant lite
"""

import argparse
from pathlib import Path

from station import settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--variant",
        choices=("lite", "full", "heavy"),
        help="model size; without it the settings' own choice (full)",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    from station.vision import models

    path = models.get(settings.load(args.config), args.variant, say=print)
    print(f"{path} is there and verified (sha256 {models.sha256_of(path)}).")
    return 0
