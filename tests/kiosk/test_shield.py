"""Whatever breaks, nobody sees a desktop or a frozen screen, and the station is back by itself."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.kiosk import palette
from tests.kiosk.people import pose, room
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]

KEYS = {
    "escape": (27, []),
    "F1": (282, []),
    "F11": (292, []),
    "F12": (293, ["shift"]),
    "alt F4": (285, ["alt"]),
    "ctrl q": (113, ["ctrl"]),
    "ctrl w": (119, ["ctrl"]),
    "ctrl c": (99, ["ctrl"]),
    "super": (311, ["meta"]),
    "alt tab": (9, ["alt"]),
    "enter": (13, []),
}


def endure(wall: Wall, seconds: float) -> None:
    """Let time pass as Kivy's main loop does it: exceptions go to whoever handles them."""
    for _ in range(max(3, round(seconds * 10))):
        wall.clock.now += 0.1
        attempt(lambda: wall.step(draw=False))


def attempt(act: Callable[..., Any], *given: Any) -> None:
    from kivy.base import ExceptionManager

    try:
        act(*given)
    except BaseException as error:
        if ExceptionManager.handle_exception(error) == ExceptionManager.RAISE:
            raise


@pytest.fixture
def wall(hang: Hang) -> Iterator[Wall]:
    wall = hang()
    yield wall
    wall.app.shield.remove()


def breaks(wall: Wall, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
    """The first screen cannot be shown, so many times."""
    attract = type(wall.app.screens["attract"])
    left = [times]

    def show(self: Any, view: object) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise ZeroDivisionError("the screen is broken")

    monkeypatch.setattr(attract, "show", show)


def covered(wall: Wall) -> bool:
    """Whether the friendly screen, and nothing else, is to be seen."""
    picture = wall.picture().reshape(-1, 3).astype(int)
    ground, white = (np.array(colour[:3]) * 255 for colour in (palette.GROUND, palette.WHITE))
    dark = (np.abs(picture - ground).max(axis=1) < 3).mean()
    light = (np.abs(picture - white).max(axis=1) < 3).mean()
    return bool(wall.app.shield.up and dark > 0.7 and light > 0.01 and not wall.window.children)


def test_a_screen_that_cannot_be_shown(
    wall: Wall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    breaks(wall, monkeypatch)
    endure(wall, 0.1)
    assert covered(wall)
    endure(wall, 2.0)
    assert covered(wall), "until it is back"
    endure(wall, 1.5)
    assert not wall.app.shield.up
    assert wall.screen == "attract"
    assert wall.texts()
    assert wall.app.exit_code == 0
    assert caplog.text.count("Traceback") == 1
    assert caplog.text.count("ZeroDivisionError: ") == 1
    wall.touch(*wall.window.center)
    assert wall.screen == "choose"


def test_a_touch_that_breaks_it(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("who touches this")

    attract = type(wall.app.screens["attract"])
    with monkeypatch.context() as patch:
        patch.setattr(attract, "on_touch_down", broken)
        attempt(wall.touch, *wall.window.center)
    assert covered(wall)
    attempt(wall.touch, *wall.window.center)
    endure(wall, 3.5)
    assert wall.screen == "attract"
    wall.touch(*wall.window.center)
    assert wall.screen == "choose"


RULES = """
<Rotten>:
    height: 100 / self.rot
    canvas:
        Rectangle:
            size: 100 / self.decay, 1
"""


@pytest.mark.parametrize("where", ["rot", "decay"])
def test_a_kv_rule_that_fails(wall: Wall, where: str) -> None:
    """Of a widget, at once; of a drawing, when Kivy gets round to it before the next frame."""
    from kivy.factory import Factory
    from kivy.lang import Builder
    from kivy.properties import NumericProperty
    from kivy.uix.widget import Widget

    class Rotten(Widget):  # type: ignore[misc]
        rot = NumericProperty(1)
        decay = NumericProperty(1)

    Builder.load_string(RULES, filename="rotten")
    try:
        rotten = Rotten()
        wall.app.screen.add_widget(rotten)
        endure(wall, 0.1)
        assert not wall.app.shield.up
        attempt(setattr, rotten, where, 0)
        endure(wall, 0.1)
        assert covered(wall)
        endure(wall, 3.5)
        assert not wall.app.shield.up
        assert wall.screen == "attract"
        endure(wall, 1.0)
        assert not wall.app.shield.up, "what was broken is gone"
    finally:
        Builder.unload_file("rotten")
        Factory.unregister("Rotten")


def test_what_was_done_is_kept_and_the_member_forgotten(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall.wait(1.0)
    wall.touch(*wall.window.center)
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    wall.watch(1.0, lambda t: pose(wall.clock.now), room())
    assert wall.screen in {"start", "live"}
    shown = wall.app.screen
    monkeypatch.setattr(shown, "show", lambda _: 1 / 0)
    endure(wall, 0.1)
    assert covered(wall)
    assert wall.flow.view.stage == "attract"
    assert wall.flow.view.snapshot is None
    assert wall.sets.newest is None
    endure(wall, 3.5)
    assert wall.screen == "attract"


def test_three_failures_within_a_minute_end_the_program_to_be_started_again(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[int] = []
    monkeypatch.setattr(wall.app, "stop", lambda: stopped.append(wall.app.exit_code))
    breaks(wall, monkeypatch, times=3)
    endure(wall, 6.5)
    assert stopped == [75]
    assert covered(wall), "until the unit has started it again"


def test_failures_that_are_rare_do_not(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[int] = []
    monkeypatch.setattr(wall.app, "stop", lambda: stopped.append(wall.app.exit_code))
    for _ in range(4):
        breaks(wall, monkeypatch)
        endure(wall, 3.5)
        assert wall.screen == "attract"
        wall.clock.now += 40
    assert stopped == []


def test_screens_that_cannot_be_made_again_count_too(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[int] = []
    monkeypatch.setattr(wall.app, "stop", lambda: stopped.append(wall.app.exit_code))
    breaks(wall, monkeypatch)
    monkeypatch.setattr(wall.app, "_make_screens", lambda: 1 / 0)
    endure(wall, 6.5)
    assert stopped == [75]


def test_ctrl_c_is_not_an_accident(wall: Wall) -> None:
    with pytest.raises(KeyboardInterrupt):
        attempt(lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert not wall.app.shield.up


def test_no_key_leads_anywhere(wall: Wall) -> None:
    from kivy.base import EventLoop

    before = wall.screen, list(wall.window.children)
    for name, (code, held) in KEYS.items():
        wall.window.dispatch("on_key_down", code, 0, None, held)
        wall.window.dispatch("on_key_up", code, 0)
        wall.window.dispatch("on_textinput", "x")
        wall.step(2)
        assert not EventLoop.quit, name
        assert (wall.screen, list(wall.window.children)) == before, name


BROKEN = """
import sys
from station.kiosk import window
from station import cli

configure = window.configure


def configure_and_break(settings):
    configure(settings)
    from station.kiosk import screens, shield

    shield.BACK_AFTER_S = 0.1
    screens.Attract.show = lambda self, view: 1 / 0


window.configure = configure_and_break
sys.exit(cli.main(["kiosk", "--config", sys.argv[1], "--source", sys.argv[2]]))
"""


def test_the_program_itself_ends_with_the_code_that_the_unit_restarts_on(tmp_path: Path) -> None:
    from station.vision import recording

    config, clip = tmp_path / "station.toml", tmp_path / "clip.npz"
    config.write_text(f'[station]\ndata_dir = "{tmp_path}"\n')
    recording.write(clip, [pose(t / 20) for t in range(20)])
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN, str(config), str(clip)],
        env={name: value for name, value in os.environ.items() if name not in hidden},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 75, ended.stderr
    assert ended.stderr.count("ZeroDivisionError: division by zero") == 3
    assert "to be started again" in ended.stderr
