"""The summary: what was counted, what to work on, where to go on, and a text to take home."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from station.hinge import Summary
from station.kiosk import palette, words
from station.kiosk.summary_words import depth_words, result_text, summary_words
from tests.kiosk import stills
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import EXERCISES, Wall

Hang = Callable[..., Wall]


def rounded() -> Summary:
    return stills.finished(10.6, 0.16).summary


def clean() -> Summary:
    return stills.finished(10.6).summary


def hang_up(wall: Wall, summary: Summary, exercise: str = "hinge", **more: Any) -> Any:
    """Hang the summary, and wait until its code is made."""
    portrait = stills.finished(10.6, 0.16).portrait
    pinned = wall.put(wall.view("summary", exercise, summary=summary, portrait=portrait, **more))
    if wall.app.metrics.compact:
        wall.app.screen.turn()
    for _ in range(100):
        wall.step(2)
        if wall.app.screen.ids.code.shown_px:
            break
        time.sleep(0.02)
    return pinned


@pytest.mark.parametrize(
    ("panel", "language"), list(zip(PANELS, ("en", "de", "en", "de"), strict=True)), ids=str
)
def test_the_code_reads_back_as_the_text_itself(hang: Hang, panel: Panel, language: str) -> None:
    from station.kiosk.qr import LEAST_MODULE_MM, QUIET_MODULES

    wall = hang(panel, language=language)
    hang_up(wall, rounded())
    code, mm = wall.app.screen.ids.code, panel.mm / min(panel.size)
    assert code.shown_px, "no code is shown"
    module = code.shown_px / code._modules
    assert module == int(module)
    assert module * mm >= LEAST_MODULE_MM
    x, y = (round(part) for part in code._square.pos)
    side = int(code.shown_px)
    top = panel.height - y - side
    seen = wall.picture()[top : top + side, x : x + side]
    assert set(np.unique(seen)) == {0, 255}, "blurred"
    rim = int(module) * QUIET_MODULES
    assert (seen[:rim] == 255).all()
    assert (seen[:, -rim:] == 255).all()
    # A telephone held in front of it has more pixels than the screen.
    near = cv2.resize(seen, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(near)
    _ = wall.context.translate
    said = summary_words(rounded(), EXERCISES["hinge"], wall.context.name_of, _)
    assert text == result_text(said, _(EXERCISES["hinge"].name), False, _)
    assert "http" not in text


def test_what_is_taken_home_is_what_the_screen_says() -> None:
    def same(text: str) -> str:
        return text

    summary = replace(rounded(), depth_deg=58.0)
    said = summary_words(summary, EXERCISES["hinge"], lambda name: name, same)
    text = result_text(said, "Hip hinge", False, same)
    for part in (said.pattern.text, said.back.text, said.advice, said.fix, words.SAFETY):
        assert part in text
    assert "Your back held to about 60°." in text
    assert "Reps: 3, clean: 0" in text
    assert "clean" not in result_text(said, "Everyday pick-up", True, same).splitlines()[1]


def test_the_drill_is_a_key_that_starts_it(hang: Hang) -> None:
    wall = hang()
    pinned = hang_up(wall, rounded())
    wall.press("Drill: Wall tap")
    wall.press(words.AGAIN)
    wall.press(words.DONE)
    assert pinned.acts == [("choose", "wall_tap"), ("again", ""), ("done", "")]


def test_a_clean_set_earns_the_next_rungs(hang: Hang) -> None:
    wall = hang()
    pinned = hang_up(wall, clean())
    wall.press("Next: Romanian deadlift with a stick")
    wall.press("Next: Kickstand hinge")
    assert pinned.acts == [("choose", "rdl"), ("choose", "kickstand")]


def test_cause_and_fix_are_those_of_when_it_began(hang: Hang) -> None:
    wall = hang()
    fault = EXERCISES["hinge"].fault("back_rounds")
    assert fault is not None
    assert fault.late is not None
    hang_up(wall, replace(rounded(), onset="late"))
    assert fault.late.cue in wall.texts()
    assert f"{fault.late.cause} {fault.late.fix}" in wall.texts()
    hang_up(wall, replace(rounded(), onset="start"))
    assert fault.cue in wall.texts()


def test_todays_honest_depth_is_said_in_words() -> None:
    told = [
        depth_words(replace(rounded(), depth_deg=deg), lambda text: text)
        for deg in (None, 0.4, 58.0, 62.4, 63.0)
    ]
    assert told == ["", *(f"Your back held to about {n}°." for n in (5, 60, 60, 65))]


def test_an_everyday_pick_up_has_no_score(hang: Hang) -> None:
    wall = hang()
    hang_up(wall, replace(rounded(), exercise="pick_up", drill=None), "pick_up")
    assert words.CLEAN not in [
        w.text for w in wall.app.screen.walk() if getattr(w, "text", "") and w.parent.opacity
    ]
    assert words.REPS in wall.texts()


def test_the_frame_where_it_began_is_drawn_in_orange(hang: Hang) -> None:
    wall = hang()
    hang_up(wall, rounded())
    assert "Your back began to round here." in wall.texts()
    portrait = wall.app.screen.ids.portrait
    x, y = (round(part) for part in portrait.to_window(*portrait.pos))
    high, wide = round(portrait.height), round(portrait.width)
    top = wall.window.size[1] - y - high
    seen = wall.picture()[top : top + high, x : x + wide].astype(float)
    orange = np.array(palette.ORANGE[:3]) * 255
    assert (np.abs(seen - orange).max(axis=2) < 12).sum() > 30


def test_what_could_not_be_told_is_said_and_so_is_safety(hang: Hang) -> None:
    wall = hang()
    unseen = tuple(
        replace(rep, back=replace(rep.back, verdict="cannot_tell"), faults=())
        for rep in clean().reps
    )
    hang_up(wall, replace(clean(), reps=unseen))
    assert any("can't tell" in text for text in wall.texts())
    assert words.SAFETY in wall.texts()


def test_nothing_of_it_is_left_when_it_goes(hang: Hang) -> None:
    wall = hang()
    hang_up(wall, rounded())
    screen = wall.app.screen
    wall.put(wall.view("attract"))
    said = (screen.pattern, screen.back, screen.advice, screen.why, screen.caption, screen._text)
    assert said == ("",) * 6
    assert screen.reps == 0
    assert screen.ids.code.shown_px == 0
    assert screen.ids.code._made is None
    assert screen.ids.portrait._portrait is None
