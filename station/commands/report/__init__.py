"""In: a checked clip and what was seen of it. Out: one HTML page to look at.

The page holds no pixel of the clip and asks for nothing from outside.
"""

import os
import tempfile
from pathlib import Path

from station.commands.checking import Checked
from station.commands.report.page import page
from station.commands.report.seen import Seen
from station.errors import StationError

__all__ = ["Seen", "page", "refuse_unwritable", "write"]


def refuse_unwritable(path: Path) -> None:
    """Raises StationError when a page could not be put at `path`, before anything is measured."""
    if path.is_dir():
        raise StationError(f"Report {path}: is a folder; name a file.")
    if not path.parent.is_dir():
        raise StationError(f"Report {path}: its folder does not exist.")
    if not os.access(path.parent, os.W_OK):
        raise StationError(f"Report {path}: cannot be written to that folder.")


def write(path: Path, checked: Checked, seen: Seen) -> None:
    """Write the page to `path`; it appears whole or not at all. Raises StationError."""
    text = page(checked, seen)
    part: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            dir=path.parent,
            prefix=f".{path.name}.",
            suffix=".part",
            delete=False,
            encoding="utf-8",
        ) as file:
            part = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise StationError(f"Report {path}: cannot be written ({error.strerror}).") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
