"""Check every clip in the labels.toml of one or more folders and print the accuracy card.

Example: station evaluate clips/ --per-clip
With what common rules would have said: station evaluate clips/ photos/ --peers
"""

import argparse
import json
import os
from pathlib import Path

from station import isolation
from station import settings as settings_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station evaluate`."""
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="DIR", help="folder with labels.toml"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--per-clip", action="store_true", help="also a line for every clip")
    parser.add_argument(
        "--peers", action="store_true", help="also what common public rules say of the same clips"
    )
    parser.add_argument("--config", type=Path, help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Run it; 0 when every clip could be checked."""
    isolation.leave_network_if_possible()
    from station.commands import accuracy, card

    settings = settings_file.load(args.config)
    names = _names(args.folders)
    parts = {
        name: accuracy.evaluate_folder(folder, settings, peers=args.peers)
        for name, folder in zip(names, args.folders, strict=True)
    }
    clips = [clip for part in parts.values() for clip in part]
    pooled = accuracy.card(clips)
    alone = {name: accuracy.card(part) for name, part in parts.items()}
    peers = accuracy.peers_card(clips) if args.peers else None
    if args.json:
        document = {"card": pooled, "folders": alone}
        if peers is not None:
            document["peers"] = peers
        if args.per_clip:
            document["clips"] = {
                f"{name}/{clip.label.file}" if len(parts) > 1 else clip.label.file: accuracy.card(
                    [clip]
                )
                for name, part in parts.items()
                for clip in part
            }
        print(json.dumps(document, indent=2, allow_nan=False))
        return 0
    blocks = [card.per_clip_text(clips)] if args.per_clip else []
    columns = [("all", pooled), *alone.items()] if len(alone) > 1 else [("all", pooled)]
    blocks.append(card.card_text(columns))
    if peers is not None:
        blocks.append(card.peers_text(pooled, peers))
    print("\n\n".join(blocks))
    return 0


def _names(folders: list[Path]) -> list[str]:
    """A name for each folder: as short as tells them all apart."""
    whole = [Path(os.path.abspath(folder)) for folder in folders]
    for parts in range(1, max(len(folder.parts) for folder in whole)):
        names = [str(Path(*folder.parts[-parts:])) for folder in whole]
        if len(set(names)) == len(set(whole)):
            return names
    return [str(folder) for folder in whole]
