"""What a finished set is told in: the summary on the screen, and the text to take home."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from station.hinge import Exercise, Rep, Summary
from station.kiosk.words import PATTERNS, READY, SAFETY, Said, Tone, Translate, msgid

DEPTH_STEP_DEG = 5
"""An honest depth is said in steps of so many degrees: the camera tells it no better."""

ICONS: dict[Tone, str] = {"right": "praise", "fact": "too_shallow", "change": "hips_stay"}
"""The icon of the heading, by its tone, where the fault has none of its own."""

BEGAN = msgid("Your back began to round here.")
LOWEST = msgid("Your lowest point.")
WORK_ON = msgid("Work on this")
REPS_N, CLEAN_N = msgid("Reps: {n}"), msgid("clean: {n}")
ATTEMPTS_N, UNSURE_N = msgid("Attempts: {n}"), msgid("Not sure: {n}")
NO_LINK = msgid("The code holds this text, no link.")


@dataclass(frozen=True, slots=True)
class Next:
    """An exercise to go on with; `label` is what its key says."""

    exercise: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """What the summary says. `advice` is one thing to work on, or what comes next."""

    reps: int
    clean: int
    attempts: int
    unsure: int
    pattern: Said
    back: Said
    depth: str
    heading: Said
    advice: str
    cause: str
    fix: str
    nexts: tuple[Next, ...]
    """The drill that helps, else the next rungs that were earned."""
    kind: Literal["drill", "rung", ""]


def summary_words(
    summary: Summary, exercise: Exercise, name_of: Callable[[str], str], _: Translate
) -> SummaryWords:
    """What the summary of a set says; `name_of` gives an exercise's English name by id."""
    full = [rep for rep in summary.reps if rep.kind == "rep"]
    pick_up = exercise.mode == "pick_up"
    fault = exercise.fault(summary.work_on)
    if fault is not None:
        told = fault.told(summary.onset)
        heading = Said(_(WORK_ON), "change")
        advice, cause, fix = _(told.cue), _(told.cause), _(told.fix)
    elif full:
        heading = Said(_(msgid("Keep it up")), "right")
        clean = summary.clean == len(full) and not pick_up
        advice = _(msgid("Clean, all of them")) if clean else _(READY)
        cause, fix = "", _(msgid("Keep that shape and slow the way down."))
    else:
        heading = Said(_(msgid("Try again")))
        advice = _(msgid("Go a little deeper"))
        cause, fix = "", _(msgid("A rep counts when the hips fold far enough and come up again."))
    nexts: tuple[Next, ...] = ()
    kind: Literal["drill", "rung", ""] = ""
    if summary.drill is not None:
        kind = "drill"
        nexts = (_next(summary.drill, _(msgid("Drill: {name}")), name_of, _),)
    elif summary.next_rungs:
        kind = "rung"
        label = _(msgid("Next: {name}"))
        nexts = tuple(_next(rung, label, name_of, _) for rung in summary.next_rungs)
    return SummaryWords(
        reps=len(full),
        clean=sum(rep.clean for rep in full),
        attempts=summary.count("attempt"),
        unsure=summary.count("uncertain"),
        pattern=_pattern(full, _),
        back=_back(full, _),
        depth=depth_words(summary, _),
        heading=heading,
        advice=advice,
        cause=cause,
        fix=fix,
        nexts=nexts,
        kind=kind,
    )


def depth_words(summary: Summary, _: Translate) -> str:
    """How deep the back held today; nothing where it never began to round late."""
    if summary.depth_deg is None:
        return ""
    degrees = max(DEPTH_STEP_DEG, round(summary.depth_deg / DEPTH_STEP_DEG) * DEPTH_STEP_DEG)
    return _(msgid("Your back held to about {n}°.")).format(n=degrees)


def result_text(said: SummaryWords, name: str, pick_up: bool, _: Translate) -> str:
    """The result as plain lines, for the code on the summary: no link, no time, nobody's name.

    `name` is the exercise's, already in the member's language.
    """
    counts = [_(REPS_N).format(n=said.reps)]
    if not pick_up:
        counts.append(_(CLEAN_N).format(n=said.clean))
    if said.attempts:
        counts.append(_(ATTEMPTS_N).format(n=said.attempts))
    if said.unsure:
        counts.append(_(UNSURE_N).format(n=said.unsure))
    lines = [
        f"Hinge Station · {name}",
        ", ".join(counts),
        said.pattern.text,
        said.back.text,
        said.depth,
        f"{said.heading.text}: {said.advice}",
        said.fix,
        *(each.label for each in said.nexts),
        _(SAFETY),
    ]
    return "\n".join(line for line in lines if line)


def _next(exercise: str, label: str, name_of: Callable[[str], str], _: Translate) -> Next:
    name = _(name_of(exercise))
    return Next(exercise, name, label.format(name=name))


def _pattern(full: list[Rep], _: Translate) -> Said:
    seen = Counter(rep.pattern for rep in full)
    if not seen:
        return Said(_(msgid("No full rep yet.")))
    pattern, times = seen.most_common(1)[0]
    if times * 2 <= len(full) and len(seen) > 1:
        return Said(_(PATTERNS["mixed"]), "change")
    tone: Tone = "right" if pattern == "hinge" else "fact" if pattern == "unclear" else "change"
    return Said(_(PATTERNS[pattern]), tone)


def _back(full: list[Rep], _: Translate) -> Said:
    if not full:
        return Said("")
    seen = Counter(rep.back.verdict for rep in full)
    total = len(full)
    if seen["rounded"]:
        words = _(msgid("Your back rounded in {n} of {total}."))
        return Said(words.format(n=seen["rounded"], total=total), "change")
    if seen["arched"]:
        words = _(msgid("Your back arched in {n} of {total}."))
        return Said(words.format(n=seen["arched"], total=total), "change")
    if seen["cannot_tell"] == total:
        return Said(_(msgid("Your back: can't tell, the outline was not clear enough.")))
    if seen["cannot_tell"]:
        words = _(msgid("Your back held still; can't tell in {n} of {total}."))
        return Said(words.format(n=seen["cannot_tell"], total=total), "right")
    return Said(_(msgid("Your back held still.")), "right")
