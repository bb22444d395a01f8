"""Nothing of a member is in memory once the first screen is back."""

import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from station.hinge import Checker, FrontCheck, FrontReport, Rep, Summary, Update
from station.kiosk import flow
from station.kiosk.flow import _Session
from station.kiosk.portrait import Portrait, Portraitist
from station.kiosk.presence import Presence
from station.kiosk.sets import Ended, Snapshot
from station.kiosk.timing import Timing
from station.kiosk.view import View
from station.vision import Contour, Pose
from tests.kiosk.people import bend, nobody, pose, room
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]

OF_A_PERSON = frozenset(
    (Checker, Contour, Ended, FrontCheck, FrontReport, Portrait, Portraitist, Pose, Presence)
) | {Rep, Snapshot, Summary, Update}
QUICK = Timing(nobody_s=1.0, summary_s=1.0)


def of_a_person(but: Sequence[object] = ()) -> list[object]:
    """Everything in memory that describes a member, less what was there before: `but`."""
    gc.collect()
    known = {id(flow.NOT_YET)} | {id(thing) for thing in but}
    every = gc.get_objects()
    return [thing for thing in every if type(thing) in OF_A_PERSON and id(thing) not in known]


class Watched:
    """Pictures, poses and portraits that were on the screen, held by weak references."""

    def __init__(self) -> None:
        self.refs: list[weakref.ref[Any]] = []

    def note(self, view: View) -> None:
        snapshot = view.snapshot
        if snapshot is not None:
            arrays = [snapshot.frame, snapshot.pose.landmarks, snapshot.update.dorsal]
            if snapshot.portrait is not None:
                arrays.append(snapshot.portrait.landmarks)
            self.refs += [weakref.ref(array) for array in arrays if array is not None]

    @property
    def alive(self) -> int:
        gc.collect()
        return sum(ref() is not None for ref in self.refs)


def go_live(wall: Wall, watched: Watched, exercise: str = "hinge") -> None:
    """From the first screen, by the member's own touches, into a set with one rep and a cue."""
    wall.app.watch = watched.note
    wall.wait(1.0)
    wall.context.act("language", "de")
    wall.context.act("start")
    wall.wait(1.0)
    wall.context.act("choose", exercise)
    wall.watch(2.0, lambda t: pose(wall.clock.now), room())
    assert wall.screen == "live"
    wall.watch(4.6, lambda t: pose(wall.clock.now, bend(t), rounding=0.16 * bend(t)), room())


def test_after_the_summary_no_object_of_the_session_is_reachable(hang: Hang) -> None:
    wall, watched = hang(timing=QUICK, save=lambda *_: None), Watched()
    others = of_a_person()
    go_live(wall, watched)
    before = wall.flow._session
    assert len(of_a_person(but=others)) > 5
    wall.watch(1.2, lambda t: nobody(wall.clock.now), room())
    assert wall.screen == "summary"
    view = wall.app.flow.view
    assert view.summary is not None
    assert view.portrait is not None
    portrait = weakref.ref(view.portrait.landmarks)
    del view
    assert of_a_person(but=others)
    wall.wait(1.5)
    assert wall.screen == "attract"
    assert wall.flow._session is not before
    del before
    wall.step(2)
    assert watched.refs
    assert (watched.alive, portrait()) == (0, None)
    assert not of_a_person(but=others)
    sessions = [thing for thing in gc.get_objects() if type(thing) is _Session]
    assert len(sessions) == 1
    assert sessions[0].language == "en"


def test_a_set_that_is_left_with_nothing_done_is_forgotten_too(hang: Hang) -> None:
    wall, watched = hang(timing=QUICK), Watched()
    others = of_a_person()
    wall.app.watch = watched.note
    wall.wait(1.0)
    wall.context.act("start")
    wall.wait(1.0)
    wall.context.act("choose", "warrior")
    wall.watch(2.0, lambda t: pose(wall.clock.now), room())
    wall.watch(1.2, lambda t: nobody(wall.clock.now), room())
    wall.wait(0.5)
    assert wall.screen == "attract"
    wall.step(2)
    assert watched.refs
    assert watched.alive == 0
    assert not of_a_person(but=others)


def test_the_next_set_of_the_same_member_knows_nothing_of_the_last(hang: Hang) -> None:
    wall, watched = hang(timing=Timing(nobody_s=1.0), save=lambda *_: None), Watched()
    go_live(wall, watched)
    wall.watch(1.2, lambda t: nobody(wall.clock.now), room())
    assert wall.screen == "summary"
    wall.wait(1.0)
    wall.context.act("again")
    wall.wait(0.2)
    assert wall.screen == "place"
    assert watched.alive == 0


def test_the_staffs_look_through_the_camera_leaves_nothing(hang: Hang) -> None:
    wall, watched = hang(), Watched()
    others = of_a_person()
    wall.app.watch = watched.note
    wall.wait(1.0)
    wall.context.act("staff")
    wall.watch(1.0, lambda t: pose(wall.clock.now), room())
    assert watched.alive
    wall.context.act("back")
    wall.wait(0.2)
    assert wall.screen == "attract"
    assert watched.alive == 0
    assert not of_a_person(but=others)
