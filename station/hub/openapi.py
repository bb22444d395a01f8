"""The API's description, OpenAPI 3.1, made from the models that the answers are made of."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from station.hub.answers import Busy, Gyms, Problem, Stations, Technique

VERSION = "1"


class Sentence(BaseModel):
    """A colour and what to do."""

    model_config = ConfigDict(extra="allow")

    level: Literal["green", "amber", "red"]
    sentence: str


class Standing(Sentence):
    """How the hub stands."""

    word: str


class StationNow(Standing):
    """How a station stands."""

    id: str
    gym: str | None


class GymToday(BaseModel):
    """Exact, of this local day: as anybody sees who stands there."""

    model_config = ConfigDict(extra="allow")

    gym: str
    sessions_today: int


class Now(BaseModel):
    """Stations and the number of sessions of today; nothing of how people moved."""

    model_config = ConfigDict(extra="allow")

    headline: Sentence
    hub: Standing
    gyms: list[GymToday]
    stations: list[StationNow]


class Demo(BaseModel):
    """Sessions of the demo clip: not people, so in full."""

    model_config = ConfigDict(extra="allow")

    sessions: list[dict[str, Any]]


class Healthz(BaseModel):
    """For whoever watches over the hub."""

    model_config = ConfigDict(extra="allow")

    ok: bool


class Health(BaseModel):
    """How the hub stands with the broker, and what it could not read."""

    model_config = ConfigDict(extra="allow")

    store: Literal["ok"]
    broker: str
    unreadable: int
    aside: int


@dataclass(frozen=True, slots=True)
class Described:
    """A GET route: what it answers (None = CSV), and whether it asks for a gym and a kind."""

    path: str
    summary: str
    model: type[BaseModel] | None
    figures: bool = False
    may_fail: bool = False
    """Answers 503 with the same model when the database fails."""
    anybody: bool = False
    """Asked for without a login."""


ROUTES = (
    Described("/api/gyms", "The gyms there are", Gyms),
    Described("/api/now", "Stations and today's sessions", Now),
    Described("/api/demo", "The latest demonstration sessions", Demo),
    Described("/api/busy", "Each hour of the week", Busy, figures=True),
    Described("/api/technique", "How people moved", Technique, figures=True),
    Described("/api/stations", "Stations compared, and their health", Stations, figures=True),
    Described("/export/busy.csv", "What the page Busy hours shows", None, figures=True),
    Described("/export/technique.csv", "What the page Technique shows", None, figures=True),
    Described("/export/stations.csv", "What the page Stations shows", None, figures=True),
    Described("/api/health", "How the hub itself is", Health),
    Described("/healthz", "Whether the hub works", Healthz, may_fail=True, anybody=True),
)


def description() -> dict[str, Any]:
    """The whole document."""
    models: list[type[BaseModel]] = [Problem, *(one.model for one in ROUTES if one.model)]
    modes: list[tuple[type[BaseModel], Literal["serialization"]]] = [
        (model, "serialization") for model in models
    ]
    _, schemas = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hinge Station hub",
            "version": VERSION,
            "description": "What staff may see. Counts of few sessions are in none of it.",
        },
        "paths": {one.path: {"get": _operation(one)} for one in ROUTES},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"login": {"type": "apiKey", "in": "cookie", "name": "login"}},
        },
    }


def _operation(one: Described) -> dict[str, Any]:
    responses = {"200": _response("As asked", one.model)}
    if one.may_fail:
        responses["503"] = _response("The database fails", one.model)
    if not one.anybody:
        responses["401"] = _response("Not logged in", Problem)
    if one.figures:
        responses["400"] = _response("Nothing else can be chosen", Problem)
        responses["404"] = _response("There is no such gym", Problem)
    return {
        "summary": one.summary,
        "operationId": one.path.strip("/").replace("/", "_").replace(".", "_"),
        "security": [] if one.anybody else [{"login": []}],
        "parameters": _parameters() if one.figures else [],
        "responses": responses,
    }


def _response(text: str, model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"description": text, "content": {"text/csv": {"schema": {"type": "string"}}}}
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _parameters() -> list[dict[str, Any]]:
    return [
        {
            "name": "gym",
            "in": "query",
            "description": "Where left out: the first",
            "schema": {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"},
        },
        {
            "name": "data",
            "in": "query",
            "schema": {"enum": ["people", "simulated"], "default": "people"},
        },
    ]
