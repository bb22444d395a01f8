"""What became of a change of settings at one station: a word, a sentence, whether it is over."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from station.desired import flat, remote_keys
from station.hub import settings_words
from station.hub.changes import OfStation
from station.hub.words import Gettext
from station.messages import CfgReported

State = Literal["applied", "rejected", "rolled_back", "waiting", "offline", "replaced", "newer"]
Level = Literal["green", "amber", "red"]

LEVELS: dict[State, Level] = {
    "applied": "green",
    "waiting": "amber",
    "offline": "amber",
    "replaced": "amber",
    "newer": "amber",
    "rejected": "red",
    "rolled_back": "red",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`settled`: nothing more will come of it by itself soon."""

    state: State
    level: Level
    word: str
    sentence: str
    settled: bool


def of(part: OfStation, state: str | None, _: Gettext) -> Outcome:
    """What became of it; `state` is what the station says of itself, None = nothing."""
    answer = part.answer
    if answer is None and part.report is not None and part.report.desired_version == part.version:
        answer = part.report
    if answer is not None:
        return _answered(part, answer, _)
    if part.newest > part.version:
        return _made(
            "replaced",
            _("Overtaken"),
            _("A later change took its place before the station answered."),
            settled=True,
        )
    if part.newer_program:
        return _made(
            "newer",
            _("Answer not read"),
            _(
                "The station's program is newer than this hub, which cannot read its answer: "
                "update the hub."
            ),
            settled=True,
        )
    if state in ("lost", "stopped", None):
        return _made(
            "offline",
            _("Offline"),
            _("The station is not connected; it gets the change when it is back."),
            settled=True,
        )
    return _made(
        "waiting",
        _("Waiting"),
        _(
            "Not answered yet: it is being tried, or a member is exercising and it waits for the "
            "end of the set."
        ),
        settled=False,
    )


def _answered(part: OfStation, answer: CfgReported, _: Gettext) -> Outcome:
    match answer.status:
        case "applied":
            return _made("applied", _("Applied"), _applied(part, answer, _), settled=True)
        case "rejected":
            return _made(
                "rejected",
                _("Rejected"),
                _("The station cannot use it and changed nothing. {why}").format(
                    why=reasons(answer, _)
                ),
                settled=True,
            )
        case "rolled_back":
            return _made(
                "rolled_back",
                _("Rolled back"),
                _("It was tried, and the settings before are in force again. {why}").format(
                    why=reasons(answer, _)
                ),
                settled=True,
            )
        case "stale":
            return _made(
                "replaced",
                _("Overtaken"),
                _("The station has had a newer change already."),
                settled=True,
            )


def _applied(part: OfStation, answer: CfgReported, _: Gettext) -> str:
    said = _("In force.")
    restarted = [path for path in part.keys if path in answer.restart]
    if restarted:
        said = _("In force; the kiosk started again for it.")
    in_force = flat(answer.config)
    for path, was in part.keys.items():
        if was.after is not None and path in in_force and in_force[path] != was.after:
            said += " " + _("{setting} is {value} there: it was tapped at the station.").format(
                setting=settings_words.label_of(path, _),
                value=settings_words.with_unit(path, in_force[path], _),
            )
    return said


def reasons(answer: CfgReported, _: Gettext) -> str:
    """Why a station did not keep it, each with the setting it is about."""
    said = {
        "quiet hours need both a beginning and an end, or neither": _(
            "quiet hours need both a beginning and an end, or neither"
        ),
        "no such setting": _("the station's program does not know this setting; update it"),
        "may not be changed from afar": _(
            "the station's program does not let this be changed from afar"
        ),
        "the kiosk ended while it ran with them": _("the kiosk ended while it ran with them"),
        "the screen failed with them": _("the screen failed with them"),
        "the station stopped before they were confirmed": _(
            "the station stopped before they were confirmed"
        ),
        "the kiosk does not run": _("the kiosk does not run"),
    }
    found = []
    for problem in answer.errors:
        why = said.get(problem.msg, problem.msg)
        label = settings_words.label_of(problem.path, _)
        known = problem.path in remote_keys()
        where = f"{label} ({problem.path})" if known else problem.path
        found.append(f"{where}: {why}." if problem.path else f"{why[:1].upper()}{why[1:]}.")
    return " ".join(found) or _("It did not say why.")


def together(outcomes: Iterable[Outcome]) -> dict[State, int]:
    """How many stations stand how, those that need somebody first."""
    counted = Counter(outcome.state for outcome in outcomes)
    order = {"red": 0, "amber": 1, "green": 2}
    return dict(sorted(counted.items(), key=lambda item: order[LEVELS[item[0]]]))


def _made(state: State, word: str, sentence: str, *, settled: bool) -> Outcome:
    return Outcome(state, LEVELS[state], word, sentence, settled)
