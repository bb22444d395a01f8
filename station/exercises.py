"""Reads `config/exercises/*.toml` into the checker's `Exercise`.

A file lists its faults in order of priority; an entry takes cue, cause, fix and drill from
`config/faults.toml` unless it gives its own (`drill = ""`: none). Limits a file leaves out are the
checker's own.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from station.errors import StationError
from station.hinge import Exercise
from station.paths import shipped
from station.settings import first_problem

DEFAULT = "hinge"


def folder() -> Path:
    """The shipped exercise files."""
    return shipped("config") / "exercises"


def ids() -> list[str]:
    """Every exercise id there is a file for, the default first."""
    return sorted((path.stem for path in folder().glob("*.toml")), key=lambda i: (i != DEFAULT, i))


def load(exercise_id: str) -> Exercise:
    """The exercise `exercise_id`. Raises StationError when unknown, with the known ones named."""
    path = folder() / f"{exercise_id}.toml"
    if exercise_id not in ids():
        raise StationError(f"Exercise {exercise_id!r} is unknown; known are {', '.join(ids())}.")
    return read(path)


def read(path: Path) -> Exercise:
    """One exercise file. Raises StationError with path and reason when it is bad.

    It may point at the shipped exercises and at its neighbours.
    """
    document = _toml(path)
    common = _toml(shipped("config") / "faults.toml")
    faults = document.get("faults", [])
    if isinstance(faults, list):
        document["faults"] = [_complete(entry, common, path.stem) for entry in faults]
    try:
        exercise = Exercise.model_validate(document | {"id": path.stem})
    except ValidationError as error:
        raise StationError(f"Exercise {path}: {first_problem(error)}.") from error
    known = {*ids(), *(neighbour.stem for neighbour in path.parent.glob("*.toml"))}
    for where, target in _targets(exercise):
        if target not in known:
            raise StationError(f"Exercise {path}: {where}: there is no exercise {target!r}.")
        if target == exercise.id:
            raise StationError(f"Exercise {path}: {where}: {target!r} points at itself.")
    return exercise


def _targets(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """(key in the file, exercise id) of everything `exercise` points at."""
    for i, rung in enumerate(exercise.next_rungs):
        yield f"next_rungs.{i}", rung
    for i, fault in enumerate(exercise.faults):
        if fault.drill is not None:
            yield f"faults.{i}.drill", fault.drill


def _complete(entry: Any, common: dict[str, Any], exercise_id: str) -> Any:
    """`entry` (a table with `name`) on top of what the common file says of that fault; no exercise
    is its own drill."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return entry
    known = common.get(entry["name"], {})
    full = known | entry if isinstance(known, dict) else entry
    if full.get("drill") == "" or (full.get("drill") == exercise_id and "drill" not in entry):
        del full["drill"]
    return full


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StationError(f"Exercise {path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"Exercise {path}: not valid TOML ({error}).") from error
