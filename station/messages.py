"""The schema of every MQTT payload, once, for both ends.

Tree `hinge/v1/<station>/…`, MQTT v5, JSON in UTF-8. Unknown fields are refused: nothing leaves a
station that is not written here.

Versions. What a station says (`status`, `info`, `health`, `evt/session`, …) carries `v`; a payload
without it is of version 1. Any change to one of them raises SCHEMA_V: with closed schemas a new
field is a new version, too.
- A hub reads every version from 1 to its own, so stations may be older than their hub for ever.
- A hub that meets a newer `v` keeps the payload aside in its database as it came, and only then
  acknowledges it; a newer hub takes in what lies there when it starts. Stations may be newer.
- What a hub says (`ack`, `hub/status`, `cfg/desired`, `req/…`) must be understood by every station
  there ever was, so it carries no version and never changes under `hinge/v1`; a change needs a
  `hinge/v2`. Which settings a document may name is each station's own schema (`info`).
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ROOT = "hinge/v1"
MAX_PAYLOAD = 16_384
"""Bytes; larger payloads are refused at the sender, since brokers drop the connection instead."""

SCHEMA_V = 1
"""The version of what a station says: see above."""

StationId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
Count = Annotated[int, Field(ge=0, le=10_000)]
RandomId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,36}$")]
SessionId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}([0-9a-f]{32})?$")]


def topic(station: str, leaf: str) -> str:
    """`hinge/v1/<station>/<leaf>`; station may be "+" to subscribe to all."""
    return f"{ROOT}/{station}/{leaf}"


def station_of(topic_name: str) -> str | None:
    """The station id in a topic of ours, or None when the topic is not of that form."""
    match = re.fullmatch(rf"{ROOT}/([a-z0-9-]{{1,32}})/.+", topic_name)
    return match.group(1) if match else None


STATUS, INFO, SESSION, HEALTH, ACK = "status", "info", "evt/session", "health", "ack"
DESIRED, REPORTED, REQUEST, RESPONSE = "cfg/desired", "cfg/reported", "req", "res"
HUB_STATUS = f"{ROOT}/hub/status"

Command = Literal["identify", "reload", "restart", "self-test"]
COMMANDS: tuple[Command, ...] = ("identify", "reload", "restart", "self-test")
REQUEST_EXPIRY_S = 30
"""A request that a station has not had by then is dropped by the broker."""


class Message(BaseModel):
    """A payload: frozen, no field beyond the schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(Message):
    """`status`, and the station's last will. Retained, QoS 1."""

    v: Literal[1] = 1
    state: Literal["init", "ready", "stopped", "lost"]
    boot: RandomId = Field(description="Random id of this boot of the machine")
    birth: RandomId = Field(description="Same in will and birth: a late will is ignored")


class Info(Message):
    """`info`: what runs on the station. Retained, QoS 1."""

    v: Literal[1] = Field(1, description="Version of all that this station says")
    version: str = Field(pattern=r"^[0-9A-Za-z.+-]{1,32}$", description="Of the program")
    gym: StationId
    model_sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    settings_schema: int = Field(1, ge=1)
    capabilities: list[Name] = Field(default_factory=list, max_length=32)


class Patterns(Message):
    """Reps by movement pattern."""

    hinge: Count = 0
    squat: Count = 0
    stoop: Count = 0
    unclear: Count = 0


class SessionEvent(Message):
    """`evt/session`: one finished set. QoS 1, not retained. Nothing else leaves the station."""

    v: Literal[1] = 1
    id: str = Field(pattern=r"^[0-9a-f]{32}$", description="Random")
    seq: int = Field(ge=0, description="Counts up within a boot; order is (boot, seq)")
    boot: RandomId
    source: Literal["camera", "demo", "simulated"]
    hour: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:00Z$")
    clock: Literal["synced", "corrected", "unsynced"]
    exercise: Name
    mode: Literal["set", "drill", "pick_up"]
    reps: Count
    clean: Count
    attempts: Count
    patterns: Patterns
    faults: dict[Name, Count] = Field(default_factory=dict, max_length=16)
    first_half_clean: Count
    second_half_clean: Count
    depth_band: Literal["none", "shallow", "half", "deep"]
    minutes_band: Literal["under_1", "1_to_3", "3_to_10", "over_10"]
    outcome: Literal["finished", "left", "stopped"]
    cfg: int = Field(ge=0, description="Version of the settings in force")


class Health(Message):
    """`health`, every 60 s. Retained, QoS 0, expires after 180 s. None = cannot be read here."""

    v: Literal[1] = 1
    fps: float | None = Field(None, ge=0)
    inference_ms: float | None = Field(None, ge=0)
    temperature_c: float | None = None
    throttled: bool | None = None
    disk_free_mb: int | None = Field(None, ge=0)
    outbox_depth: int = Field(ge=0)
    outbox_oldest_s: int | None = Field(None, ge=0)
    clock: Literal["synced", "corrected", "unsynced"]
    wifi_dbm: int | None = None


class Ack(Message):
    """`ack`: these session ids are in the hub's database. QoS 1."""

    ids: list[SessionId] = Field(max_length=500)


class HubStatus(Message):
    """`hinge/v1/hub/status`, and the hub's last will. Retained, QoS 1."""

    state: Literal["online", "offline"]


ConfigValue = (
    bool
    | Annotated[int, Field(ge=-(2**53), le=2**53)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[str, Field(max_length=256)]
)
Config = dict[Name, Annotated[dict[Name, ConfigValue], Field(max_length=64)]]
"""Section → key → value, of settings that may be changed from afar (`station.desired`)."""
ConfigVersion = Annotated[int, Field(ge=0, le=2**31 - 1)]


class CfgDesired(Message):
    """`cfg/desired`: every setting that the hub wants changed, whole, never a delta; what is not
    in it is as the station's own file says. Retained, QoS 1. Versions only grow."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    config: Annotated[Config, Field(max_length=16)]


class ConfigProblem(Message):
    """What is wrong with one setting: `section.key` ("" = the whole document) and why."""

    path: str = Field(max_length=128)
    msg: str = Field(max_length=256)


class CfgReported(Message):
    """`cfg/reported`: what became of the newest `cfg/desired`. Retained, QoS 1.

    `applied`: in force. `rejected`: not valid, nothing was changed. `rolled_back`: tried, and the
    settings before are in force again. `stale`: older than what the station has had already.
    """

    v: Literal[1] = 1
    desired_version: ConfigVersion = Field(description="0 = none yet, or none that can be read")
    version: ConfigVersion = Field(description="In force; 0 = none from afar")
    status: Literal["applied", "rejected", "rolled_back", "stale"]
    errors: list[ConfigProblem] = Field(default_factory=list, max_length=16)
    config: Config = Field(
        description="In force, of every setting that may be changed from afar, whoever set it"
    )
    restart: list[str] = Field(
        default_factory=list,
        max_length=64,
        description="Keys changed by `version` for which the kiosk started again",
    )


class Request(Message):
    """`req/<cmd>`: QoS 1, never retained, expires after 30 s. The answer goes to the v5 response
    topic, which must be the station's own `res/<cmd>`, with the request's correlation data."""


class KioskFacts(Message):
    """The kiosk, as it said last, `said_s` seconds ago."""

    said_s: float = Field(ge=0)
    settings: ConfigVersion
    camera: Literal["starting", "live", "stalled", "offline", "ended"]
    occupied: bool = Field(description="A member is at the station: changes wait")
    fps: float | None = Field(None, ge=0)
    inference_ms: float | None = Field(None, ge=0)


class SelfTest(Message):
    """What a station finds when it looks at itself. `kiosk` None: it does not run."""

    version: str = Field(max_length=32)
    settings_schema: int = Field(1, ge=1)
    ledger_writable: bool
    outbox_depth: int | None = Field(None, ge=0)
    clock: Literal["synced", "corrected", "unsynced"]
    kiosk: KioskFacts | None = None


class Response(Message):
    """`res/<cmd>`: QoS 1, not retained. `problem` = one sentence when it was not done."""

    v: Literal[1] = 1
    ok: bool
    problem: str | None = Field(None, max_length=512)
    facts: SelfTest | None = None
