"""What installed systemd units say, for roots in which no systemd runs."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("etc/systemd/system", "lib/systemd/system", "usr/lib/systemd/system")


@dataclass(frozen=True, slots=True)
class Unit:
    """How a unit starts its program: as whom (`user:group`), with what, under which mask."""

    command: tuple[str, ...]
    user: str
    environment: dict[str, str]
    umask: str
    runtime: tuple[str, ...] = ()
    """Its folders under /run."""


def masked(unit: Unit, command: Sequence[str] = ()) -> list[str]:
    """The unit's command, or another one, under the unit's UMask."""
    return ["/bin/sh", "-c", f'umask {unit.umask}; exec "$@"', "sh", *(command or unit.command)]


def made_for(unit: Unit) -> list[list[str]]:
    """What systemd would do before: a command for each of the unit's folders under /run."""
    user, _, group = unit.user.partition(":")
    made = ["install", "-d", "-m", "0700", "-o", user, *(["-g", group] if group else [])]
    return [[*made, f"/run/{name}"] for name in unit.runtime]


def read(root: Path, name: str) -> Unit:
    """Unit `name` of a root with its drop-ins laid over it. Raises LookupError without one."""
    settings: dict[str, list[str]] = {}
    for file in files(root, name):
        for key, value in _lines(file.read_text()):
            if value:
                settings.setdefault(key, []).append(value)
            else:
                # An empty one takes back what was said so far.
                settings.pop(key, None)
    try:
        command, user = settings["ExecStart"][-1], settings["User"][-1]
    except KeyError as error:
        raise LookupError(f"{name} says no {error.args[0]}.") from error
    environment = dict(
        word.split("=", 1) for line in settings.get("Environment", []) for word in shlex.split(line)
    )
    if group := settings.get("Group"):
        user += f":{group[-1]}"
    mask = settings.get("UMask", ["0022"])[-1]
    runtime = tuple(word for line in settings.get("RuntimeDirectory", []) for word in line.split())
    return Unit(tuple(shlex.split(command.lstrip("-:+!@"))), user, environment, mask, runtime)


def files(root: Path, name: str) -> list[Path]:
    """The unit's file and its drop-ins in a root, in the order in which systemd reads them."""
    found = [root / folder / name for folder in FOLDERS if (root / folder / name).is_file()][:1]
    if not found:
        raise LookupError(f"There is no unit {name}.")
    drop_ins: dict[str, Path] = {}
    for folder in reversed(FOLDERS):
        drop_ins |= {file.name: file for file in (root / folder / f"{name}.d").glob("*.conf")}
    return found + [drop_ins[key] for key in sorted(drop_ins)]


def _lines(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", text)
    return re.findall(r"^([A-Za-z]+)=[ \t]*(.*?)[ \t]*$", joined, re.MULTILINE)
