"""What a screen is given to show, and what it may ask for. No Kivy here."""

from dataclasses import dataclass
from typing import Literal

from station.hinge import Cue, Exercise, FrontReport, Summary
from station.kiosk.portrait import Portrait
from station.kiosk.sets import Snapshot
from station.vision import CameraState

__all__ = ["LANGUAGES", "Action", "Portrait", "Question", "Stage", "View"]

Stage = Literal["attract", "choose", "place", "start", "live", "summary", "why", "privacy", "staff"]

Action = Literal[
    "start",  # wake up: attract → choose
    "choose",  # value = exercise id: → place
    "back",  # to where one came from
    "finish",  # end the set; asked first where somebody is exercising at a distance
    "again",  # summary → place, same exercise
    "done",  # → attract, everything forgotten
    "why",
    "privacy",
    "language",  # value = one of LANGUAGES, for this session only
    "staff",  # the PIN was right
    "stay",  # answer to "still there?"
    "yes",  # answer to "end this set?"
    "no",
]

Question = Literal["", "still_there", "end_set"]

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows of the session. `snapshot` None = no frame yet.

    `front` is the front check's word while the stage is "start" (and in a set that asks for it);
    None in "start" = that check is over, and the member is to turn to the side.
    `asking` lies over the screen, with `left_s` seconds to answer. `sent` is the JSON of the last
    finished session as it was handed to the ledger, None before there was one: it names nobody,
    and outlasts the session.
    """

    stage: Stage
    camera: CameraState
    exercise: Exercise
    language: str
    snapshot: Snapshot | None = None
    cue: Cue | None = None
    front: FrontReport | None = None
    summary: Summary | None = None
    portrait: Portrait | None = None
    sent: str | None = None
    asking: Question = ""
    left_s: float = 0.0
