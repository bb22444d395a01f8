"""What is drawn where nobody looks."""

from pathlib import Path

import pytest

from station.kiosk import window
from tests.kiosk.wall import offscreen


def test_each_picture_is_finished_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offscreen(tmp_path, (320, 180))
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.graphics import opengl

    drawn: list[str] = []
    really = opengl.glFinish

    def finish() -> None:
        really()
        drawn.append("finished")

    monkeypatch.setattr(opengl, "glFinish", finish)
    Window.bind(on_flip=lambda _: drawn.append("flipped"))
    window.wait_for_drawing()
    EventLoop.ensure_window()
    for _ in range(3):
        Window.canvas.ask_update()
        EventLoop.idle()
    assert drawn.count("flipped") >= 3
    assert drawn.count("finished") == drawn.count("flipped")
