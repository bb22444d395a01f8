"""Sizes follow from millimetres on the panel, not from pixels."""

import pytest

from station.kiosk.metrics import Metrics


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (720, 1280)])
def test_the_same_panel_gives_the_same_millimetres_at_any_resolution(size: tuple[int, int]) -> None:
    metrics = Metrics.of(*size)
    assert metrics.cue >= metrics.mm(26)
    assert metrics.body >= metrics.mm(12)
    assert metrics.key >= metrics.mm(20)
    assert metrics.gap >= metrics.mm(8)
    assert metrics.portrait == (size[1] > size[0])


def test_a_smaller_panel_needs_more_of_its_pixels() -> None:
    large, small = Metrics.of(1280, 720), Metrics.of(1280, 720, short_side_mm=88.0)
    assert small.body > 2 * large.body
