"""The schema of every setting, once: the file, remote settings and the staff's form."""

import logging
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from station import atomic, joined
from station.camera_settings import CameraSettings
from station.errors import StationError
from station.paths import default_data_dir, shipped
from station.section import REMOTE, REMOTE_RESTART, Section
from station.toml_text import tables

log = logging.getLogger(__name__)

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
CLOCK = r"^(|([01]\d|2[0-3]):[0-5]\d)$"
Port = Annotated[int, Field(ge=0, le=65535)]


class StationSettings(Section):
    """Who this station is and what it speaks."""

    id: Id = Field("station-1", description="Name of the station in topics and on the staff's page")
    gym: Id = Field("gym-1", description="Gym that the station stands in")
    language: Literal["en", "de"] = Field(
        "en", description="Language a new member meets first", json_schema_extra=REMOTE
    )
    data_dir: Path = Field(
        default_factory=default_data_dir, description="Folder for the model, the ledger, the store"
    )

    @field_validator("id")
    @classmethod
    def _not_the_hub(cls, name: str) -> str:
        if name == "hub":
            raise ValueError("no station can have this name: its topics are the hub's own")
        return name


class PoseSettings(Section):
    """The pose model."""

    variant: Literal["lite", "full", "heavy"] = Field("full", description="Pose model size")
    model: Path | None = Field(None, description="Path of a .task bundle to use instead")


class ScreenSettings(Section):
    """The touch screen."""

    fullscreen: bool = Field(False, description="Fill the screen (the units in deploy/ set this)")
    width: int = Field(1280, ge=320, le=7680, description="Window width, pixels")
    height: int = Field(720, ge=240, le=4320, description="Window height, pixels")
    panel_mm: float = Field(
        194.0,
        ge=60,
        le=1500,
        description="Short side of the visible panel, millimetres",
        json_schema_extra=REMOTE,
    )
    distance_m: float = Field(
        2.0,
        ge=1,
        le=5,
        description="How far away members exercise, metres: a large panel shows all the larger "
        "for it; the kiosk's log says where one is too small",
        json_schema_extra=REMOTE,
    )
    keys_low: bool = Field(
        False,
        description="Everything to touch in the lower part (tall mounts)",
        json_schema_extra=REMOTE,
    )
    reduced_motion: bool = Field(
        False, description="Nothing moves that need not", json_schema_extra=REMOTE
    )
    front_check: bool = Field(
        True,
        description="Check the start position facing the camera first",
        json_schema_extra=REMOTE,
    )
    card_reader: bool = Field(
        False, description="A card reader that types wakes the station", json_schema_extra=REMOTE
    )
    summary_s: float = Field(
        20.0, gt=0, le=300, description="Seconds the summary stays", json_schema_extra=REMOTE
    )
    nobody_s: float = Field(
        10.0,
        gt=0,
        le=120,
        description="Seconds without anybody end a set",
        json_schema_extra=REMOTE,
    )
    idle_s: float = Field(
        60.0, gt=0, le=600, description="Seconds untouched: still there?", json_schema_extra=REMOTE
    )


class SoundSettings(Section):
    """Short tones beside what the screen shows; never alone."""

    volume: float = Field(0.6, ge=0, le=1, description="0 = silent", json_schema_extra=REMOTE)
    quiet_from: str = Field(
        "",
        pattern=CLOCK,
        description='Quiet hours begin, "22:00"; "" = none',
        json_schema_extra=REMOTE,
    )
    quiet_to: str = Field(
        "",
        pattern=CLOCK,
        validate_default=True,
        description="... and end",
        json_schema_extra=REMOTE,
    )
    speech: bool = Field(
        False,
        description="Speak cues where an offline voice is installed",
        json_schema_extra=REMOTE_RESTART,
    )

    @field_validator("quiet_to")
    @classmethod
    def _both_or_none(cls, end: str, info: ValidationInfo) -> str:
        begin = info.data.get("quiet_from")
        if begin is not None and bool(begin) != bool(end):
            raise ValueError("quiet hours need both a beginning and an end, or neither")
        return end


class StaffSettings(Section):
    """The staff's menu on the station."""

    pin_file: Path | None = Field(
        None, description="File with the hashed PIN (`station pin`); none = the menu stays shut"
    )


class BrokerSettings(Section):
    """The MQTT broker that uplink and hub talk to."""

    host: str = Field("127.0.0.1", min_length=1, description="Broker's name or address")
    port: Port = Field(1883, description="Broker's port; `station run` takes a free one if taken")
    tls_ca: Path | None = Field(None, description="CA certificate; set = TLS")
    username: str | None = Field(None, description="User name; the station's id in a gym")
    password_file: Path | None = Field(None, description="File whose only line is the password")
    home_assistant: bool = Field(
        False, description="Tell a Home Assistant at the same broker of this station"
    )


class HubSettings(Section):
    """The staff's page and its store."""

    bind: str = Field("127.0.0.1", description="Address the page is served on")
    port: Port = Field(8080, description="The page's port; `station run` takes a free one if taken")
    k: int = Field(10, ge=5, le=1000, description="Counts of fewer sessions than this are hidden")
    database: str = Field(
        "",
        pattern=r"^(|postgresql\+psycopg://.+)$",
        description='"" = a SQLite file in station.data_dir; postgresql+psycopg://user@host/name '
        "lets several hubs share one database",
    )
    database_password_file: Path | None = Field(None, description="File with only its password")
    raw_days: int = Field(
        30, ge=1, le=90, description="Days until single sessions are purged; sums stay"
    )
    tls_certificate: Path | None = Field(None, description="PEM; set, with tls_key, = HTTPS")
    tls_key: Path | None = Field(None, validate_default=True, description="... and its key")
    broker_dir: Path | None = Field(
        None, description="The broker's folder (deploy/broker/set-up.sh); set = stations can join"
    )
    stations_host: str = Field(
        "", description='Where stations find the broker; "" = where they reach the hub'
    )
    stations_port: Port = Field(8883, description="The broker's port for stations, with TLS")
    metrics: Literal["off", "loopback", "token"] = Field(
        "loopback", description="Who may read /metrics: nobody, this machine, or with a token"
    )
    metrics_token_file: Path | None = Field(None, description="File whose only line is that token")

    @field_validator("tls_key")
    @classmethod
    def _with_its_certificate(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("tls_certificate") is None):
            raise ValueError("tls_certificate and tls_key are set together, or neither of them")
        return key


HERE: dict[str, frozenset[str]] = {
    "station": frozenset({"language"}),
    "camera": frozenset({"mirror"}),
    "screen": frozenset({"keys_low", "reduced_motion"}),
    "sound": frozenset({"volume"}),
}
"""What the staff's menu may set for this one station; nothing of who it is, and no secret."""


class Settings(Section):
    """Everything that can be set, with defaults that work on one machine."""

    station: StationSettings = Field(default_factory=StationSettings)
    camera: CameraSettings = Field(default_factory=CameraSettings)
    pose: PoseSettings = Field(default_factory=PoseSettings)
    screen: ScreenSettings = Field(default_factory=ScreenSettings)
    sound: SoundSettings = Field(default_factory=SoundSettings)
    staff: StaffSettings = Field(default_factory=StaffSettings)
    broker: BrokerSettings = Field(default_factory=BrokerSettings)
    hub: HubSettings = Field(default_factory=HubSettings)

    @property
    def ledger(self) -> Path:
        """The SQLite file shared by kiosk and uplink."""
        return self.station.data_dir / "ledger.db"

    @property
    def here(self) -> Path:
        """What the staff's menu has set for this station; goes before the settings file."""
        return self.station.data_dir / "here.toml"

    @property
    def store(self) -> Path:
        """The hub's SQLite file."""
        return self.station.data_dir / "hub.db"

    @property
    def models_dir(self) -> Path:
        """Folder of the pose model bundles."""
        return self.station.data_dir / "models"

    @property
    def model(self) -> Path:
        """The pose model in use: the settings' own bundle, else the variant's file."""
        return self.pose.model or self.models_dir / f"pose_landmarker_{self.pose.variant}.task"


def path_of(path: Path | None = None) -> Path:
    """The settings file: `path`, else what $STATION_CONFIG names, else the shipped one."""
    named = os.environ.get("STATION_CONFIG")
    return path or (Path(named) if named else shipped("config") / "station.toml")


def load(path: Path | None = None, *, layered: bool = True) -> Settings:
    """Settings from `path`, else from $STATION_CONFIG, else the shipped `config/station.toml`.

    What `station join` left stands in for what they do not say (see `station.joined`); unless
    `layered` is False, what came from afar and what the staff's menu has set for this station go
    before them (see `station.layers`).

    Raises StationError with file, key and reason when the file is missing, is no TOML, or holds
    an unknown key or a value out of range.
    """
    path = path_of(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StationError(f"Settings {path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"Settings {path}: not valid TOML ({error}).") from error
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise StationError(f"Settings {path}: {first_problem(error)}.") from error
    settings = _as_joined(settings, document)
    if not layered:
        return settings
    from station import layers

    return layers.over(settings)


def _as_joined(settings: Settings, document: dict[str, Any]) -> Settings:
    """With what `station join` left for what the file does not say."""
    try:
        return Settings.model_validate(joined.beneath(document, settings.station.data_dir))
    except StationError as error:
        problem = str(error)
    except ValidationError as error:
        file = joined.file_in(settings.station.data_dir)
        problem = f"Settings {file}: {first_problem(error)}."
    # The uplink then finds no broker and says so; the screen goes on.
    log.warning("%s It is passed over: run `station join` again.", problem)
    return settings


def changed(settings: Settings, here: dict[str, dict[str, Any]]) -> Settings:
    """`settings` with the values of `here` (section → key → value) in their place.

    Raises StationError for a key that is not in HERE and a value out of range.
    """
    document = settings.model_dump()
    for section, values in here.items():
        for key, value in values.items():
            if key not in HERE.get(section, ()):
                raise StationError(f"Settings of this station: {section}.{key} is not one.")
            document[section][key] = value
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise StationError(f"Settings of this station: {first_problem(error)}.") from error


def set_here(settings: Settings, section: str, key: str, value: bool | float | str) -> None:
    """Keep one value for this station only, in `settings.here`; takes milliseconds (fsyncs).

    Raises StationError for what `changed` refuses, and when it cannot be written.
    """
    from station import layers

    changed(settings, {section: {key: value}})
    kept, at = layers.kept_here(settings)
    kept.setdefault(section, {})[key] = value
    version = layers.newest(settings)
    if version > 0:
        at.setdefault(section, {})[key] = version
    text = tables({**kept, **{f"at.{name}": values for name, values in at.items()}})
    try:
        atomic.write_text(settings.here, text, mode=0o644)
    except OSError as error:
        raise StationError(f"Settings {settings.here}: not written ({error.strerror}).") from error


def as_toml(settings: Settings) -> str:
    """The settings as a file that `load` reads back to the same."""
    return tables(settings.model_dump(mode="json", exclude_none=True))


def first_problem(error: ValidationError) -> str:
    """The first validation problem as `key: reason`, for one sentence to a person."""
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the whole"
    more = error.error_count() - 1
    return f"{where}: {problem['msg']}" + (f" (and {more} more)" if more else "")
