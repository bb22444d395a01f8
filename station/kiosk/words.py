"""Every sentence a member reads, as data for the screens: chosen here, drawn there."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from station.hinge import Cue, Exercise, Rep, Summary

Translate = Callable[[str], str]
Tone = Literal["right", "change", "fact"]
"""Blue, orange, white: this is right, change this, just so you know."""


def msgid(text: str) -> str:
    """Marks an English sentence for the catalogs; translated where it is shown."""
    return text


HEADLINE = msgid("Hips, knees\nor spine?")
INVITATION = msgid("See what moves when you bend.")
START = msgid("Tap to start")
PRIVACY = msgid("No picture leaves this screen.")
PLACE = msgid("Stand side-on")
WHOLE_BODY = msgid("Whole body in the picture.")
BY_ITSELF = msgid("It starts by itself.")
READY = msgid("Push your hips back")
SAFETY = msgid("Stop if it hurts; ask a coach.")
CANNOT_TELL = msgid("can't tell")
FINISH, BACK, DONE = msgid("Finish"), msgid("Back"), msgid("Done")
REPS, CLEAN = msgid("reps"), msgid("clean")
ATTEMPTS, UNSURE = msgid("attempts"), msgid("not sure")
DEMO = msgid("Demo: a clip plays, no camera is on")
NETWORK = msgid("This kiosk still has a network (--allow-network)")
DISK = msgid("Staff: results cannot be saved at the moment. They are kept and tried again.")
PICTURE_AGAIN = msgid("The picture is back.")
NO_PICTURE = msgid("No picture at the moment")

MOVED = {
    "hinge": msgid("Hips"),
    "squat": msgid("Knees"),
    "stoop": msgid("Spine"),
    "unclear": msgid("Unclear"),
}
"""What moved in the last rep, in a word."""

PATTERNS = {
    "hinge": msgid("You moved through your hips."),
    "squat": msgid("You moved through your knees."),
    "stoop": msgid("You moved through your spine."),
    "unclear": msgid("It was not clear what moved first."),
    "mixed": msgid("Some reps from the hips, some not."),
}

BACKS = {
    "flat": msgid("Back still"),
    "rounded": msgid("Back rounds"),
    "arched": msgid("Back arches"),
    "cannot_tell": msgid("Back: can't tell"),
}
"""The back in the last rep, in two words."""


@dataclass(frozen=True, slots=True)
class Said:
    """A few words and what they mean."""

    text: str
    tone: Tone = "fact"


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """What the summary says. `advice` is one thing to work on, or what comes next."""

    reps: int
    clean: int
    attempts: int
    unsure: int
    pattern: Said
    back: Said
    heading: Said
    advice: str
    cause: str
    fix: str
    drill: str


def tone_of(cue: Cue) -> Tone:
    """Praise is right; everything else asks for a change."""
    return "right" if cue.name == "praise" else "change"


def last_rep(rep: Rep, _: Translate) -> tuple[Said, Said]:
    """What moved, and what the back did, in a word or two each."""
    if rep.kind == "uncertain":
        return Said(_(MOVED["unclear"])), Said(_(BACKS["cannot_tell"]))
    moved_tone: Tone = "fact" if rep.pattern == "unclear" else "right"
    if rep.pattern in {"squat", "stoop"}:
        moved_tone = "change"
    back_tone: Tone = "right" if rep.back.verdict == "flat" else "change"
    if rep.back.verdict == "cannot_tell":
        back_tone = "fact"
    return Said(_(MOVED[rep.pattern]), moved_tone), Said(_(BACKS[rep.back.verdict]), back_tone)


def summary_words(
    summary: Summary, exercise: Exercise, name_of: Callable[[str], str], _: Translate
) -> SummaryWords:
    """What the summary of a set says; `name_of` gives an exercise's English name by id."""
    full = [rep for rep in summary.reps if rep.kind == "rep"]
    fault = exercise.fault(summary.work_on)
    if fault is not None:
        told = fault.told(summary.onset)
        heading = Said(_(msgid("Work on this")), "change")
        advice, cause, fix = _(told.cue), _(told.cause), _(told.fix)
    elif full:
        heading = Said(_(msgid("Nothing to change")), "right")
        advice = _(msgid("Clean, all of them")) if summary.clean == len(full) else _(READY)
        cause, fix = "", _(msgid("Keep that shape and slow the way down."))
    else:
        heading = Said(_(msgid("Try again")), "fact")
        advice = _(msgid("Go a little deeper"))
        cause, fix = "", _(msgid("A rep counts when the hips fold far enough and come up again."))
    drill = ""
    if summary.drill is not None:
        drill = _(msgid("Drill: {name}")).format(name=_(name_of(summary.drill)))
    elif summary.next_rungs:
        names = _(msgid(" or ")).join(_(name_of(rung)) for rung in summary.next_rungs)
        drill = _(msgid("Next: {name}")).format(name=names)
    return SummaryWords(
        reps=len(full),
        clean=sum(rep.clean for rep in full),
        attempts=summary.count("attempt"),
        unsure=summary.count("uncertain"),
        pattern=_pattern(full, _),
        back=_back(full, _),
        heading=heading,
        advice=advice,
        cause=cause,
        fix=fix,
        drill=drill,
    )


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
