"""The kiosk on its wall, in an offscreen window whose clock only moves when told to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station import exercises
from station.hinge import Checker, Summary
from station.kiosk.flow import Flow, Timing
from station.kiosk.sets import Sets
from station.vision import CameraState, Pose
from tests.kiosk.people import FPS

LIVE = CameraState("live", "")


class VirtualClock:
    """Time as the window knows it."""

    def __init__(self) -> None:
        from kivy.clock import Clock

        self.now = Clock.get_time()
        Clock.time = lambda: self.now
        Clock._max_fps = 0


class Wall:
    """The kiosk on its wall, and a person to stand in front of it."""

    def __init__(self, clock: "VirtualClock", size: tuple[int, int], **options: Any) -> None:
        from kivy.core.window import Window

        from station.kiosk.app import KioskApp
        from station.kiosk.screens.base import Context

        self.clock = clock
        self.window = Window
        Window.size = size
        exercise = exercises.load("hinge")
        self.sets = Sets(lambda: Checker(exercise))
        self.saved: list[tuple[Summary, float, str]] = []
        self.camera = LIVE
        self.notices: list[str] = []
        self.flow = Flow(
            self.sets,
            now=clock.now,
            timing=options.pop("timing", Timing()),
            save=lambda *given: self.saved.append(given),
            restart_clip=options.pop("restart_clip", None),
        )
        context = Context(
            translate=lambda text: text,
            exercise=exercise,
            name_of=lambda name: name.replace("_", " "),
            mirrored=options.pop("mirrored", True),
            press=lambda: self.flow.press(clock.now),
        )
        self.app = KioskApp(
            self.flow, context, camera=lambda: self.camera, notices=lambda: self.notices
        )
        self.app._run_prepare()
        self.step(3)

    def step(self, frames: int = 1, *, draw: bool = True) -> None:
        """Let so many frames pass, a sixtieth of a second each, and draw the last."""
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(frames - draw):
            # What EventLoop.idle does, less the drawing.
            self.clock.now += 1 / 60
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()
        if draw:
            self.clock.now += 1 / 60
            EventLoop.idle()

    def wait(self, seconds: float) -> None:
        """Let time pass with no new picture."""
        self.step(round(seconds * 60))

    def watch(
        self,
        seconds: float,
        someone: Callable[[float], Pose],
        frame: NDArray[np.uint8] | None = None,
    ) -> None:
        """Let the camera see `someone(time)` for so long, at FPS pictures a second."""
        begun = self.clock.now
        ticks = round(60 / FPS)
        while self.clock.now - begun < seconds:
            self.sets.on_frame(frame, someone(self.clock.now - begun))
            self.step(ticks, draw=False)
        self.step()

    def touch(self, x: float, y: float) -> None:
        """One tap at (x, y), pixels from the lower left."""
        from kivy.tests.common import UnitTestTouch

        tap = UnitTestTouch(x, y)
        tap.touch_down()
        tap.touch_up()
        self.step(2)

    def press(self, text: str) -> None:
        """Tap the key that says `text`."""
        from station.kiosk.widgets import Key

        for widget in self.app.screen.walk():
            if isinstance(widget, Key) and widget.text == text:
                self.touch(*widget.to_window(*widget.center))
                return
        raise AssertionError(f"no key says {text!r}; there are {self.texts()}")

    def texts(self) -> list[str]:
        """Every text on the screen now."""
        from kivy.uix.label import Label

        found = [w for w in self.app.root.walk() if isinstance(w, Label)]
        return [w.text for w in found if w.text and w.opacity and w.height > 1]

    @property
    def screen(self) -> str:
        return next(stage for stage, s in self.app.screens.items() if s is self.app.screen)

    def picture(self) -> NDArray[np.uint8]:
        """The window's pixels, RGB, first row on top."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        self.window.canvas.ask_update()
        self.step()
        width, height = self.window.size
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)[::-1].copy()

    def save_picture(self, path: Path) -> None:
        """Write the window's pixels to a PNG."""
        import cv2

        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), self.picture()[..., ::-1])

    def close(self) -> None:
        from kivy.base import EventLoop

        self.app.dispatch("on_stop")
        for child in list(self.window.children):
            self.window.remove_widget(child)
        self.step(2)
        assert EventLoop.window is self.window
