"""What a screen is given to show, and what it may ask for. No Kivy here."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from station.hinge import Cue, Exercise, FrontReport, Summary
from station.hinge.verdict import Facing
from station.kiosk.sets import Snapshot
from station.vision import CameraState

Stage = Literal["attract", "choose", "place", "start", "live", "summary", "why", "privacy", "staff"]

Action = Literal[
    "start",  # wake up: attract → choose
    "choose",  # value = exercise id: → place
    "back",  # to where one came from
    "finish",  # end the set; asked first where somebody is exercising at a distance
    "again",  # summary → place, same exercise
    "done",  # summary → attract, everything forgotten
    "why",
    "privacy",
    "language",  # value = "en" or "de", for this session only
    "staff",  # the PIN was right
    "stay",  # answer to "still there?"
    "yes",  # answer to "end this set?"
    "no",
]

Question = Literal["", "still_there", "end_set"]


@dataclass(frozen=True, slots=True)
class Portrait:
    """One frame of the set as lines, for the summary: no picture.

    `landmarks` float32 [33, 4], pixels; `dorsal` float32 [n, 2] pixels, hip to shoulder, or None;
    `rounds`: it is the frame in which the back began to round, else the bottom of a rep.
    """

    landmarks: NDArray[np.float32]
    dorsal: NDArray[np.float32] | None
    facing: Facing | None
    rounds: bool


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows of the session. `snapshot` None = no frame yet.

    `front` is the front check's word while the stage is "start" (and in a set that asks for it).
    `asking` lies over the screen, with `left_s` seconds to answer. `sent` is the JSON of the last
    finished session as it is handed to the ledger, None before there was one.
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
