"""The settings' form, made from the settings' JSON Schema, and what was filled in.

Pure: stations' values in, fields out; a submitted form in, wanted values and problems out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from station import desired
from station.hub import settings_words
from station.hub.changes import Known
from station.hub.words import Gettext
from station.settings import CLOCK, HERE, Settings

Kind = Literal["switch", "whole", "number", "choice", "time", "text"]
Source = Literal["afar", "tapped", "own", "here", "absent", "unknown"]
DIFFERS = "*"
"""Stands for the value that a field was shown with where stations differ."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as its schema describes it. `low` and `high` are themselves allowed, `above`
    is not; `low` is then the first step above it."""

    path: str
    kind: Kind
    restart: bool
    low: float | None = None
    high: float | None = None
    above: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None

    @property
    def section(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a field says: `value` is what the form begins with (None where `differs` or not
    known); `now` lists each value in force with the stations that have it."""

    field: Field
    value: Any
    differs: bool
    now: tuple[tuple[Any, tuple[str, ...]], ...]
    sources: tuple[Source, ...]
    absent: tuple[str, ...]
    on_its_way: bool
    from_afar: bool

    @property
    def was(self) -> str:
        """The value in the form, as it comes back when nobody touches it."""
        return DIFFERS if self.differs else as_text(self.value)

    @property
    def step(self) -> str:
        """Of the input: no value that is in force may be impossible to leave alone."""
        step = self.field.step
        if step is None or not isinstance(self.value, int | float):
            return "any"
        steps = (self.value - (self.field.low or 0)) / step
        return f"{step:g}" if abs(steps - round(steps)) < 1e-6 else "any"


@lru_cache(maxsize=1)
def fields() -> tuple[Field, ...]:
    """Every setting that may be changed from afar, in the schema's order."""
    schema = Settings.model_json_schema()
    found = []
    for section, reference in schema["properties"].items():
        properties = schema["$defs"][reference["$ref"].rpartition("/")[2]]["properties"]
        found += [
            _field(f"{section}.{key}", described)
            for key, described in properties.items()
            if described.get("remote")
        ]
    return tuple(found)


def _field(path: str, schema: Mapping[str, Any]) -> Field:
    kind: Kind
    step: float | None = None
    above: float | None = None
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema["type"]:
        case "boolean":
            kind = "switch"
        case "integer":
            kind, step = "whole", schema.get("multipleOf", 1)
        case "number":
            kind, step = "number", 0.05 if high is not None and high <= 1 else 0.5
            if "exclusiveMinimum" in schema:
                above = schema["exclusiveMinimum"]
                low = above + step
        case _ if "enum" in schema:
            kind = "choice"
        case _:
            kind = "time" if schema.get("pattern") == CLOCK else "text"
    return Field(
        path=path,
        kind=kind,
        restart=bool(schema.get("restart")),
        low=low,
        high=high,
        above=above,
        step=step,
        choices=tuple(schema.get("enum", ())),
        default=schema.get("default"),
    )


def shown(field: Field, stations: Sequence[Known]) -> Shown:
    """What the form says of a field for these stations."""
    now: dict[Any, list[str]] = {}
    expected, sources, absent = set(), [], []
    on_its_way = from_afar = False
    for station in stations:
        source = _source(field.path, station)
        if source not in sources:
            sources.append(source)
        if source == "absent":
            absent.append(station.id)
        in_force = station.in_force.get(field.path)
        wanted = station.standing.get(field.path)
        from_afar |= wanted is not None
        value = wanted if station.pending and wanted is not None else in_force
        on_its_way |= station.pending and value != in_force
        if in_force is not None:
            now.setdefault(in_force, []).append(station.id)
        if value is not None:
            expected.add(value)
    return Shown(
        field=field,
        value=next(iter(expected)) if len(expected) == 1 else None,
        differs=len(expected) > 1,
        now=tuple((value, tuple(ids)) for value, ids in now.items()),
        sources=tuple(sources),
        absent=tuple(absent),
        on_its_way=on_its_way,
        from_afar=from_afar,
    )


def _source(path: str, station: Known) -> Source:
    if station.report is None:
        return "unknown"
    if path not in station.in_force:
        return "absent"
    if station.confirmed is None:
        return "unknown"
    if path in station.confirmed:
        return "afar" if station.confirmed[path] == station.in_force[path] else "tapped"
    section, key = path.split(".")
    return "here" if key in HERE.get(section, ()) else "own"


def source_in_words(source: Source, _: Gettext) -> str:
    """Where a value comes from."""
    return {
        "afar": _("set from here"),
        "tapped": _("tapped at the station"),
        "own": _("from the station's own file"),
        "here": _("the station's own: its file or its staff menu"),
        "absent": _("not known to the station's program"),
        "unknown": _("the station has not said yet"),
    }[source]


def submitted(
    form: Mapping[str, str], _: Gettext
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """What a filled-in form wants: values (None = as the station's own file says), problems, and
    what was typed, each by `section.key`.

    A field that comes back as it was shown wants nothing.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    typed: dict[str, str] = {}
    for field in fields():
        was = form.get(f"was:{field.path}")
        if was is None:
            continue
        raw = form.get(field.path, "").strip()
        if field.kind == "switch" and raw == "" and was in ("on", "off"):
            raw = "off"
        if form.get(f"own:{field.path}"):
            values[field.path] = None
        elif form.get(f"none:{field.path}") and field.kind == "time":
            values[field.path] = ""
        elif raw != was and not (was == DIFFERS and raw == ""):
            typed[field.path] = raw
            value, problem = _parsed(field, raw, _)
            if problem:
                problems[field.path] = problem
            else:
                values[field.path] = value
    return values, problems, typed


def _parsed(field: Field, raw: str, _: Gettext) -> tuple[Any, str]:
    """The value typed, else what is wrong with it."""
    if field.kind == "switch":
        return raw == "on", ""
    if field.kind in ("whole", "number"):
        try:
            value = int(raw) if field.kind == "whole" else float(raw.replace(",", "."))
        except ValueError:
            return None, _("Must be a whole number.") if field.kind == "whole" else _(
                "Must be a number."
            )
        problem = _out_of_range(field, value, _)
        return (None, problem) if problem else (value, "")
    if field.kind == "choice" and raw not in field.choices:
        return None, _("Must be one of {choices}.").format(choices=", ".join(field.choices))
    return raw, ""


def _out_of_range(field: Field, value: float, _: Gettext) -> str:
    low = float("-inf") if field.low is None else field.low
    high = float("inf") if field.high is None else field.high
    if field.above is not None:
        if field.above < value <= high:
            return ""
        return _("Must be more than {low} and at most {high}.").format(
            low=f"{field.above:g}", high=f"{high:g}"
        )
    if low <= value <= high:
        return ""
    return _("Must be from {low} to {high}.").format(low=f"{low:g}", high=f"{high:g}")


def as_text(value: Any) -> str:
    """A value as an input holds it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def problems_in_words(problems: Iterable[desired.Problem], _: Gettext) -> dict[str, str]:
    """The schema's own problems by `section.key`, in words where the hub has them."""
    said = {
        "quiet hours need both a beginning and an end, or neither": _(
            "Quiet hours need both a beginning and an end, or neither."
        )
    }
    return {problem.path: said.get(problem.msg, problem.msg) for problem in problems}


def heading(section: str, _: Gettext) -> str:
    """Of a section; one this hub has no words for by its own name."""
    return settings_words.sections(_).get(section, section)
