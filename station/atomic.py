"""Writing a small file so that a power cut leaves either the old one or the new one."""

import os
import tempfile
from pathlib import Path


def write_text(path: Path, text: str, *, mode: int = 0o600, durable: bool = True) -> None:
    """Replace `path` by `text`, durable when this returns; takes milliseconds (two fsyncs).

    `durable` False: no fsync, for what a power cut may take.

    Raises OSError; the old file is then still there and nothing else is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def rename(old: Path, new: Path) -> None:
    """Give `old` the name `new`, durably. Raises OSError."""
    os.replace(old, new)
    sync_folder(new.parent)


def remove(path: Path) -> None:
    """Delete `path`, durably, if it is there. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make what was renamed or deleted in a folder durable. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
