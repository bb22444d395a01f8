"""Print the JSON Schema of every MQTT payload, or write one file a topic.

Example: station schema --out schemas/
"""

import argparse
import json
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station schema`."""
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write one file a topic into DIR, made if need be"
    )


def execute(args: argparse.Namespace) -> int:
    """Print topic → schema as one JSON object, or the paths of the files written."""
    from station import schemas
    from station.errors import StationError

    documents = schemas.documents()
    if args.out is None:
        print(json.dumps(documents, indent=2, ensure_ascii=False))
        return 0
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        for pattern, document in documents.items():
            path = args.out / schemas.file_name(pattern)
            text = json.dumps(document, indent=2, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
            print(path)
    except OSError as error:
        raise StationError(f"{args.out}: cannot be written ({error.strerror}).") from error
    return 0
