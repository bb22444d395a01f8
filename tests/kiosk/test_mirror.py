"""The picture as a mirror, and what is drawn over it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from station.hinge import Cue
from station.kiosk import palette
from station.kiosk.emphasis import emphasis_of, rounding_part
from station.kiosk.marks import STEP_S, Steps
from station.kiosk.sets import Snapshot
from station.kiosk.target import Target, target_of
from tests.kiosk.people import PANELS, Panel, bend, nobody, pose, room
from tests.kiosk.wall import EXERCISES, Wall, snapshot_of

Hang = Callable[..., Wall]
ROOM = room()


@cache
def upright(exercise: str = "hinge", **someone: Any) -> Snapshot:
    """Somebody who has stood for a moment."""
    return snapshot_of(lambda t: pose(t, **someone), 1.5, exercise, ROOM)


@cache
def bent(rounding: float = 0.0, facing: str = "right") -> Snapshot:
    """... and is at the bottom of a bend now."""

    def someone(t: float) -> Any:
        depth = bend(max(0.0, t), 3.0)
        return pose(t, depth, rounding=rounding * depth, facing=facing)

    return snapshot_of(someone, 3.0, frame=ROOM)


def screen_point(wall: Wall, x: float, y: float) -> NDArray[np.float64]:
    """Where a pixel of the picture is in the window."""
    framing = wall.app.screen.ids.mirror.framing
    return np.asarray(framing.to_screen(np.array([[x, y]]))[0])


def shown(wall: Wall, colour: palette.Colour) -> NDArray[np.bool_]:
    """Which pixels of the window, first row below, have that colour."""
    wanted = np.array(colour[:3]) * 255
    return np.asarray(np.abs(wall.picture()[::-1].astype(float) - wanted).max(axis=2) < 14)


def inside(wall: Wall) -> tuple[slice, slice]:
    """The mirror's part of the window."""
    mirror = wall.app.screen.ids.mirror
    x, y = (round(part) for part in mirror.to_window(*mirror.pos))
    return slice(y, y + round(mirror.height)), slice(x, x + round(mirror.width))


def live(wall: Wall, snapshot: Snapshot, cue: Cue | None = None, exercise: str = "hinge") -> None:
    wall.put(wall.view("live", exercise, snapshot=snapshot, cue=cue))


@pytest.mark.parametrize("mirrored", [True, False])
def test_the_button_is_behind_the_member_as_they_see_themselves(hang: Hang, mirrored: bool) -> None:
    """Facing right, the back is left in the picture and, in a mirror, right on the screen."""
    wall = hang(mirrored=mirrored)
    for number, facing in enumerate(("right", "left")):
        seen = replace(upright(facing=facing), number=1000 + number)
        live(wall, seen)
        target = target_of(EXERCISES["hinge"], seen.update, seen.button)
        assert target is not None
        at = screen_point(wall, *target.at)
        hip = screen_point(wall, *target.hip)
        assert (at[0] > hip[0]) == ((facing == "right") == mirrored)
        x, y = (round(part) for part in at)
        ring = shown(wall, palette.WHITE)[y - 40 : y + 40, x - 40 : x + 40]
        assert ring.sum() > 60, "a ring is drawn there"


def test_a_button_that_is_reached_lights(hang: Hang) -> None:
    wall = hang()
    seen = bent()
    unlit = replace(seen, number=seen.number + 1, button=replace(seen.button, lit=False, reach=0.1))
    live(wall, unlit)
    before = shown(wall, palette.BLUE)[inside(wall)].sum()
    assert seen.button.lit
    live(wall, seen)
    assert shown(wall, palette.BLUE)[inside(wall)].sum() > before + 150


def button_at(wall: Wall) -> float:
    """Distance in the window from the standing hips to the button as it is drawn, pixels."""
    mirror = wall.app.screen.ids.mirror
    disc = mirror._mark._disc
    hip = screen_point(wall, *mirror._target.hip)
    return float(abs(disc.pos[0] + disc.size[0] / 2 - hip[0]))


@pytest.mark.parametrize("still", [False, True])
def test_it_steps_back_where_one_can_see_it_unless_motion_is_reduced(
    hang: Hang, still: bool
) -> None:
    wall = hang(screen={"reduced_motion": still})
    seen = upright()
    live(wall, seen)
    near = button_at(wall)
    further = replace(seen.button, distance=seen.button.distance + 0.2)
    live(wall, replace(seen, number=seen.number + 1, button=further))
    on_the_way = button_at(wall)
    wall.wait(STEP_S + 0.1)
    far = button_at(wall)
    assert far > near * 1.4
    assert on_the_way == pytest.approx(far) if still else near <= on_the_way < far * 0.9


def test_a_step_takes_its_time_and_no_longer() -> None:
    steps = Steps()
    near = Target("button", (0, 0), 100, 1, 0.35, 0, False)
    far = replace(near, away=0.4)
    assert steps.away(near, 0.0, still=False) == 0.35
    assert steps.away(far, 1.0, still=False) == 0.35
    assert 0.35 < steps.away(far, 1.0 + STEP_S / 2, still=False) < 0.4
    assert steps.away(far, 1.0 + STEP_S, still=False) == 0.4


def test_no_button_where_it_makes_no_sense_and_a_wall_where_the_exercise_says(hang: Hang) -> None:
    wall = hang()
    for exercise in ("seated", "pick_up"):
        live(wall, upright(), exercise=exercise)
        assert wall.app.screen.ids.mirror._mark._disc.size == (0, 0)
    seen = replace(upright("wall_tap"), number=1000)
    live(wall, seen, exercise="wall_tap")
    target = target_of(EXERCISES["wall_tap"], seen.update, seen.button)
    assert target is not None
    x = round(screen_point(wall, target.x, target.hip[1])[0])
    column = shown(wall, palette.WHITE)[inside(wall)[0], x - 2 : x + 3].any(axis=1)
    assert column.mean() > 0.6, "a line nearly as high as the picture"


LIMBS = {
    "knees_forward": (26, 28),
    "squatting": (24, 26),
    "hips_stay": (24, 24),
    "head_pokes": (12, 8),
    "off_balance": (30, 32),
}


def test_the_part_that_matters_is_orange_and_the_rest_is_quiet(hang: Hang) -> None:
    wall = hang()
    seen = bent()

    def orange(joints: tuple[int, int]) -> int:
        middle = seen.pose.landmarks[list(joints), :2].mean(axis=0)
        x, y = (round(part) for part in screen_point(wall, *middle))
        return int(there[y - 8 : y + 9, x - 8 : x + 9].sum())

    for fault, joints in LIMBS.items():
        live(wall, seen, Cue(fault, "Do something else"))
        there = shown(wall, palette.ORANGE)
        there[: inside(wall)[0].start] = False
        assert orange(joints) > 25, fault
        far_off = (12, 24) if fault in {"knees_forward", "squatting"} else (26, 28)
        assert orange(far_off) == 0, fault


def test_a_rounding_back_is_orange_at_once_and_a_good_one_blue(hang: Hang) -> None:
    wall = hang()
    live(wall, bent())
    part = inside(wall)
    assert shown(wall, palette.BLUE)[part].sum() > 300
    assert shown(wall, palette.ORANGE)[part].sum() == 0
    live(wall, bent(rounding=0.16))
    assert shown(wall, palette.ORANGE)[part].sum() > 300


def test_the_half_that_rounds_is_the_one_that_is_drawn(hang: Hang) -> None:
    wall = hang()
    seen = bent(rounding=0.16)
    dorsal = seen.update.dorsal
    assert dorsal is not None

    def orange(low: float, high: float) -> tuple[int, int]:
        update = replace(seen.update, low=low, high=high)
        live(wall, replace(seen, number=seen.number + round(1000 * low) + 1, update=update))
        there = shown(wall, palette.ORANGE)
        counts = []
        for share in (0.2, 0.8):
            at = dorsal[round(share * (len(dorsal) - 1))]
            x, y = (round(float(part)) for part in screen_point(wall, *at))
            counts.append(int(there[y - 6 : y + 7, x - 6 : x + 7].sum()))
        return counts[0], counts[1]

    low, high = orange(0.12, 0.01)
    assert low > 30
    assert high == 0
    low, high = orange(0.01, 0.12)
    assert low == 0
    assert high > 30


def test_halves_are_told_apart_only_where_one_leads() -> None:
    assert rounding_part(0.10, 0.08) == "back"
    assert rounding_part(0.10, 0.02) == "low_back"
    assert rounding_part(-0.02, 0.05) == "high_back"
    assert rounding_part(None, None) == "back"
    assert rounding_part(-0.1, -0.1) == "back"


def test_after_the_bend_the_rep_says_which_part_rounded() -> None:
    seen = snapshot_of(lambda t: pose(t, bend(t), rounding=0.16 * bend(t)), 4.8, frame=ROOM)
    assert seen.reps
    low = replace(seen.reps[-1], back=replace(seen.reps[-1].back, low=0.1, high=0.0))
    told = emphasis_of(replace(seen, reps=(low,)), Cue("back_rounds", "Reach back"))
    assert told.parts == {"low_back"}


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[2], PANELS[3]], ids=str)
def test_nothing_is_drawn_outside_the_pictures_place(hang: Hang, panel: Panel) -> None:
    """Somebody at the very edge, arms and button beyond it: the rest of the screen is as it is
    without them."""
    wall = hang(panel)
    edge = upright(across=0.97)
    live(wall, edge)
    wall.app.screen.ids.mirror._focus = None
    empty = snapshot_of(nobody, 0.2, frame=ROOM)
    update = replace(edge.update, place=None)
    live(wall, edge)
    here = wall.picture()[::-1].astype(int)
    live(wall, replace(edge, number=10_000, pose=empty.pose, update=update))
    without = wall.picture()[::-1].astype(int)
    rows, columns = inside(wall)
    changed = np.abs(here - without).max(axis=2) > 3
    assert changed[rows, columns].any()
    changed[rows, columns] = False
    assert not changed.any()


def test_a_live_picture_comes_close_and_never_cuts_head_or_feet(hang: Hang) -> None:
    """Somebody a third of the picture high fills more of the screen than of the picture."""
    wall = hang()
    seen = bent()
    live(wall, upright())
    framing = wall.app.screen.ids.mirror.framing
    assert framing.rows <= seen.pose.size[1]
    landmarks = upright().pose.landmarks
    on_screen = framing.to_screen(landmarks[:, :2].astype(np.float64))
    rows, _ = inside(wall)
    assert on_screen[:, 1].min() > rows.start
    assert on_screen[:, 1].max() < rows.stop


def test_a_blank_mirror_keeps_nothing(hang: Hang) -> None:
    wall = hang()
    live(wall, bent())
    mirror = wall.app.screen.ids.mirror
    mirror.blank()
    assert mirror._snapshot is None
    assert mirror._target is None
    assert mirror.framing is None
    assert mirror._mark._disc.size == (0, 0)
