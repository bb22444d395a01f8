"""Settings from afar: which there are, and whether a document of them is good.

The same pydantic model as for the file says so; hub, uplink and kiosk all ask here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from station.settings import Settings

Config = dict[str, dict[str, bool | int | float | str]]
"""Section → key → value; `station.messages.Config` says what of it may go over the wire."""

PROBLEMS = 16
"""At most so many are told at once."""


class Problem(NamedTuple):
    """What is wrong with `section.key` ("" = the whole document)."""

    path: str
    msg: str


class RefusedError(Exception):
    """A document that cannot be used; `problems` say why, each with its path."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.msg}" for p in problems))
        self.problems = problems


@lru_cache(maxsize=1)
def remote_keys() -> Mapping[str, bool]:
    """`section.key` of every setting that may be changed from afar → whether the kiosk starts
    again for it."""
    keys = {}
    for section, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        assert issubclass(field.annotation, BaseModel)
        for key, setting in field.annotation.model_fields.items():
            extra = setting.json_schema_extra
            if isinstance(extra, dict) and extra.get("remote"):
                keys[f"{section}.{key}"] = bool(extra.get("restart"))
    return keys


def flat(config: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """`section.key` → value."""
    return {f"{s}.{key}": value for s, values in config.items() for key, value in values.items()}


def in_force(settings: Settings) -> Config:
    """The values of all that may be changed from afar."""
    return _picked(settings, remote_keys())


def differing(before: Settings, after: Settings) -> set[str]:
    """`section.key` of all that is not the same in both, from afar or not."""
    old, new = flat(before.model_dump()), flat(after.model_dump())
    return {path for path in new if old[path] != new[path]}


def with_config(base: Settings, config: Mapping[str, Mapping[str, Any]]) -> Settings:
    """`base` with the values of `config` in their place. Raises RefusedError, wholly unused."""
    problems = [
        _problem(path, "may not be changed from afar" if _exists(path) else "no such setting")
        for path in flat(config)
        if path not in remote_keys()
    ]
    problems += [_problem(s, "no such section") for s in config if s not in Settings.model_fields]
    if problems:
        raise RefusedError(problems[:PROBLEMS])
    document = base.model_dump()
    for section, values in config.items():
        document[section].update(values)
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise RefusedError(problems_of(error)) from error


def normal(base: Settings, config: Mapping[str, Mapping[str, Any]]) -> Config:
    """`config` as the schema types it ("0.3" becomes 0.3). Raises RefusedError."""
    return _picked(with_config(base, config), flat(config))


def problems_of(error: ValidationError) -> list[Problem]:
    """Each problem with its path, none longer than a message may be."""
    return [
        _problem(
            ".".join(str(part) for part in problem["loc"]),
            problem["msg"].removeprefix("Value error, "),
        )
        for problem in error.errors(include_url=False, include_input=False)[:PROBLEMS]
    ]


def _picked(settings: Settings, paths: Mapping[str, Any]) -> Config:
    document = settings.model_dump(mode="json")
    config: Config = {}
    for path in paths:
        section, key = path.split(".")
        config.setdefault(section, {})[key] = document[section][key]
    return config


def _exists(path: str) -> bool:
    return path in flat(Settings.model_construct().model_dump())


def _problem(path: str, msg: str) -> Problem:
    return Problem(_printable(path, 128), _printable(msg, 256))


def _printable(text: str, limit: int) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:limit]
