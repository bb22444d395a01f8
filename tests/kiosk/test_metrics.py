"""Sizes follow from millimetres on the panel and from how far away it is read."""

import pytest

from station.kiosk.metrics import REACH, Metrics
from tests.kiosk.people import PANELS, Panel


def of(panel: Panel, **more: object) -> Metrics:
    return Metrics.of(*panel.size, panel.mm, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_sizes_are_millimetres_on_any_panel(panel: Panel) -> None:
    metrics = of(panel)
    assert metrics.px_per_mm == pytest.approx(min(panel.size) / panel.mm)
    assert metrics.cue >= metrics.mm(26)
    assert metrics.body >= metrics.mm(12)
    assert metrics.touch >= metrics.mm(5)
    assert metrics.key >= metrics.mm(20)
    assert metrics.gap >= metrics.mm(8)
    assert metrics.portrait == (panel.height > panel.width)
    assert metrics.compact == (panel.mm < 130)


def test_what_is_read_from_further_away_is_larger_and_what_is_touched_is_not() -> None:
    near, far = of(PANELS[0]), of(PANELS[0], distance_m=3.0)
    assert far.cue == pytest.approx(near.cue * 1.5)
    assert far.body == pytest.approx(near.body * 1.5)
    assert (far.key, far.small, far.touch) == (near.key, near.small, near.touch)


def test_words_shrink_within_their_class_only() -> None:
    metrics = of(PANELS[0])
    assert metrics.least(metrics.cue) == metrics.cue
    assert metrics.least(metrics.mm(20)) == metrics.body
    assert metrics.least(metrics.mm(8)) == metrics.touch
    assert metrics.least(metrics.mm(4)) == metrics.mm(4)


def test_keys_go_down_where_a_panel_is_taller_than_a_hand_reaches() -> None:
    for panel in PANELS:
        assert of(panel).reach == panel.height
        low = of(panel, keys_low=True)
        within_a_hand = panel.height / low.px_per_mm <= 160
        assert low.reach == pytest.approx(panel.height * (1 if within_a_hand else REACH))
