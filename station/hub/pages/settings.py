"""The page *Settings*: a form for all stations, a group or one; what came of each change; the way
back."""

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from station.hub import fleet, outcome, roster, settings_form, settings_words
from station.hub.access import audit, route
from station.hub.changes import Change, Changes, StationRefusedError
from station.hub.fleet import Fleet
from station.hub.forms import filled_in, see_other
from station.hub.outcome import Outcome
from station.hub.rendering import language_of, render
from station.hub.wiring import Wiring
from station.hub.words import Gettext
from station.i18n import translator

LATEST = 30
"""Changes that the history shows."""


def routes(wiring: Wiring) -> list[Route]:
    """For managers only."""
    page = _Settings(wiring)
    return [
        route("/settings", page.form, role="manager"),
        route("/settings", page.send, role="manager", methods=("POST",)),
        route("/settings/change", page.change, role="manager"),
        route("/settings/change.json", page.change_now, role="manager"),
        route("/settings/history", page.history, role="manager"),
        route("/settings/revert", page.revert, role="manager"),
        route("/settings/revert", page.send_revert, role="manager", methods=("POST",)),
    ]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A form that came back with problems, by `section.key`; "" = of no single field."""

    values: dict[str, Any]
    raw: dict[str, str]
    problems: dict[str, str]


NOTHING_TYPED = _Typed({}, {}, {})


class _Settings:
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._changes = Changes(wiring.database)

    def _language(self, request: Request) -> str:
        return language_of(request, self._wiring.settings.station.language)

    async def form(self, request: Request) -> Response:
        whom = request.query_params.get("for", "all")
        return await run_in_threadpool(self._form, request, whom, NOTHING_TYPED)

    async def send(self, request: Request) -> Response:
        return await run_in_threadpool(self._send, request, await filled_in(request))

    async def change(self, request: Request) -> Response:
        return await run_in_threadpool(self._change, request)

    async def change_now(self, request: Request) -> Response:
        return await run_in_threadpool(self._change_now, request)

    async def history(self, request: Request) -> Response:
        return await run_in_threadpool(self._history, request)

    async def revert(self, request: Request) -> Response:
        return await run_in_threadpool(self._revert, request)

    async def send_revert(self, request: Request) -> Response:
        return await run_in_threadpool(self._send_revert, request, await filled_in(request))

    def _form(self, request: Request, whom: str, typed: _Typed) -> Response:
        language = self._language(request)
        _ = translator(language)
        known = fleet.known(self._wiring)
        chosen = roster.chosen(whom, known.settable, known.notes)
        stations = self._changes.known(chosen)
        shown = [settings_form.shown(field, stations) for field in settings_form.fields()]
        order = {name: place for place, name in enumerate(settings_words.sections(_))}
        names = sorted({each.field.section for each in shown}, key=lambda n: order.get(n, 99))
        return render(
            request,
            "settings.html",
            language=language,
            status=422 if typed.problems else 200,
            whom=whom,
            whom_label=known.whom(whom, _),
            choices=_choices(known),
            stations=[known.label(station) for station in chosen],
            sections=[
                (
                    name,
                    settings_form.heading(name, _),
                    [_row(each, typed, known, _) for each in shown if each.field.section == name],
                )
                for name in names
            ],
            problem=typed.problems.get("", ""),
            wrong=len(typed.problems),
        )

    def _send(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        whom = form.get("for", "")
        known = fleet.known(self._wiring)
        chosen = roster.chosen(whom, known.settable, known.notes)
        values, problems, raw = settings_form.submitted(form, _)
        if not chosen:
            problems[""] = _("There is no such station any more: choose again.")
        elif not values and not problems:
            problems[""] = _("Nothing was changed, so nothing was sent.")
        if not problems:
            try:
                id_ = self._changes.make(
                    dict.fromkeys(chosen, values),
                    request.state.user.name,
                    self._wiring.now(),
                    whom=whom,
                )
            except StationRefusedError as error:
                problems = _refusals(error, known, len(chosen), _)
            else:
                audit(request, "settings.changed", _audited(whom, values))
                return see_other("/settings/change", id=id_)
        return self._form(request, whom, _Typed(values, raw, problems))

    def _change(self, request: Request) -> Response:
        language = self._language(request)
        _ = translator(language)
        change = self._changes.one(request.query_params.get("id", ""))
        if change is None:
            return see_other("/settings/history")
        known = fleet.known(self._wiring)
        return render(
            request,
            "settings_change.html",
            language=language,
            change=_told(change, known, _),
            live=_live(change, known, _),
        )

    def _change_now(self, request: Request) -> Response:
        _ = translator(self._language(request))
        change = self._changes.one(request.query_params.get("id", ""))
        if change is None:
            return JSONResponse({"problem": "no such change"}, status_code=404)
        return JSONResponse(_live(change, fleet.known(self._wiring), _))

    def _history(self, request: Request) -> Response:
        language = self._language(request)
        _ = translator(language)
        known = fleet.known(self._wiring)
        return render(
            request,
            "settings_history.html",
            language=language,
            latest=LATEST,
            changes=[_told(change, known, _) for change in self._changes.newest(LATEST)],
        )

    def _revert(self, request: Request) -> Response:
        return self._reverting(request, request.query_params.get("id", ""), "")

    def _reverting(self, request: Request, id_: str, problem: str) -> Response:
        language = self._language(request)
        _ = translator(language)
        change = self._changes.one(id_)
        if change is None:
            return see_other("/settings/history")
        known = fleet.known(self._wiring)
        now = {station.id: station for station in self._changes.known(change.back)}
        same: dict[tuple[str, Any, Any], list[str]] = {}
        for station, values in change.back.items():
            for path, before in values.items():
                step = (path, now[station].standing.get(path), before)
                same.setdefault(step, []).append(known.label(station))
        steps = [
            {
                "stations": ", ".join(stations),
                "setting": settings_words.label_of(path, _),
                "now": settings_words.with_unit(path, standing, _),
                "then": settings_words.with_unit(path, before, _),
            }
            for (path, standing, before), stations in same.items()
            if standing != before
        ]
        return render(
            request,
            "settings_revert.html",
            language=language,
            status=422 if problem else 200,
            change=_told(change, known, _),
            steps=steps,
            problem=problem,
        )

    def _send_revert(self, request: Request, form: dict[str, str]) -> Response:
        _ = translator(self._language(request))
        change = self._changes.one(form.get("id", ""))
        if change is None:
            return see_other("/settings/history")
        try:
            id_ = self._changes.make(
                change.back,
                request.state.user.name,
                self._wiring.now(),
                whom=change.whom,
                reverts=change.id,
            )
        except StationRefusedError as error:
            known = fleet.known(self._wiring)
            problems = _refusals(error, known, len(change.stations), _)
            return self._reverting(request, change.id, " ".join(problems.values()))
        audit(request, "settings.reverted", f"{change.whom}: {change.id}")
        return see_other("/settings/change", id=id_)


def _choices(known: Fleet) -> dict[str, list[tuple[str, str]]]:
    """Whom to change: groups and stations, each with what stands for it in the address."""
    return {
        "groups": [(f"group:{name}", name) for name in roster.groups(known.notes)],
        "stations": [
            (f"station:{id_}", known.label(id_))
            for id_ in roster.chosen("all", known.settable, known.notes)
        ],
    }


def _row(shown: settings_form.Shown, typed: _Typed, known: Fleet, _: Gettext) -> dict[str, Any]:
    """One field as the template shows it."""
    field, path = shown.field, shown.field.path
    choices = settings_words.choices(_)

    def words(value: Any) -> str:
        return settings_words.with_unit(path, value, _)

    return {
        "path": path,
        "kind": field.kind,
        "label": settings_words.label_of(path, _),
        "hint": settings_words.hints(_).get(path, ""),
        "unit": settings_words.UNITS.get(path, ""),
        "restart": field.restart,
        "low": settings_form.as_text(field.low),
        "high": settings_form.as_text(field.high),
        "step": shown.step,
        "choices": [(choice, choices.get(choice, choice)) for choice in field.choices],
        "was": shown.was,
        "value": typed.raw.get(path, "" if shown.differs else settings_form.as_text(shown.value)),
        "differs": shown.differs,
        "now": [
            (words(value), ", ".join(known.label(station) for station in ids))
            for value, ids in shown.now
        ],
        "sources": [settings_form.source_in_words(source, _) for source in shown.sources],
        "absent": ", ".join(known.label(station) for station in shown.absent),
        "on_its_way": words(shown.value) if shown.on_its_way and not shown.differs else "",
        "from_afar": shown.from_afar,
        "own": path in typed.values and typed.values[path] is None,
        "problem": typed.problems.get(path, ""),
    }


def _refusals(
    error: StationRefusedError, known: Fleet, stations: int, _: Gettext
) -> dict[str, str]:
    """By `section.key`, each with the stations it is of, unless it is of all."""
    where: dict[tuple[str, str], list[str]] = {}
    for station, problems in error.problems.items():
        for path, words in settings_form.problems_in_words(problems, _).items():
            where.setdefault((path, words), []).append(known.label(station))
    told: dict[str, str] = {}
    for (path, words), names in where.items():
        sentence = words if len(names) == stations else f"{', '.join(names)}: {words}"
        told[path] = f"{told[path]} {sentence}" if path in told else sentence
    told.setdefault("", _("Nothing was sent: not every station could take it."))
    return told


def _told(change: Change, known: Fleet, _: Gettext) -> dict[str, Any]:
    """A change as pages tell it."""
    outcomes = {of.station: outcome.of(of, known.state(of.station), _) for of in change.stations}
    words = {each.state: each.word for each in outcomes.values()}
    return {
        "id": change.id,
        "at": change.at,
        "when": change.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "who": change.who,
        "whom": known.whom(change.whom, _),
        "count": len(change.stations),
        "reverts": change.reverts,
        "lines": _lines(change, known, _),
        "stations": [(of.station, known.label(of.station)) for of in change.stations],
        "outcomes": [
            (outcome.LEVELS[state], words[state], count)
            for state, count in outcome.together(outcomes.values()).items()
        ],
    }


def _lines(change: Change, known: Fleet, _: Gettext) -> list[dict[str, str]]:
    """Old → new, once for all stations that it is the same for."""
    same: dict[tuple[str, Any, Any], list[str]] = {}
    for of in change.stations:
        for path, was in of.keys.items():
            before = was.in_force if was.before is None else was.before
            same.setdefault((path, before, was.after), []).append(of.station)
    return [
        {
            "setting": settings_words.label_of(path, _),
            "old": settings_words.with_unit(path, before, _),
            "new": settings_words.with_unit(path, after, _),
            "at": ""
            if len(stations) == len(change.stations)
            else ", ".join(known.label(station) for station in stations),
        }
        for (path, before, after), stations in same.items()
    ]


def _live(change: Change, known: Fleet, _: Gettext) -> dict[str, Any]:
    """What became of a change at each of its stations, and whether that is all."""
    found: list[tuple[str, Outcome]] = [
        (of.station, outcome.of(of, known.state(of.station), _)) for of in change.stations
    ]
    done = sum(each.state == "applied" for _station, each in found)
    settled = all(each.settled for _station, each in found)
    return {
        "settled": settled,
        "summary": _("In force at {n} of {all} stations.").format(n=done, all=len(found)),
        "stations": [
            {
                "id": station,
                "label": known.label(station),
                "level": each.level,
                "word": each.word,
                "sentence": each.sentence,
            }
            for station, each in found
        ],
    }


def _audited(whom: str, values: dict[str, Any]) -> str:
    shown = ", ".join(
        f"{path}={'(own)' if value is None else settings_form.as_text(value)}"
        for path, value in values.items()
    )
    return f"{whom}: {shown}"
