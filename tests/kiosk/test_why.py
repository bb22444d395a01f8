"""Why to hinge: three pictures, one sentence each, nothing that frightens or promises."""

from collections.abc import Callable

import numpy as np
import pytest

from station.kiosk import poses, quiet_words, words
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[3]], ids=str)
def test_three_pictures_with_their_words(hang: Hang, panel: Panel) -> None:
    wall = hang(panel)
    pinned = wall.put(wall.view("why"))
    for picture in quiet_words.WHY_PICTURES:
        assert picture.title in wall.texts()
        assert picture.sentence in wall.texts()
    wall.press(words.BACK)
    assert pinned.acts == [("back", "")]


def test_nothing_frightens_or_promises() -> None:
    for picture in quiet_words.WHY_PICTURES:
        for word in ("danger", "injur", "prevent", "safe", "wrong", "hurt"):
            assert word not in picture.sentence.lower()


def test_the_pictures_show_what_they_say() -> None:
    """Hips: behind the heels, back straight. Knees: ahead of the toes. Spine: it stands out."""
    hinge = poses.scene("hinge").figure.points
    squat, stoop = poses.SQUAT.figure(), poses.STOOP.figure()
    hip, knee, heel = 24, 26, 30
    assert hinge[hip, 0] < hinge[heel, 0] - 0.02
    assert squat.points[knee, 0] - hinge[knee, 0] > 0.1
    assert squat.points[hip, 1] < hinge[hip, 1] - 0.1
    assert abs(stoop.points[hip, 0] - stoop.points[heel, 0]) < 0.08

    def stands_out(figure: poses.Figure) -> float:
        assert figure.dorsal is not None
        start, *_, end = figure.dorsal
        along = (end - start) / np.hypot(*(end - start))
        aside = figure.dorsal - start
        return float(np.abs(aside[:, 0] * along[1] - aside[:, 1] * along[0]).max())

    assert stands_out(stoop) > 3 * stands_out(poses.scene("hinge").figure)


@pytest.mark.parametrize("exercise", poses.SCENES)
def test_every_drawn_scene_is_whole_and_stands_on_the_floor(exercise: str) -> None:
    scene = poses.scene(exercise)
    low, high = poses.extent(scene)
    assert np.isfinite([low, high]).all()
    assert -0.1 < low[1] < 0.0
    assert 0.3 < high[1] - low[1] < 1.5


def test_an_exercise_that_nobody_drew_has_a_picture_too() -> None:
    assert poses.scene("a_coachs_own") is poses.scene("hinge")
