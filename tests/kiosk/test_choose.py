"""Choosing: every exercise can be reached in a few taps on any panel, the hinge check first."""

from collections.abc import Callable
from typing import Any

import pytest

from station.kiosk import catalogue, words
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]


def keys(wall: Wall) -> list[Any]:
    from station.kiosk.screens.choose import ExerciseKey

    return [w for w in wall.app.screen.walk() if isinstance(w, ExerciseKey)]


@pytest.mark.parametrize(
    ("panel", "low"),
    [(PANELS[0], False), (PANELS[0], True), (PANELS[2], True), (PANELS[3], False)],
    ids=str,
)
def test_every_exercise_can_be_reached(hang: Hang, panel: Panel, low: bool) -> None:
    wall = hang(panel, screen={"keys_low": low})
    pinned = wall.put(wall.view("choose"))
    screen = wall.app.screen
    offered: list[str] = []
    for _ in range(int(screen.pages)):
        for key in keys(wall):
            if key.exercise not in offered:
                offered.append(key.exercise)
                key.dispatch("on_press")
        if screen.pages > 1:
            wall.press(words.MORE)
    assert screen.page == 0
    assert sorted(offered) == sorted(catalogue.load())
    assert pinned.acts == [("choose", exercise) for exercise in offered]
    assert screen.pages <= 3
    last = keys(wall)[-1]
    wall.touch(*last.to_window(*last.center))
    assert pinned.acts[-1] == ("choose", last.exercise)


def test_the_hinge_check_is_first_and_largest(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("choose"))
    first, *rest = sorted(keys(wall), key=lambda key: -key.width * key.height)
    assert first.exercise == "hinge"
    assert all(first.width * first.height > 2 * key.width * key.height for key in rest)


def test_each_key_says_what_kind_of_exercise_it_is_and_shows_it(hang: Hang) -> None:
    wall = hang(language="de")
    wall.put(wall.view("choose"))
    kinds = {key.exercise: key.kind for key in keys(wall)}
    assert kinds["wall_tap"] == wall.context.translate("Drill")
    assert kinds["pick_up"] == wall.context.translate("No score")
    pictures = {key.exercise: key.ids.picture for key in keys(wall)}
    assert all(min(picture.size) > 20 for picture in pictures.values())


def test_back_leads_back_and_the_warning_is_there(hang: Hang) -> None:
    wall = hang()
    pinned = wall.put(wall.view("choose"))
    assert words.ASK_FIRST in wall.texts()
    wall.press(words.BACK)
    assert pinned.acts == [("back", "")]


def test_the_language_can_change_under_it(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("choose"))
    assert "Wall tap" in wall.texts()
    wall.put(wall.view("choose", language="de"))
    assert "Wall tap" not in wall.texts()
    assert wall.context.translate("Wall tap") in wall.texts()
