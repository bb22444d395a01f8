"""Writing a small file so that a power cut leaves either the old one or the new one."""

import os
import tempfile
from pathlib import Path


def write_text(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Replace `path` by `text`, durable when this returns; takes milliseconds (two fsyncs).

    Raises OSError; the old file is then still there and nothing else is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
