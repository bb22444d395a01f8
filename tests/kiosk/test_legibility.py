"""What is read and touched is large enough, measured in millimetres on the real widgets."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest

from station.kiosk.metrics import REACH
from station.kiosk.view import View
from tests.kiosk import stills
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import Pinned, Wall

Hang = Callable[..., Wall]

TOUCH_TEXT_MM, KEY_MM, GAP_MM = 5.0, 20.0, 8.0
COACHING_TEXT_MM, CUE_MM = 12.0, 26.0
HAIR = 0.05
"""Millimetres lost to whole pixels."""


def show(wall: Wall, view: View) -> None:
    """Lay `view` out, without drawing it."""
    wall.app.flow = Pinned(view, wall.settings)
    wall.step(3, draw=False)


def keys_of(wall: Wall) -> list[Any]:
    """Everything to touch that shows."""
    from station.kiosk.widgets import Key

    return [w for w in shown(wall) if isinstance(w, Key) and not w.disabled]


def shown(wall: Wall) -> Iterator[Any]:
    """Every widget with a text on it that can be seen."""
    from station.kiosk.widgets import Words

    hidden: set[Any] = set()
    for widget in wall.app.root.walk():
        if widget.parent in hidden or not widget.opacity:
            hidden.add(widget)
        elif isinstance(widget, Words) and widget.text and min(widget.size) > 1:
            yield widget


def box(widget: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in the window, pixels."""
    x, y = widget.to_window(*widget.pos)
    return x, y, x + widget.width, y + widget.height


def apart(one: Any, other: Any) -> float:
    """Pixels between two widgets; negative where they overlap."""
    (left, low, right, high), (left2, low2, right2, high2) = box(one), box(other)
    return float(max(left2 - right, left - right2, low2 - high, low - high2))


@pytest.mark.parametrize(
    ("panel", "low"),
    [
        (PANELS[0], False),
        (PANELS[1], True),
        (PANELS[2], False),
        (PANELS[2], True),
        (PANELS[3], True),
    ],
    ids=str,
)
def test_text_keys_and_gaps_are_large_enough(hang: Hang, panel: Panel, low: bool) -> None:
    """On a tall mount every key is in the lower part, too; seven inches are in reach as they are.

    In German, whose words are the longer ones.
    """
    wall = hang(panel, language="de", screen={"keys_low": low})
    metrics, mm = wall.app.metrics, panel.mm / min(panel.size)
    assert metrics.low == (low and not metrics.compact)
    wrong = []
    for still in stills.usual("de"):
        show(wall, still.view)
        for widget in shown(wall):
            if widget.font_size * mm < TOUCH_TEXT_MM - HAIR:
                wrong.append((still.name, widget.text, widget.font_size * mm))
        keys = keys_of(wall)
        for key in keys:
            if min(key.size) * mm < KEY_MM - HAIR:
                wrong.append((still.name, key.text, min(key.size) * mm))
            if metrics.low and box(key)[3] > panel.height * REACH + 1:
                wrong.append((still.name, key.text, box(key)[3] / panel.height))
        for one, other in combinations(keys, 2):
            if apart(one, other) * mm < GAP_MM - HAIR:
                wrong.append((still.name, f"{one.text} | {other.text}", apart(one, other) * mm))
    assert not wrong


@pytest.mark.parametrize(
    ("panel", "distance"),
    [*((panel, 2.0) for panel in PANELS), (Panel(1920, 1080, 260.0), 2.6)],
    ids=str,
)
def test_what_is_read_while_moving_is_read_from_there(
    hang: Hang, panel: Panel, distance: float
) -> None:
    """The cue, and on the summary the numbers and the one thing to work on.

    Seven inches are too narrow for any word of six letters in the cue's size: there the cue is at
    least as large as all that is read from that distance.
    """
    wall = hang(panel, screen={"distance_m": distance})
    scale = distance / 2.0
    mm = panel.mm / min(panel.size)
    views = {still.name: still.view for still in stills.usual("en")}
    wall.put(views["summary-change"])
    summary = wall.app.screen
    numbers = [w for w in shown(wall) if w.text in {"3", "0"}]
    assert len(numbers) == 2
    for words in (summary.ids.advice, *numbers):
        assert words.font_size * mm >= COACHING_TEXT_MM * scale - HAIR, words.text
    for name in ("place-change", "live-change"):
        wall.put(views[name])
        said = wall.app.screen.ids.said
        assert said.text
        least = COACHING_TEXT_MM if wall.app.metrics.compact else CUE_MM
        assert said.font_size * mm >= least * scale - HAIR, (name, said.text)


def test_words_never_leave_their_class(hang: Hang) -> None:
    """Too long for its place: as small as it may get and no smaller, and said not to fit."""
    from station.kiosk.widgets import Words

    wall = hang()
    metrics = wall.app.metrics
    words = Words(text="much " * 200, wanted=metrics.body, size=(300, 100))
    assert words.font_size == pytest.approx(metrics.body)
    assert not words.fits
    words.text = "little"
    assert words.fits
    words.wanted = metrics.small
    words.text = "a sentence that is a little too long for its small place, but not much"
    assert metrics.touch <= words.font_size < metrics.small
    assert words.fits
