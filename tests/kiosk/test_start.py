"""Start position: each point as it becomes good, one cue, then the turn."""

from collections.abc import Callable
from functools import cache
from typing import get_args

import pytest

from station.hinge import INSTRUCTIONS, Cue, FrontReport
from station.hinge.exercise import FrontName
from station.hinge.front import CUES, Point, PointVerdict
from station.kiosk import coaching_words, icons, palette
from station.kiosk.guide import HOLD_S, TURN_S, yaw_at
from station.kiosk.sets import Snapshot
from station.kiosk.view import LANGUAGES
from tests.kiosk.people import PANELS, Panel, pose, room
from tests.kiosk.wall import EXERCISES, Wall, snapshot_of

Hang = Callable[..., Wall]
ROOM = room()


@cache
def somebody() -> Snapshot:
    return snapshot_of(pose, 0.5, frame=ROOM)


def report(*verdicts: PointVerdict, cue: str | None = None) -> FrontReport:
    """The first points of a hinge with these verdicts, the rest not to be told."""
    names = EXERCISES["hinge"].front.checks
    padded = [*verdicts, *["cannot_tell"] * (len(names) - len(verdicts))]
    points = tuple(Point(n, v) for n, v in zip(names, padded, strict=True))  # type: ignore[arg-type]
    said = None if cue is None else Cue(cue, CUES[cue])
    return FrontReport(1.0, True, points, said, set(verdicts) == {"good"})


def rows(wall: Wall) -> list[tuple[str, str, list[float]]]:
    """Word, sign and colour of each row, from the top."""
    found = wall.app.screen.ids.points.children
    return [(row.word, row.sign, row.colour) for row in reversed(found)]


def test_every_point_and_every_cue_has_its_icon_and_word() -> None:
    for name in get_args(FrontName):
        assert icons.BY_CUE[name]
        assert coaching_words.POINTS[name]
    for name in CUES:
        assert icons.BY_CUE[name]


def test_points_turn_blue_with_a_check_as_they_become_good(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("start", snapshot=somebody(), front=report("fix", cue="stance_narrow")))
    assert rows(wall)[0] == ("Stance", "fix", list(palette.ORANGE))
    assert rows(wall)[1] == ("Toes", "wait", list(palette.QUIET))
    assert wall.app.screen.text == CUES["stance_narrow"]
    assert wall.app.screen.ids.mirror._emphasis.parts == {"feet"}
    wall.put(wall.view("start", snapshot=somebody(), front=report("good", "good", "fix")))
    assert [sign for _, sign, _ in rows(wall)] == ["good", "good", "fix", "wait", "wait"]
    assert rows(wall)[0][2] == list(palette.BLUE)
    wall.put(wall.view("start", snapshot=somebody(), front=report(*["good"] * 5)))
    assert wall.app.screen.ground == list(palette.BLUE)


def test_an_exercise_with_fewer_points_has_fewer_rows(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("start", snapshot=somebody(), front=report("good")))
    two = FrontReport(1.0, True, (Point("shoulders", "good"), Point("head", "fix")), None, False)
    wall.put(wall.view("start", "seated", snapshot=somebody(), front=two))
    assert [word for word, _, _ in rows(wall)] == ["Shoulders", "Head"]


def test_then_a_figure_turns_to_the_side(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("start", snapshot=somebody()))
    assert wall.app.screen.text == INSTRUCTIONS["turn"]
    assert wall.app.screen.ids.turner.opacity == 1
    assert any(EXERCISES["hinge"].phases.felt[0] in text for text in wall.texts())
    shapes = set()
    for _ in range(8):
        wall.wait(0.4)
        shapes.add(tuple(wall.app.screen.ids.turner._figure._near[0]._line.points))
    assert len(shapes) > 2


def test_where_motion_is_reduced_it_stands_side_on(hang: Hang) -> None:
    wall = hang(screen={"reduced_motion": True})
    wall.put(wall.view("start", snapshot=somebody()))
    shapes = set()
    for _ in range(4):
        wall.wait(0.6)
        shapes.add(tuple(wall.app.screen.ids.turner._figure._near[0]._line.points))
    assert len(shapes) == 1


def test_the_turn_waits_turns_and_waits() -> None:
    assert yaw_at(0.0) == 90.0
    assert yaw_at(HOLD_S) == 90.0
    assert yaw_at(HOLD_S + TURN_S / 2) == pytest.approx(45.0)
    assert yaw_at(HOLD_S + TURN_S + 0.1) == 0.0


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_all_of_it_fits_on_every_panel(hang: Hang, panel: Panel) -> None:
    """On a compact panel a number stands for the list."""
    from station.kiosk.widgets import Words

    wall = hang(panel)
    for language in LANGUAGES:
        for front in (report("good", "good", "fix", cue="knees"), None):
            view = wall.view("start", snapshot=somebody(), front=front, language=language)
            wall.put(view)
            for words in wall.app.screen.walk():
                if isinstance(words, Words) and words.text:
                    assert words.fits, (words.text, words.size)
            if front is not None:
                assert ("2/5" in wall.texts()) == wall.app.metrics.compact
                assert len(rows(wall)) == (0 if wall.app.metrics.compact else 5)
