"""The set in progress: one exercise at a time, and what is kept of it."""

import gc
import weakref

import numpy as np

from station.kiosk import catalogue
from station.kiosk.button import NEAREST
from station.kiosk.flow import Flow
from station.kiosk.sets import Sets
from station.settings import Settings
from station.vision import CameraState, Pose
from tests import people
from tests.kiosk.people import FPS, bend, nobody, pose, room

EXERCISES = catalogue.load()


def watch(sets: Sets, seconds: float, rounding: float = 0.0, begun: float = 0.0) -> None:
    """Somebody side-on who hinges every three seconds, the back rounding more the lower it is."""
    for i in range(round(seconds * FPS)):
        t = i / FPS
        depth = bend(t)
        sets.on_frame(None, pose(begun + t, depth, rounding=rounding * max(0.0, depth - 0.5) * 2))


def trunk_deg(landmarks: np.ndarray) -> float:
    """Inclination of the line from the hips to the shoulders, degrees."""
    across, up = landmarks[12, :2] - landmarks[24, :2]
    return float(np.degrees(np.arctan2(abs(across), -up)))


def test_the_portrait_is_where_the_back_began_to_round_and_stays_that() -> None:
    sets = Sets()
    sets.begin(EXERCISES["hinge"])
    watch(sets, 4.6)
    assert sets.newest is not None
    bottom = sets.newest.portrait
    assert bottom is not None
    assert not bottom.rounds
    assert bottom.dorsal is not None
    assert bottom.facing == "right"
    watch(sets, 4.6, rounding=0.16, begun=5.0)
    rounded = sets.newest.portrait
    assert rounded is not None
    assert rounded.rounds
    assert 15 < trunk_deg(rounded.landmarks) < trunk_deg(bottom.landmarks) - 5
    watch(sets, 4.6, begun=10.0)
    ended = sets.finish()
    assert ended is not None
    assert ended.portrait is rounded
    assert [rep.back.verdict for rep in ended.summary.reps] == ["flat", "rounded", "flat"]


def test_the_button_is_followed_in_the_bend_and_dark_between_two() -> None:
    sets = Sets()
    sets.begin(EXERCISES["hinge"])
    lit = []
    for i in range(round(7.8 * FPS)):
        sets.on_frame(None, pose(i / FPS, bend(i / FPS)))
        assert sets.newest is not None
        lit.append(sets.newest.button.lit)
    assert any(lit)
    assert not lit[-1]
    assert sets.newest is not None
    assert sets.newest.button.distance > NEAREST, "reached twice: it steps back"


def test_nothing_of_a_person_is_kept_between_sets() -> None:
    sets = Sets()
    sets.on_frame(room(), pose(0.0))
    assert sets.newest is None, "nobody has asked to be seen"
    sets.begin(EXERCISES["hinge"])
    frame, seen = room(), pose(1.0)
    kept = [weakref.ref(frame), weakref.ref(seen.landmarks)]
    sets.on_frame(frame, seen)
    assert sets.newest is not None
    del frame, seen
    assert all(ref() is not None for ref in kept)
    sets.finish()
    gc.collect()
    assert all(ref() is None for ref in kept)
    sets.on_frame(room(), pose(2.0))
    assert (sets.newest, sets.finish()) == (None, None)


def test_with_the_real_checker_a_member_is_led_from_the_front_to_the_side() -> None:
    sets = Sets()
    saved: list[object] = []
    now = 100.0
    flow = Flow(
        sets,
        exercises=EXERCISES,
        settings=Settings(),
        now=now,
        save=lambda *given: saved.append(given),
    )
    stages: list[str] = []
    fronts: list[bool] = []

    def see(
        seconds: float, someone: people.Camera | None, scene: people.Scene | None = None
    ) -> None:
        nonlocal now
        begun = now
        poses = iter(()) if scene is None else scene.poses()
        while now < begun + seconds:
            now += 1 / 30
            shown: Pose | None = next(poses, None)
            if shown is None:
                shown = (
                    nobody(now) if someone is None else people.pose(now, people.STANDING, someone)
                )
            sets.on_frame(None, shown)
            flow.tick(now, CameraState("live", ""))
            view = flow.view
            if not stages or stages[-1] != view.stage:
                stages.append(view.stage)
            if view.front is not None:
                fronts.append(view.front.ready)

    see(1.0, None)
    flow.act(now, "start")
    see(1.0, None)
    flow.act(now, "choose", "hinge")
    see(3.0, None)
    see(4.0, people.Camera(yaw=90.0))
    assert fronts
    see(2.5, people.SIDE)
    see(3.5, None, people.Scene(start=now).hold(0.3).bend(people.HINGE))
    see(11.0, None)
    assert stages == ["attract", "choose", "place", "start", "live", "summary"]
    assert len(saved) == 1
