"""Every screen with something to show, made without a clock: views for pictures and layouts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from station.hinge import INSTRUCTIONS, Cue, Exercise, FrontReport, Summary
from station.hinge.exercise import Fault
from station.hinge.front import CUES, Point
from station.i18n import translator
from station.kiosk import catalogue
from station.kiosk.sets import Ended, Sets, Snapshot
from station.kiosk.view import Stage, View
from station.vision import CameraState, Pose
from tests import people as figures
from tests.kiosk.people import FPS, bend, nobody, pose, room

LIVE = CameraState("live", "The camera is live.")
GONE = CameraState("offline", "The camera is not connected.")
STALLED = CameraState("stalled", "The camera has stopped sending pictures.")
SENT = """{
  "v": 1,
  "id": "0192f3c1-7f2a-7c39-9a53-3f1c2c8f7d10",
  "hour": "2025-03-01T18:00Z",
  "source": "camera",
  "exercise": "hinge",
  "mode": "set",
  "reps": 8,
  "clean": 6,
  "attempts": 1,
  "patterns": {"hinge": 7, "stoop": 1},
  "faults": {"back_rounds": 2},
  "depth_band": "deep",
  "minutes_band": "1_to_3",
  "outcome": "finished",
  "cfg": 0
}"""
QUIET = ("attract", "choose", "why", "staff", "still", "live-end")
"""Names of those usual ones that say the most they ever say."""
STAFF_PAGES = ("menu", "camera", "framing", "state", "settings")
LONGEST = 3
"""So many of the longest texts of each kind are tried."""
T = TypeVar("T")

BONES = ((11, 23), (23, 25), (25, 27), (27, 31), (11, 13), (13, 15), (12, 24), (24, 26), (26, 28))


@dataclass(frozen=True)
class Still:
    """One thing a screen can show. `name` is unique; `page` is the staff's menu's own, or "pin"."""

    name: str
    view: View
    page: str = ""


@dataclass(frozen=True)
class Panel:
    """A screen on the wall: pixels, and millimetres of its short side."""

    name: str
    size: tuple[int, int]
    short_mm: float


PANELS = (
    Panel("1280x720", (1280, 720), 194.0),
    Panel("1920x1080", (1920, 1080), 194.0),
    Panel("720x1280", (720, 1280), 194.0),
    Panel("720x1280-7in", (720, 1280), 88.0),
)


@cache
def every() -> dict[str, Exercise]:
    """All exercises by id."""
    return catalogue.load()


def drawn(someone: Pose) -> NDArray[np.uint8]:
    """The camera's picture of that pose: a plain room and a plain person."""
    picture = room(someone.size)
    points = someone.landmarks[:, :2]
    if np.isnan(points).all():
        return picture
    torso = float(np.hypot(*(points[12] - points[24])))
    for start, end in BONES:
        ends = [tuple(int(v) for v in points[i]) for i in (start, end)]
        thick = 0.42 if {start, end} == {11, 23} else 0.2
        cv2.line(picture, *ends, (58, 62, 74, 255), max(2, int(torso * thick)))
    ear = tuple(int(v) for v in points[7])
    cv2.circle(picture, ear, int(torso * 0.22), (150, 120, 100, 255), -1)
    return picture


@cache
def watched(
    seconds: float, rounding: float = 0.0, exercise: str = "hinge", facing: str = "right"
) -> Snapshot:
    """The newest word on somebody who stands and then hinges, a bend each three seconds."""
    sets = Sets()
    sets.begin(every()[exercise])
    for t in np.arange(0.0, seconds, 1 / FPS):
        depth = bend(float(t))
        someone = pose(float(t), depth, rounding=rounding * depth, facing=facing)
        sets.on_frame(None, someone)
    newest = sets.newest
    assert newest is not None
    return replace(newest, frame=drawn(newest.pose))


@cache
def finished(seconds: float, rounding: float = 0.0, exercise: str = "hinge") -> Ended:
    """What is left of such a set."""
    sets = Sets()
    sets.begin(every()[exercise])
    for t in np.arange(0.0, seconds, 1 / FPS):
        depth = bend(float(t))
        sets.on_frame(None, pose(float(t), depth, rounding=rounding * depth))
    ended = sets.finish()
    assert ended is not None
    return ended


@cache
def empty() -> Snapshot:
    """Nobody in the picture."""
    return _one_frame(nobody(0.0))


@cache
def facing_the_camera() -> Snapshot:
    """Somebody who faces the camera."""
    camera = replace(figures.SIDE, yaw=90.0, silhouette=False, scale=340.0, ankle=(640.0, 670.0))
    return _one_frame(figures.pose(0.0, figures.STANDING, camera))


def _one_frame(someone: Pose) -> Snapshot:
    sets = Sets()
    sets.begin(every()["hinge"])
    sets.on_frame(drawn(someone), someone)
    assert sets.newest is not None
    return sets.newest


def front(fix: str) -> FrontReport:
    """The front check asking for one change."""
    names = every()["hinge"].front.checks
    points = tuple(
        Point(name, "fix" if i == 0 else "good" if i < 4 else "cannot_tell")
        for i, name in enumerate(names)
    )
    return FrontReport(1.0, True, points, Cue(fix, CUES[fix]), False)


def view(stage: Stage, language: str = "en", exercise: str = "hinge", **more: Any) -> View:
    """What the flow would show in that stage."""
    return View(
        **{
            "stage": stage,
            "camera": LIVE,
            "exercise": every()[exercise],
            "language": language,
            **more,
        }
    )


def usual(language: str) -> Iterator[Still]:
    """Each screen as members meet it, once in each state that looks different."""

    def still(name: str, stage: Stage, **more: Any) -> Still:
        return Still(name, view(stage, language, **more))

    hinge = every()["hinge"]
    rounds = hinge.fault("back_rounds")
    assert rounds is not None
    bad, good = finished(10.6, 0.16), finished(10.6)
    yield still("attract", "attract")
    yield still("attract-no-camera", "attract", camera=GONE)
    yield still("choose", "choose")
    yield still("place-nobody", "place", snapshot=empty(), cue=_gate("nobody"))
    yield still("place-change", "place", snapshot=watched(1.0), cue=_gate("out_of_frame"))
    yield still("start-front", "start", snapshot=facing_the_camera(), front=front("stance_narrow"))
    yield still("start-turn", "start", snapshot=facing_the_camera())
    yield still("live-ready", "live", snapshot=watched(1.4))
    yield still("live-bottom", "live", snapshot=watched(9.0))
    change = Cue("back_rounds", rounds.cue)
    yield still("live-change", "live", snapshot=watched(8.9, 0.16), cue=change)
    yield still("live-praise", "live", snapshot=watched(7.6), cue=Cue("praise", "That is it"))
    yield still("live-no-picture", "live", camera=GONE)
    yield still("live-end-asked", "live", snapshot=watched(7.6), asking="end_set", left_s=8.4)
    yield still("summary-change", "summary", summary=bad.summary, portrait=bad.portrait, sent=SENT)
    yield still("summary-clean", "summary", summary=good.summary, portrait=good.portrait, sent=SENT)
    yield still("why", "why")
    yield still("privacy", "privacy", sent=SENT)
    yield Still("staff-pin", view("attract", language), "pin")
    for page in STAFF_PAGES:
        yield Still(f"staff-{page}", view("staff", language, snapshot=watched(1.4)), page)
    yield still("still-there", "choose", asking="still_there", left_s=19.4)


def hardest(language: str) -> Iterator[Still]:
    """What takes most room: the longest of everything that can be said, in crowded company."""
    long = _longest(every(), language, lambda each: (every()[each].name,))[0]
    crowd = _crowded(long)

    def still(name: str, stage: Stage, **more: Any) -> Still:
        return Still(name, view(stage, language, **({"exercise": long} | more)))

    for each in _longest(every(), language, lambda name: _read_of(every()[name])):
        for stage in ("place", "start", "live"):
            yield still(f"{stage}-{each}", stage, exercise=each)
    for cue in _longest(_cues(), language, lambda cue: (cue.text,)):
        for stage in ("place", "start", "live"):
            more = {"front": replace(front("knees"), cue=cue)} if stage == "start" else {}
            yield still(f"{stage}: {cue.text}", stage, snapshot=crowd, cue=cue, **more)
    for stage in ("place", "start", "live"):
        yield still(f"{stage}, no camera", stage, camera=STALLED)
    portrait = finished(10.6, 0.16).portrait
    for fault in _longest(_faults(), language, lambda fault: (fault.cause, fault.fix)):
        for onset in ("start", "late") if fault.late is not None else (None,):
            summary = _long_summary(long, fault, onset)
            exercise = every()[long].model_copy(update={"faults": (fault,)})
            shown = view("summary", language, summary=summary, portrait=portrait, sent=SENT)
            yield Still(f"summary: {fault.fix} {onset}", replace(shown, exercise=exercise))
    for name, summary in _ends(long):
        yield still(f"summary, {name}", "summary", summary=summary, portrait=portrait, sent=SENT)
    yield still("privacy, long", "privacy", sent=SENT.replace("8,", "88888,"))
    yield still("privacy, nothing sent", "privacy")
    yield from (each for each in usual(language) if each.name.startswith(QUIET))


def _longest(things: Iterable[T], language: str, texts: Callable[[T], Iterable[str]]) -> list[T]:
    """Those whose words need most room, the longest first: by all letters, and by one word."""
    _ = translator(language)

    def letters(thing: T) -> int:
        return len(" ".join(map(_, texts(thing))))

    def word(thing: T) -> int:
        return max(len(word) for text in texts(thing) for word in _(text).split())

    known = list(things)
    by_letters = sorted(known, key=letters, reverse=True)[:LONGEST]
    by_word = sorted(known, key=word, reverse=True)[:LONGEST]
    return [*by_letters, *(thing for thing in by_word if thing not in by_letters)]


def _read_of(exercise: Exercise) -> tuple[str, ...]:
    """What is said of an exercise before it begins."""
    return exercise.name, *exercise.phases.start, *exercise.phases.felt


def _crowded(exercise: str) -> Snapshot:
    """Twelve attempts, twelve reps, and the longest words on the last."""
    shown = watched(7.6, 0.16)
    last = replace(
        shown.reps[-1], pattern="unclear", back=replace(shown.reps[-1].back, verdict="cannot_tell")
    )
    reps = (replace(last, kind="attempt"),) * 12 + (last,) * 12
    update = replace(shown.update, reps=12, attempts=12)
    return replace(shown, reps=reps, update=update, number=shown.number + len(exercise))


def _gate(reason: str) -> Cue:
    return Cue(reason, INSTRUCTIONS[reason])


def _cues() -> list[Cue]:
    """Every cue there is, once."""
    said = {text: Cue(name, text) for name, text in (*INSTRUCTIONS.items(), *CUES.items())}
    said |= {text: Cue("praise", text) for text in ("Clean", "That is it")}
    for fault in _faults():
        texts = (fault.cue, fault.cue_now, fault.late.cue if fault.late is not None else None)
        said |= {text: Cue(fault.name, text) for text in texts if text is not None}
    return list(said.values())


def _faults() -> list[Fault]:
    """Every fault with its own words and drill, once."""
    found = {
        (fault.cue, fault.cause, fault.fix, fault.drill): fault
        for exercise in every().values()
        for fault in exercise.faults
    }
    return list(found.values())


def _long_summary(exercise: str, fault: Fault, onset: Any) -> Summary:
    reps = _crowded(exercise).reps
    summary = finished(10.6, 0.16).summary
    drill = fault.drill or "wall_tap"
    return replace(
        summary, exercise=exercise, reps=reps, work_on=fault.name, onset=onset, drill=drill,
        next_rungs=(), depth_deg=62.0,
    )  # fmt: skip


def _ends(exercise: str) -> Iterator[tuple[str, Summary]]:
    """Sets that end in other ways, each with the longest it can say."""
    rep = finished(10.6).summary.reps[-1]
    clean = replace(finished(10.6).summary, exercise=exercise, work_on=None, drill=None)
    longest = sorted(every(), key=lambda name: len(every()[name].name))[-2:]
    yield "clean", replace(clean, reps=(rep,) * 12, next_rungs=tuple(longest))
    attempt, unsure = replace(rep, kind="attempt", clean=False), replace(rep, kind="uncertain")
    yield "attempts only", replace(clean, reps=(attempt,) * 12 + (unsure,) * 12, next_rungs=())
    yield "nothing", replace(clean, reps=(), next_rungs=())
    judged = zip(
        ("flat", "rounded", "arched", "cannot_tell"),
        ("hinge", "squat", "stoop", "unclear"),
        strict=True,
    )
    for verdict, pattern in judged:
        seen: Any = replace(rep, back=replace(rep.back, verdict=verdict), pattern=pattern)
        yield f"{verdict} {pattern}", replace(clean, reps=(seen,) * 11 + (rep,), next_rungs=())
