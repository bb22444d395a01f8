"""Sizes follow from millimetres on the panel and from how far away it is read."""

import pytest

from station.kiosk.metrics import REACH, Metrics, lack
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
    assert metrics.compact == (panel.mm < 190)


def test_a_large_panel_seen_from_further_away_is_magnified() -> None:
    near, far = (Metrics.of(1920, 1080, 300.0, distance_m=m) for m in (2.0, 3.0))
    assert far.cue == pytest.approx(near.cue * 1.5)
    assert far.body == pytest.approx(near.body * 1.5)
    assert lack(1920, 1080, 300.0, 3.0) is None


@pytest.mark.parametrize(
    ("size", "short_mm", "distance_m", "good_for"),
    [((1280, 720), 194.0, 2.6, "2.0 m"), ((1280, 720), 88.0, 2.0, "0.9 m")],
)
def test_a_panel_too_small_for_its_distance_keeps_its_layout_and_is_told_of(
    size: tuple[int, int], short_mm: float, distance_m: float, good_for: str
) -> None:
    metrics = Metrics.of(*size, short_mm, distance_m=distance_m)
    assert metrics == Metrics.of(*size, 194.0)
    said = lack(*size, short_mm, distance_m)
    assert said is not None
    assert good_for in said


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_the_panels_drawn_for_lack_nothing_at_two_metres(panel: Panel) -> None:
    assert lack(*panel.size, panel.mm, 2.0) is None


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
