"""What uplink and kiosk tell each other of settings from afar: small files in one folder.

trial.json: settings that are being tried, written by the uplink. good.json: the last that the
kiosk confirmed. refused.json: the newest that did not make it, and why. ask.json: what the kiosk is
asked to do. kiosk.json: how the kiosk is, the only file that it writes itself.
"""

import logging
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from station import atomic, layers
from station.layers import Document
from station.ledger.boot import boot_id, seconds_since_boot
from station.messages import ConfigProblem
from station.settings import Settings

log = logging.getLogger(__name__)

KioskCommand = Literal["identify", "reload", "restart"]


class Kept(BaseModel):
    """A small file: frozen, no field beyond the schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Refused(Kept):
    """The newest version that is not in force, and why."""

    version: int
    status: Literal["rejected", "rolled_back"]
    errors: list[ConfigProblem]


class Ask(Kept):
    """Something that the kiosk is to do, once, unless `boot` is over."""

    id: str
    command: KioskCommand
    boot: str


class Answer(Kept):
    """What became of an `Ask`; `problem` None = done, or under way."""

    id: str
    problem: str | None


class Taken(Kept):
    """The version that the kiosk tries. `restart`: it is about to start again for it; `started`:
    it has, or found it at its start; `live`: it runs with it without."""

    version: int
    phase: Literal["restart", "started", "live"]
    camera_live: bool


class Failed(Kept):
    """A version that the kiosk could not run with."""

    version: int
    reason: str


class KioskState(Kept):
    """How the kiosk is. `seen_s`: seconds since boot; `run`: random, of this start of it.

    `version` of the settings in force there; `confirmed`: the version tried has proved good.
    """

    boot: str
    run: str
    seen_s: float
    version: int
    occupied: bool
    camera: Literal["starting", "live", "stalled", "offline", "ended"] = "starting"
    fps: float | None = Field(None, ge=0)
    inference_ms: float | None = Field(None, ge=0)
    taken: Taken | None = None
    confirmed: int | None = None
    failed: Failed | None = None
    answer: Answer | None = None

    @property
    def silent_s(self) -> float | None:
        """Seconds since it said so; None = it was another boot of the machine."""
        return max(0.0, seconds_since_boot() - self.seen_s) if self.boot == boot_id() else None


File = TypeVar("File", bound=BaseModel)


class Exchange:
    """The files. Reading gives None for what is not there or cannot be read; writing raises
    OSError. Everything but `kiosk.json` and `ask.json` survives a power cut."""

    def __init__(self, settings: Settings) -> None:
        folder = layers.folder(settings)
        self.trial = layers.trial_path(settings)
        self.good = layers.good_path(settings)
        self.refused = folder / "refused.json"
        self.ask = folder / "ask.json"
        self.kiosk = folder / "kiosk.json"

    def read_trial(self) -> Document | None:
        """What is being tried."""
        return layers.read_document(self.trial)

    def read_good(self) -> Document | None:
        """The last known good."""
        return layers.read_document(self.good)

    def read_refused(self) -> Refused | None:
        """The newest that did not make it."""
        return _read(self.refused, Refused)

    def read_kiosk(self) -> KioskState | None:
        """How the kiosk said it was, of this boot of the machine only."""
        state = _read(self.kiosk, KioskState)
        return state if state is not None and state.boot == boot_id() else None

    def read_ask(self) -> Ask | None:
        """What the kiosk is asked, of this boot of the machine only."""
        ask = _read(self.ask, Ask)
        return ask if ask is not None and ask.boot == boot_id() else None

    @staticmethod
    def write(path: Path, content: BaseModel, *, durable: bool = True) -> None:
        """Put `content` into one of the files, whole or not at all."""
        atomic.write_text(path, content.model_dump_json(), mode=0o644, durable=durable)


def _read(path: Path, kind: type[File]) -> File | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("%s: cannot be read (%s).", path, error)
        return None
