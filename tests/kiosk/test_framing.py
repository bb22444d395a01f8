"""Where pixels of the picture land on the screen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.kiosk.framing import close_up, fit

PICTURE = (1280.0, 720.0)


def test_a_mirror_swaps_sides_and_keeps_up_and_down() -> None:
    framing = fit(PICTURE, (0, 0), (1280, 720), mirror=True)
    points = np.array([[0.0, 0.0], [1280.0, 720.0], [320.0, 180.0]])
    assert framing.to_screen(points).tolist() == [[1280, 720], [0, 0], [960, 540]]
    plain = fit(PICTURE, (0, 0), (1280, 720), mirror=False)
    assert plain.to_screen(points).tolist() == [[0, 720], [1280, 0], [320, 540]]


def test_head_and_feet_always_show() -> None:
    for region in ((1280, 720), (968, 579), (720, 860), (300, 900), (1900, 300)):
        framing = fit(PICTURE, (10, 20), region, mirror=True)
        assert framing.size[1] == pytest.approx(region[1])
        assert framing.size[0] <= region[0] + 1e-6


def test_a_narrow_screen_follows_the_member_but_never_leaves_the_picture() -> None:
    region = (360.0, 720.0)
    middle = fit(PICTURE, (0, 0), region, mirror=True)
    assert middle.left + middle.visible / 2 == pytest.approx(640)
    right = fit(PICTURE, (0, 0), region, mirror=True, focus=900)
    assert right.to_screen(np.array([[900.0, 100.0]]))[0, 0] == pytest.approx(180)
    edge = fit(PICTURE, (0, 0), region, mirror=True, focus=1279)
    assert edge.left + edge.visible == pytest.approx(1280)


def test_what_was_not_measured_stays_unmeasured() -> None:
    framing = fit(PICTURE, (0, 0), (1280, 720), mirror=True)
    assert np.isnan(framing.to_screen(np.array([[np.nan, np.nan]]))).all()


@given(
    st.floats(100, 2000),
    st.floats(100, 2000),
    st.booleans(),
    st.floats(0, 1280),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_picture_and_overlay_agree(
    width: float, height: float, mirror: bool, focus: float, u: float, v: float
) -> None:
    """A point of the picture is drawn where the texture shows it."""
    framing = fit(PICTURE, (5, 7), (width, height), mirror=mirror, focus=focus)
    left, bottom, right, _, _, top, _, _ = framing.tex_coords
    x, y = framing.x + u * framing.size[0], framing.y + v * framing.size[1]
    column = (left + u * (right - left)) * PICTURE[0]
    row = (bottom + v * (top - bottom)) * PICTURE[1]
    assert framing.to_screen(np.array([[column, row]]))[0] == pytest.approx([x, y], abs=1e-3)


def test_rows_that_are_shown_fill_the_height_and_are_where_the_texture_has_them() -> None:
    framing = fit(PICTURE, (0, 0), (900, 600), mirror=False, rows=(120.0, 620.0))
    assert framing.size[1] == pytest.approx(600)
    top, bottom = framing.to_screen(np.array([[640.0, 120.0], [640.0, 620.0]]))
    assert (top[1], bottom[1]) == (pytest.approx(600), pytest.approx(0))
    assert framing.tex_coords[1] == pytest.approx(620 / 720)
    assert framing.tex_coords[5] == pytest.approx(120 / 720)


@given(st.floats(0, 600), st.floats(60, 700), st.floats(0, 600), st.floats(60, 700))
def test_a_close_up_shows_whole_bodies_and_only_grows(
    top: float, tall: float, top2: float, tall2: float
) -> None:
    first = (top, min(720.0, top + tall))
    second = (top2, min(720.0, top2 + tall2))
    shown = close_up(first, 720.0)
    more = shown.around(second, 720.0)
    assert 0 <= more.top <= shown.top <= first[0]
    assert first[1] <= shown.bottom <= more.bottom <= 720
    assert more.top <= second[0]
    assert second[1] <= more.bottom
    assert shown.bottom - shown.top >= 0.27 * 720
