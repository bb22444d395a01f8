"""Where a camera hangs: what the distances promise is so, and no nearer one would do."""

import math

import pytest

from station.kiosk import figure, health
from station.vision import mounting
from station.vision.mounting import Lens, best_tilt, fits, place, project

WEBCAM = Lens(70.4)
LENSES = [Lens(54.0), Lens(66.0), WEBCAM, Lens(102.0), Lens(62.2, 1280, 960), Lens(66.0, 720, 1280)]


@pytest.mark.parametrize("lens", LENSES, ids=str)
@pytest.mark.parametrize("height_m", [0.8, 1.1, 1.5])
def test_from_the_nearest_on_everybody_fits_and_nearer_the_tallest_does_not(
    lens: Lens, height_m: float
) -> None:
    there = place(lens, height_m)
    for further in (0.0, 0.3, 1.0, 3.0):
        for stature in (1.5, 1.75, 2.0):
            assert fits(lens, height_m, there.tilt_deg, there.near_m + further + 1e-6, stature)
    nearer = 0.97 * there.near_m
    for tilt in (there.tilt_deg, best_tilt(height_m, nearer), 0.0):
        assert not fits(lens, height_m, tilt, nearer, mounting.TALLEST_M)


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_at_the_furthest_the_smallest_are_as_large_as_the_staff_menu_asks(lens: Lens) -> None:
    there = place(lens, 1.1)
    head = project(lens, 1.1, 0.0, there.far_m, 0.0, mounting.SHORTEST_M)
    feet = project(lens, 1.1, 0.0, there.far_m, 0.0, 0.0)
    assert head is not None
    assert feet is not None
    assert feet[1] - head[1] == pytest.approx(there.shortest_px)
    assert there.shortest_px >= max(health.FILLS[0] * min(lens.width, lens.height), 256)


def test_a_webcam_at_hip_height_sees_from_three_metres_on() -> None:
    there = place(WEBCAM, 1.1)
    assert (there.near_m, there.far_m) == (
        pytest.approx(2.99, abs=0.01),
        pytest.approx(3.78, abs=0.01),
    )
    assert abs(there.tilt_deg) < 3


def test_a_picture_of_few_pixels_leaves_no_distance_at_all() -> None:
    assert not place(Lens(66.0, 640, 360), 1.1).exists


def test_what_is_straight_ahead_is_in_the_middle_and_what_is_behind_is_not_seen() -> None:
    assert project(WEBCAM, 1.0, 0.0, 3.0, 0.0, 1.0) == (0.0, 0.0)
    assert project(WEBCAM, 1.0, 0.0, -1.0, 0.0, 1.0) is None
    edge = 3.0 * math.tan(math.radians(70.4 / 2))
    seen = project(WEBCAM, 1.0, 0.0, 3.0, edge, 1.0)
    assert seen is not None
    assert seen[0] == pytest.approx(640)
    down = math.degrees(math.atan2(1.0, 3.0))
    seen = project(WEBCAM, 1.0, down, 3.0, 0.0, 0.0)
    assert seen is not None
    assert seen[1] == pytest.approx(0, abs=1e-9), "tilted at the feet, they are in the middle"


def test_a_diagonal_view_is_told_along_the_longer_side() -> None:
    assert mounting.along_longer_side(78, 1280, 720) == pytest.approx(70.43, abs=0.01)
    assert mounting.along_longer_side(78, 720, 1280) == pytest.approx(70.43, abs=0.01)


def test_bodies_here_are_made_like_those_on_the_screen() -> None:
    assert mounting.TRUNK == figure.TRUNK
    assert pytest.approx(figure.SHIN + figure.THIGH + 0.039) == mounting.HIP
