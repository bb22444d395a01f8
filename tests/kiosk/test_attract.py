"""The first screen: it moves, it moves about, and every touch on it does what it says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from station.kiosk import words
from station.vision import CameraState
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import Pinned, Wall

Hang = Callable[..., Wall]


def put(wall: Wall, **given: Any) -> Pinned:
    return wall.put(wall.view("attract", **given))


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[3]], ids=str)
def test_a_touch_anywhere_starts_and_a_key_does_what_it_says(hang: Hang, panel: Panel) -> None:
    wall = hang(panel)
    pinned = put(wall)
    wall.touch(panel.width * 0.5, panel.height * 0.96)
    for key in (words.START, "Deutsch", "English", words.WHY, words.SEEN):
        wall.press(key)
    assert pinned.acts == [
        ("start", ""),
        ("start", ""),
        ("language", "de"),
        ("language", "en"),
        ("why", ""),
        ("privacy", ""),
    ]


def test_the_chosen_language_is_marked_by_more_than_a_colour(hang: Hang) -> None:
    wall = hang(language="de")
    put(wall)
    from station.kiosk.screens.attract import LanguageKey

    keys = {w.text: w for w in wall.app.screen.walk() if isinstance(w, LanguageKey)}
    assert keys["Deutsch"].chosen
    assert keys["Deutsch"].icon
    assert not keys["English"].chosen
    assert not keys["English"].icon


def test_the_figure_hinges_slowly(hang: Hang) -> None:
    from station.kiosk.screens.attract import CYCLE_S, depth_at

    wall = hang()
    put(wall)
    seen = []
    for _ in range(60):
        wall.step(6, draw=False)
        seen.append(wall.app.screen.depth)
    assert min(seen) == 0.0
    assert max(seen) == 1.0
    assert max(np.abs(np.diff(seen))) < 0.25
    assert depth_at(0.0) == depth_at(1.0) == 0.0
    assert CYCLE_S >= 5


def test_with_reduced_motion_it_only_changes_its_pose(hang: Hang) -> None:
    wall = hang(screen={"reduced_motion": True})
    put(wall)
    seen = set()
    for _ in range(60):
        wall.step(12, draw=False)
        seen.add(wall.app.screen.depth)
    assert seen == {0.0, 1.0}


def test_nothing_stands_in_one_place_for_hours(hang: Hang) -> None:
    """Figure and words change sides, and all of it stands aside by a millimetre now and then."""
    from station.kiosk.screens.attract import SWAP_EVERY_S

    wall = hang()
    put(wall)
    places = set()
    for _ in range(10):
        wall.clock.now += SWAP_EVERY_S
        wall.step(3, draw=False)
        start = wall.app.screen.ids.start
        places.add(tuple(round(part) for part in start.to_window(*start.pos)))
    assert len(places) > 4
    assert max(x for x, _ in places) - min(x for x, _ in places) > wall.window.size[0] * 0.2


def test_a_camera_that_is_gone_is_said(hang: Hang) -> None:
    wall = hang()
    put(wall, camera=CameraState("offline", "The camera is not connected."))
    assert "The camera is not connected." in wall.texts()
    put(wall, camera=CameraState("stalled", ""))
    assert words.NO_PICTURE in wall.texts()


def test_a_corner_held_is_for_staff_and_a_corner_tapped_starts(hang: Hang) -> None:
    from kivy.tests.common import UnitTestTouch

    from station.kiosk.screens.attract import CORNER_S, in_corner

    wall = hang()
    pinned = put(wall)
    asked: list[float] = []
    wall.app.screen.bind(on_corner_held=lambda _: asked.append(wall.clock.now))
    finger = UnitTestTouch(5, 715)
    finger.touch_down()
    wall.wait(CORNER_S - 0.2)
    assert not asked
    wall.wait(0.4)
    finger.touch_up()
    wall.step()
    assert len(asked) == 1
    assert ("start", "") not in pinned.acts
    wall.app.pin_pad.take_down()
    wall.touch(5, 715)
    assert pinned.acts[-1] == ("start", "")
    assert in_corner((1279, 1), (1280, 720), 70)
    assert not in_corner((640, 1), (1280, 720), 70)


def test_a_key_that_lies_in_a_corner_is_tapped_there_and_never_by_who_holds_it(
    hang: Hang,
) -> None:
    """On a small panel that stands, the lowest keys reach into both lower corners."""
    from kivy.tests.common import UnitTestTouch

    from station.kiosk.screens.attract import CORNER_S
    from station.kiosk.widgets import Key

    wall = hang(Panel(480, 800, 88.0))
    pinned = put(wall)
    asked: list[float] = []
    wall.app.screen.bind(on_corner_held=lambda _: asked.append(wall.clock.now))
    keys = [w for w in wall.app.screen.walk() if isinstance(w, Key) and w.text == words.WHY]
    place = keys[0].x + 3, keys[0].y + 3
    finger = UnitTestTouch(*place)
    finger.touch_down()
    wall.wait(CORNER_S + 0.2)
    finger.touch_up()
    wall.step()
    assert len(asked) == 1
    assert {name for name, _ in pinned.acts} <= {"stay"}
    wall.app.pin_pad.take_down()
    wall.touch(*place)
    assert pinned.acts[-1] == ("why", "")
    wall.wait(0.5)
    assert keys[0].state == "normal"
