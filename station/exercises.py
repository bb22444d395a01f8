"""Reads `config/exercises/*.toml` into the checker's `Exercise`."""

import tomllib
from pathlib import Path

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
    """One exercise file. Raises StationError with path and reason when it is bad."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StationError(f"Exercise {path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"Exercise {path}: not valid TOML ({error}).") from error
    try:
        return Exercise.model_validate(document | {"id": path.stem})
    except ValidationError as error:
        raise StationError(f"Exercise {path}: {first_problem(error)}.") from error
