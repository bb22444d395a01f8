"""Cameras in real processes, whose library is a double that does as a file says."""

import json
import sys
from pathlib import Path
from typing import Any

DOUBLES = Path(__file__).parent / "doubles"


def python_with_doubles(folder: Path, **environment: str) -> str:
    """A program to run in place of a Python, which finds the doubles before the real libraries."""
    program = folder / "python3"
    exports = "".join(f"export {name}='{value}'\n" for name, value in environment.items())
    program.write_text(
        f'#!/bin/sh\n[ "$1" = -I ] || exit 9\nshift\n{exports}'
        f"export PYTHONPATH='{DOUBLES}'\nexec '{sys.executable}' \"$@\"\n"
    )
    program.chmod(0o755)
    return str(program)


class Told:
    """The JSON file that a double reads before everything it does."""

    def __init__(self, path: Path, **state: Any) -> None:
        self.path = path
        self.state = state
        self.say()

    def say(self, **changes: Any) -> None:
        """From now on."""
        self.state |= changes
        part = self.path.with_name(self.path.name + ".part")
        part.write_text(json.dumps(self.state))
        part.replace(self.path)


def alive(pid: int) -> bool:
    """Whether a process runs, and is not merely waiting to be buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
