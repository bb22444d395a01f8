"""The sentences of the screens that explain: choosing, why to hinge, what is seen and sent."""

import json
import textwrap
from dataclasses import dataclass

from station.hinge import Exercise
from station.kiosk.words import MOVED, Tone, Translate, msgid

WHY_SITTING = msgid("Sitting makes hips stiffer than backs, so most of us bend through the spine.")

FIRST_CHECK = msgid("Start here")
KINDS = {
    "drill": msgid("Drill"),
    "set": msgid("Ladder"),
    "pick_up": msgid("No score"),
}
"""What an exercise is, by its mode; said beside its name."""

SEEN_HERE = msgid("The camera's picture is looked at here and now. None is kept, none leaves.")
KEPT_HERE = msgid(
    "While you are here: your stick figure and what was counted. Then it is forgotten."
)
SENT_ON = msgid(
    "To the gym's own server: the counts of each set. No name, no picture, no exact time."
)
LAST_SENT = msgid("The last set, as it is sent")
EXAMPLE = msgid("An example: no set was done yet")
EXPLAINED = msgid("id and boot are random, seq counts sets, hour has no minutes.")
SEEN_TITLE, KEPT_TITLE, SENT_TITLE = msgid("Seen"), msgid("Kept"), msgid("Sent")

EXAMPLE_SENT = {
    "v": 1,
    "id": "0" * 32,
    "seq": 4,
    "boot": "00000000-0000-0000-0000-000000000000",
    "source": "camera",
    "hour": "2026-01-01T18:00Z",
    "clock": "synced",
    "exercise": "hinge",
    "mode": "set",
    "reps": 8,
    "clean": 5,
    "attempts": 1,
    "patterns": {"hinge": 7, "squat": 0, "stoop": 1, "unclear": 0},
    "faults": {"back_rounds": 2},
    "first_half_clean": 2,
    "second_half_clean": 3,
    "depth_band": "half",
    "minutes_band": "1_to_3",
    "outcome": "finished",
    "cfg": 0,
}
"""What a set of eight would look like; marked as an example where it is shown."""


@dataclass(frozen=True, slots=True)
class WhyPicture:
    """One of the three pictures of why to hinge. `pattern` is the drawn figure's."""

    pattern: str
    title: str
    sentence: str
    tone: Tone


WHY_PICTURES = (
    WhyPicture(
        "hinge",
        MOVED["hinge"],
        msgid("Hips work, the back holds still. For heavy or frequent lifting."),
        "right",
    ),
    WhyPicture(
        "squat",
        MOVED["squat"],
        msgid("Squatting down: the thighs take the load instead."),
        "fact",
    ),
    WhyPicture(
        "stoop",
        MOVED["stoop"],
        msgid("Bending over: the back takes it. Fine for a water bottle."),
        "change",
    ),
)


def kind_of(exercise: Exercise, first: bool, _: Translate) -> str:
    """What to say under an exercise's name."""
    return _(FIRST_CHECK) if first else _(KINDS[exercise.mode])


def sent_lines(sent: str | None, across: int) -> tuple[list[str], bool]:
    """The last session's JSON in lines of at most `across` characters; whether it is real.

    What cannot be read as JSON is shown as it is: nothing is hidden.
    """
    try:
        document = EXAMPLE_SENT if sent is None else json.loads(sent)
        text = json.dumps(document, indent=2, ensure_ascii=False)
    except ValueError:
        text = sent or ""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        lines += textwrap.wrap(
            line, max(12, across), subsequent_indent=indent, drop_whitespace=False
        ) or [line]
    return lines, sent is not None
