"""What the figures' part of the API answers: the shapes of its JSON, and nothing else."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Data = Literal["people", "simulated"]


class Answer(BaseModel):
    """A JSON object; `from` is no name in Python."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Problem(Answer):
    """Why there is no answer: `station.hub.access.problem`, for programs."""

    problem: str


class Gyms(Answer):
    """The gyms that either kind of data is there for, by name."""

    people: list[str]
    simulated: list[str]


class Figures(Answer):
    """Of which gym (None: there is none yet), and what stands in place of figures."""

    gym: str | None
    data: Data
    k: int = Field(description="Groups of fewer sessions are never shown; of the newest settings")
    sentence: str | None = Field(description="Why nothing is shown; null = something is")


class Span(Answer):
    """Whole weeks, local time of the hub."""

    from_: date = Field(alias="from", description="A Monday")
    until: date = Field(description="The Monday after, exclusive")


class Cell(Answer):
    """One hour of the week. null = too few sessions to show."""

    day: int = Field(ge=0, le=6, description="0 = Monday")
    hour: int = Field(ge=0, le=23)
    per_week: float | None = Field(ge=0, description="Sessions per week, from a sum rounded to 5")
    in_use_percent: int | None = Field(
        ge=5, le=95, description="Weeks with a session in this hour, rounded to 5"
    )


class Busy(Figures):
    """Sessions by the hour of the week, over all weeks up to `until`; always 168 cells."""

    weeks: int = Field(ge=0)
    from_: date | None = Field(alias="from")
    until: date | None
    cells: list[Cell] = Field(min_length=168, max_length=168)


class Pattern(Answer):
    """Sessions by what moved most; several names = given only together."""

    names: list[str]
    label: str
    sessions: int = Field(description="Rounded to 5")


class Fault(Answer):
    """Sessions that had it at least once. null = too few had it, or too few did not."""

    name: str
    label: str
    sessions: int | None = Field(description="Rounded to 5")


class Halves(Answer):
    """Average share of clean reps in the two halves of a set."""

    first_percent: int = Field(ge=5, le=95)
    second_percent: int = Field(ge=5, le=95)


class TechniquePeriod(Span):
    """How people moved in weeks that hold at least k sessions together."""

    weeks: int = Field(ge=1)
    sessions: int = Field(description="Rounded to 5")
    patterns: list[Pattern]
    faults: list[Fault] = Field(description="The known ones always, in a fixed order")
    clean_percent: int | None = Field(ge=5, le=95)
    halves: Halves | None


class Technique(Figures):
    """Oldest first; what is there never changes."""

    periods: list[TechniquePeriod]


class StationGroup(Answer):
    """Stations whose sessions are given only together, or a single one."""

    stations: list[str]
    sessions: int = Field(description="Rounded to 5")
    clean_percent: int | None = Field(ge=5, le=95)


class StationsPeriod(Span):
    """All of the gym's stations, by id, in neighbouring groups of at least k sessions."""

    groups: list[StationGroup]


class HealthHour(Answer):
    """One hour of a station: averages, the warmest, the fullest. null = it did not say."""

    hour: datetime
    fps: float | None
    inference_ms: float | None
    temperature_c: float | None
    throttled: bool
    outbox_depth: int = Field(description="Sessions that waited, down to a multiple of k")
    disk_free_mb: int | None


class Stations(Figures):
    """Oldest period first; health of the last week by station; what staff call which station."""

    periods: list[StationsPeriod]
    labels: dict[str, str]
    health: dict[str, list[HealthHour]]
