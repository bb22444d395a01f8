"""What the screens seen from a distance say, chosen from the view: one thing at a time."""

from dataclasses import dataclass

from station.hinge import INSTRUCTIONS, Cue, Rep
from station.hinge.exercise import FrontName
from station.hinge.verdict import Pattern
from station.kiosk import words
from station.kiosk.emphasis import rounding_part
from station.kiosk.icons import POINTING_BACK
from station.kiosk.sets import Snapshot
from station.kiosk.view import View
from station.kiosk.words import Said, Tone, msgid

FELT = msgid("Only you can feel this:")
TODAY = msgid("today")
DEPTH = msgid("Depth")
LOOKING = msgid("One moment")

POINTS: dict[FrontName, str] = {
    "stance": msgid("Stance"),
    "toes": msgid("Toes"),
    "knees": msgid("Knees"),
    "shoulders": msgid("Shoulders"),
    "pelvis": msgid("Pelvis"),
    "head": msgid("Head"),
}
"""What is checked facing the camera, in a word."""

PARTS = {
    "low_back": msgid("Low back rounds"),
    "high_back": msgid("Upper back rounds"),
}
"""Which part of the back rounded, where one of them did."""

MOVED: dict[Pattern, str] = {
    "hinge": "praise",
    "squat": "squatting",
    "stoop": "back_rounds",
    "unclear": "cannot_tell",
}
"""The icon of what moved."""

UNCLEAR = msgid("Your outline was not clear enough.")
BECAUSE = {
    "nobody": msgid("You were out of the picture."),
    "out_of_frame": msgid("You were not all in the picture."),
    "off_centre": msgid("You were not all in the picture."),
    "far": msgid("You were too far away."),
    "moving": msgid("You were walking."),
    "turn": msgid("You were not side-on."),
    "oblique": msgid("You were not side-on."),
    "another_person": msgid("Somebody was in the way."),
    "slow": msgid("The camera was too slow."),
    "implausible": msgid("Your joints could not be followed."),
    "no_silhouette": msgid("Your outline could not be seen."),
    "contour_hidden": msgid("An arm or a weight hides your back."),
    "contour_ragged": msgid("Loose clothes hide your back."),
    "borderline": msgid("It lies between flat and rounded."),
    "parts_disagree": msgid("It lies between flat and rounded."),
    "too_upright": msgid("You were too upright to show it."),
}
"""Why the back could not be told, by `Back.reason`."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the band says: msgids, one a line, the tone, and the icon beside it."""

    texts: tuple[str, ...] = ()
    tone: Tone = "fact"
    icon: str = ""
    turned: bool = False
    main: bool = True
    """It is the main cue, as large as there is; else it may be smaller."""


@dataclass(frozen=True, slots=True)
class Note:
    """Beside the count: one or two short lines, msgids, and the icon of the first."""

    lines: tuple[Said, ...]
    icon: str = ""


def place_words(view: View, *, mirrored: bool) -> Spoken:
    """The one thing to change, or that it starts by itself."""
    if view.cue is None or view.snapshot is None:
        whole = view.snapshot is not None and view.snapshot.somebody
        if whole and view.snapshot is not None and view.snapshot.update.gate.reason is None:
            return Spoken((LOOKING,), "right", "good")
        return Spoken((INSTRUCTIONS["nobody"],), "fact", "nobody")
    if view.cue.name == "off_centre":
        return Spoken(
            (view.cue.text,), "change", "move", turned=middle_is_left(view.snapshot, mirrored)
        )
    return Spoken((view.cue.text,), words.tone_of(view.cue), view.cue.name)


def middle_is_left(snapshot: Snapshot, mirrored: bool) -> bool:
    """Whether somebody at the picture's edge sees themselves right of the middle."""
    xs = snapshot.pose.landmarks[:, 0]
    right = bool(xs.mean() > snapshot.pose.size[0] / 2)
    return right != mirrored


def start_words(view: View) -> Spoken:
    """The first thing to change of the start position, then to turn."""
    if view.front is None:
        if view.cue is not None and view.cue.name != "turn":
            return Spoken((view.cue.text,), words.tone_of(view.cue), view.cue.name)
        return Spoken((INSTRUCTIONS["turn"],), "change", "turn")
    if view.front.cue is not None:
        return Spoken((view.front.cue.text,), "change", view.front.cue.name)
    if view.front.ready:
        return Spoken((msgid("Good. Stay like this"),), "right", "praise")
    return Spoken((LOOKING,), "fact", "slow")


def live_words(view: View, *, mirrored: bool, brief: bool) -> Spoken:
    """The cue; without one what the last bend was, between bends, or what to do.

    `brief`: there is no room for a whole sentence of instruction.
    """
    snapshot, cue = view.snapshot, view.cue
    if snapshot is None:
        return Spoken()
    front = view.front
    if front is not None and front.facing and front.cue is not None:
        # A set that asks for it is looked at from the front, too: there the side's gate is shut.
        return Spoken((front.cue.text,), "change", front.cue.name)
    bending = snapshot.update.phase in {"bending", "rising"}
    behind = back_is_right(snapshot, mirrored)
    # Praise is for the bend that is over: in the next one it would be wrong at once.
    if cue is not None and not (bending and cue.name == "praise"):
        turned = cue.name in POINTING_BACK and behind
        return Spoken((cue.text,), words.tone_of(cue), cue.name, turned=turned)
    last = snapshot.reps[-1] if snapshot.reps and not bending else None
    if last is not None:
        if view.exercise.mode == "pick_up" and last.kind == "rep":
            moved = words.last_rep(last, str)[0]
            return Spoken((words.PATTERNS[last.pattern],), moved.tone, MOVED[last.pattern])
        doubt = because(last)
        if doubt is not None and brief:
            return Spoken((words.BACKS["cannot_tell"],), "fact", "cannot_tell")
        if doubt is not None:
            return Spoken((words.BACKS["cannot_tell"], doubt), "fact", "cannot_tell", main=False)
    reaches = view.exercise.limits.posture == "standing" and view.exercise.mode != "pick_up"
    icon = "hips_stay" if reaches else ""
    if not brief and view.exercise.phases.down:
        return Spoken((view.exercise.phases.down,), "fact", icon, behind, main=False)
    if reaches:
        return Spoken((words.READY,), "fact", icon, behind)
    return Spoken((words.SAFETY,), "fact", "safety", main=False)


def because(rep: Rep) -> str | None:
    """Why nothing can be said of the back in this bend, None where something can."""
    if rep.back.verdict != "cannot_tell":
        return None
    return BECAUSE.get(rep.back.reason or "", UNCLEAR)


def live_note(view: View) -> Note:
    """What moved in the last bend and what the back did, only between bends and only where it does
    not contradict the cue; the rule for safety otherwise."""
    snapshot = view.snapshot
    safety = Note((Said(words.SAFETY),), "safety")
    if snapshot is None or not snapshot.reps or snapshot.update.phase in {"bending", "rising"}:
        return safety
    rep = snapshot.reps[-1]
    if view.cue is not None and not agrees(view.cue, rep):
        return safety
    moved, back = words.last_rep(rep, str)
    if rep.back.verdict == "rounded":
        part = rounding_part(rep.back.low, rep.back.high)
        back = Said(PARTS.get(part, back.text), back.tone)
    if view.exercise.mode == "pick_up" or because(rep) is not None:
        # The band says why the back cannot be told.
        return Note((moved,))
    return Note((moved, back))


def agrees(cue: Cue, rep: Rep) -> bool:
    """Whether a cue is about that bend or about none: one from its midst may have been taken back
    by the verdict."""
    return cue.name == "praise" or cue.name in rep.faults or cue.name in INSTRUCTIONS


def back_is_right(snapshot: Snapshot, mirrored: bool) -> bool:
    """Whether the member's back is on the right of the screen: the mirror swaps sides."""
    return (snapshot.update.view.facing == "right") == mirrored


def marks_of(reps: tuple[Rep, ...]) -> list[str]:
    """The dots that stand for bends: "clean", "rep", "attempt", "uncertain"."""
    return ["clean" if rep.kind == "rep" and rep.clean else rep.kind for rep in reps]
