"""Every sentence a member reads, as data for the screens: chosen here, drawn there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from station.hinge import Cue, Rep

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
AGAIN, MORE = msgid("Again"), msgid("More")
WHY, SEEN = msgid("Why hinge?"), msgid("What is seen and sent")
CHOOSE = msgid("What today?")
ASK_FIRST = msgid("A hip or back condition, or a new joint? Ask a professional first.")
STILL_THERE, STILL_YES, STILL_NO = msgid("Still there?"), msgid("I'm here"), msgid("I'm done")
END_SET, END_SET_YES, END_SET_NO = msgid("End this set?"), msgid("End it"), msgid("Go on")
REPS, CLEAN = msgid("reps"), msgid("clean")
ATTEMPTS, UNSURE = msgid("attempts"), msgid("not sure")
DEMO = msgid("Demo: a clip plays, no camera is on")
NETWORK = msgid("This kiosk still has a network (--allow-network)")
DISK = msgid("Staff: results cannot be saved at the moment. They are kept and tried again.")
FULL = msgid("Staff: there is no more room for results. New ones are lost.")
PICTURE_AGAIN = msgid("The picture is back.")
NO_PICTURE = msgid("No picture at the moment")

MOVED = {
    "hinge": msgid("Hips"),
    "squat": msgid("Knees"),
    "stoop": msgid("Spine"),
    "unclear": msgid("Unclear"),
}
"""What moved in the last rep, in a word."""

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Each by its own name, whatever language the screen speaks."""

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
