"""Place yourself: where to stand, the one thing to change, and that it starts by itself."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from station.hinge import INSTRUCTIONS, Cue, Gate
from station.kiosk import icons, words
from station.kiosk.coaching_words import place_words
from station.kiosk.guide import WAIT_S, WALK_S
from station.kiosk.sets import Snapshot
from tests.kiosk.people import PANELS, Panel, nobody, pose, room
from tests.kiosk.wall import Wall, snapshot_of

Hang = Callable[..., Wall]
ROOM = room()


@cache
def somebody(across: float = 0.5) -> Snapshot:
    return snapshot_of(lambda t: pose(t, across=across), 0.5, frame=ROOM)


@cache
def empty() -> Snapshot:
    return snapshot_of(nobody, 0.5, frame=ROOM)


def gate(name: str) -> Cue:
    return Cue(name, INSTRUCTIONS[name])


def test_every_instruction_is_said_in_big_words_with_its_icon(hang: Hang) -> None:
    wall = hang()
    for reason, text in INSTRUCTIONS.items():
        wall.put(wall.view("place", snapshot=somebody(), cue=gate(reason)))
        screen = wall.app.screen
        assert screen.text == text
        assert screen.ids.said.font_size >= wall.app.metrics.mm(26) - 0.5
        assert icons.BY_CUE[screen.cue]


@pytest.mark.parametrize("mirrored", [True, False])
def test_the_arrow_to_the_middle_points_to_it_as_the_member_sees_it(
    hang: Hang, mirrored: bool
) -> None:
    wall = hang(mirrored=mirrored)
    for across in (0.1, 0.9):
        wall.put(wall.view("place", snapshot=somebody(across), cue=gate("off_centre")))
        framing = wall.app.screen.ids.mirror.framing
        column = somebody(across).pose.landmarks[:, 0].mean()
        there = framing.to_screen(np.array([[column, 0.0], [640.0, 0.0]]))[:, 0]
        assert wall.app.screen.cue == "move"
        assert wall.app.screen.turned == (there[0] > there[1])


def figure_at(wall: Wall) -> float | None:
    """Where the drawn figure's head is in the window, None where there is no figure."""
    guide = guide_of(wall)
    points = guide._walker._head._line.points
    return float(np.mean(points[::2])) if points else None


def guide_of(wall: Wall) -> object:
    from station.kiosk.guide import Guide

    return next(w for w in wall.app.screen.children if isinstance(w, Guide))


def test_nobody_there_is_shown_how_and_somebody_sees_themselves(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("place", snapshot=empty(), cue=gate("nobody")))
    seen = []
    for _ in range(20):
        wall.wait((WALK_S + WAIT_S) / 20)
        seen.append(figure_at(wall))
    mirror = wall.app.screen.ids.mirror
    assert None not in seen
    assert max(seen) == pytest.approx(mirror.center_x, abs=12), "it walks into the middle"  # type: ignore[type-var]
    assert min(seen) < mirror.center_x - mirror.width / 4  # type: ignore[operator, type-var]
    wall.put(wall.view("place", snapshot=somebody()))
    assert figure_at(wall) is None


def test_where_motion_is_reduced_the_figure_is_there_already(hang: Hang) -> None:
    wall = hang(screen={"reduced_motion": True})
    wall.put(wall.view("place", snapshot=empty(), cue=gate("nobody")))
    places = set()
    for _ in range(5):
        wall.wait(0.5)
        places.add(round(figure_at(wall) or 0.0))
    assert len(places) == 1


def test_the_guide_says_by_colour_and_breadth_that_one_stands_right(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("place", snapshot=somebody(), cue=gate("far")))
    guide = guide_of(wall)
    far = replace(somebody(), number=9, update=replace(somebody().update, gate=Gate("far")))
    wall.put(wall.view("place", snapshot=far, cue=gate("far")))
    assert not guide.good  # type: ignore[attr-defined]
    before = guide._outline.width  # type: ignore[attr-defined]
    wall.put(wall.view("place", snapshot=somebody()))
    assert guide.good  # type: ignore[attr-defined]
    assert guide._outline.width > before  # type: ignore[attr-defined]
    assert place_words(wall.view("place", snapshot=somebody()), mirrored=True).tone == "right"


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_the_guide_stands_in_the_picture_on_every_panel(hang: Hang, panel: Panel) -> None:
    wall = hang(panel)
    wall.put(wall.view("place", snapshot=empty(), cue=gate("nobody")))
    mirror, guide = wall.app.screen.ids.mirror, guide_of(wall)
    xs, ys = guide._outline.points[::2], guide._outline.points[1::2]  # type: ignore[attr-defined]
    assert mirror.x < min(xs) < max(xs) < mirror.right
    assert mirror.y < min(ys) < max(ys) < mirror.top
    assert 0.7 < (max(ys) - min(ys)) / mirror.height < 0.9
    assert any(words.BY_ITSELF in text for text in wall.texts()) != wall.app.metrics.compact
