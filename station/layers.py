"""Which settings count: the file < those from afar (last known good) < those tapped here.

What staff tap on the station goes before what comes from afar, as long as the tap is the newer of
the two: a later document that changes the same key wins, and so does one that no longer names it
(the file counts again). Each tap is kept in `here.toml` with the version of the settings from afar
that it was made under, and each document says by which version each key was last changed; so
nothing has to be deleted anywhere for the newer one to win, and no power cut can come in between.
"""

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station.desired import Config, RefusedError, flat, with_config
from station.errors import StationError
from station.settings import Settings, changed

log = logging.getLogger(__name__)


class Document(BaseModel):
    """Settings from afar as they lie on the disk. `boot`: of the machine, when they came."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    config: Config
    changed: dict[str, int] = Field(
        default_factory=dict, description="section.key → version that changed it last"
    )
    boot: str


def folder(settings: Settings) -> Path:
    """Where what has to do with settings from afar lies."""
    return settings.station.data_dir / "remote"


def good_path(settings: Settings) -> Path:
    """The last known good document."""
    return folder(settings) / "good.json"


def trial_path(settings: Settings) -> Path:
    """A document that is being tried."""
    return folder(settings) / "trial.json"


def read_document(path: Path) -> Document | None:
    """The document at `path`; None where there is none or it cannot be read, which is logged."""
    try:
        return Document.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("Settings from afar %s: cannot be read (%s).", path, error)
        return None


def stamp(path: Path) -> tuple[int, int] | None:
    """Changes whenever the file does; None = it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def successor(
    before: Document | None, version: int, config: Config, base: Settings, boot: str
) -> Document:
    """The document that follows `before`, with what it changes noted."""
    old = flat(before.config) if before else {}
    new = flat(config)
    noted = dict(before.changed) if before else {}
    as_file = flat(base.model_dump(mode="json"))
    for path in {*old, *new}:
        if old.get(path, as_file[path]) != new.get(path, as_file[path]):
            noted[path] = version
    return Document(version=version, config=config, changed=noted, boot=boot)


def over(base: Settings, document: Document | None = None) -> Settings:
    """`base` (the file's) with `document`, or the last known good one, and what was tapped here.

    What cannot be used is passed over with a line in the log: a station that will not start
    because of what was set on it or from afar would help nobody.
    """
    document = document or read_document(good_path(base))
    settings = base
    if document is not None:
        try:
            settings = with_config(base, document.config)
        except RefusedError as error:
            log.warning("Settings from afar: %s. They are passed over.", error)
            document = None
    try:
        here, at = _read_here(settings.here)
        return changed(settings, _newer(here, at, document.changed if document else {}))
    except StationError as error:
        log.warning("%s They are passed over.", error)
        return settings


def kept_here(settings: Settings) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, int]]]:
    """What was tapped here, and under which version of the settings from afar; empty where it
    cannot be used."""
    try:
        here, at = _read_here(settings.here)
        changed(settings, here)
    except StationError:
        return {}, {}
    return here, at


def newest(settings: Settings) -> int:
    """Version of the newest settings from afar that are tried or in force; 0 = none."""
    paths = (good_path(settings), trial_path(settings))
    return max((found.version for path in paths if (found := read_document(path))), default=0)


def _newer(
    here: Mapping[str, Mapping[str, Any]],
    at: Mapping[str, Mapping[str, int]],
    noted: Mapping[str, int],
) -> dict[str, dict[str, Any]]:
    """Of what was tapped, all that no later document has changed."""
    return {
        section: {
            key: value
            for key, value in values.items()
            if at.get(section, {}).get(key, 0) >= noted.get(f"{section}.{key}", 0)
        }
        for section, values in here.items()
    }


def _read_here(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, int]]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, {}
    except (OSError, ValueError) as error:
        raise StationError(f"Settings {path}: cannot be read ({error}).") from error
    at = document.pop("at", {})
    tables = [*document.values(), at, *(at.values() if isinstance(at, dict) else ())]
    if not all(isinstance(values, dict) for values in tables):
        raise StationError(f"Settings {path}: a key stands outside of any section.")
    if not all(type(version) is int for versions in at.values() for version in versions.values()):
        raise StationError(f"Settings {path}: a version under [at] is no number.")
    return document, at
