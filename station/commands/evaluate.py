"""Check every clip in a folder's labels.toml and print the accuracy card.

Example: station evaluate clips/ --per-clip
"""

import argparse
import json
from pathlib import Path

from station import isolation
from station import settings as settings_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station evaluate`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with labels.toml")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--per-clip", action="store_true", help="also a line for every clip")
    parser.add_argument("--config", type=Path, help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Run it; 0 when every clip could be checked."""
    isolation.leave_network_if_possible()
    from station.commands.accuracy import card, card_text, evaluate_folder, per_clip_text

    settings = settings_file.load(args.config)
    clips = evaluate_folder(args.folder, settings)
    figures = card(clips)
    if args.json:
        document = {"card": figures}
        if args.per_clip:
            document["clips"] = {clip.label.file: card([clip]) for clip in clips}
        print(json.dumps(document, indent=2, allow_nan=False))
    else:
        if args.per_clip:
            print(per_clip_text(clips), end="\n\n")
        print(card_text(figures))
    return 0
