"""The kiosk on its wall, in an offscreen window whose clock only moves when told to."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.hinge import Summary
from station.kiosk import catalogue, window
from station.kiosk.flow import Flow
from station.kiosk.sets import Sets, Snapshot
from station.kiosk.view import Action, Stage, View
from station.settings import Settings
from station.vision import CameraState, Pose
from tests.kiosk.people import FPS, PANELS, Panel, pose, room

LIVE = CameraState("live", "")


def snapshot_of(
    someone: Callable[[float], Pose] = pose,
    seconds: float = 1.0,
    exercise: str = "hinge",
    frame: NDArray[np.uint8] | None = None,
) -> Snapshot:
    """What is said of the last frame after the real checker has seen `someone` for so long."""
    sets = Sets()
    sets.begin(EXERCISES[exercise])
    for i in range(round(seconds * FPS) + 1):
        sets.on_frame(room() if frame is None else frame, someone(i / FPS))
    assert sets.newest is not None
    return sets.newest


class VirtualClock:
    """Time as the window knows it."""

    def __init__(self) -> None:
        from kivy.clock import Clock

        self.now = Clock.get_time()
        Clock.time = lambda: self.now
        Clock._max_fps = 0


def offscreen(folder: Path, size: tuple[int, int]) -> VirtualClock:
    """Kivy, prepared as the program does it, on the offscreen driver; once in a process."""
    os.environ.pop("DISPLAY", None)
    os.environ.pop("WAYLAND_DISPLAY", None)
    window.configure(Settings.model_validate({"station": {"data_dir": str(folder)}}))
    from kivy.config import Config

    Config.set("graphics", "maxfps", 0)
    Config.set("graphics", "width", size[0])
    Config.set("graphics", "height", size[1])
    return VirtualClock()


EXERCISES = catalogue.load()


def settings_of(panel: Panel, language: str = "en", **screen: Any) -> Settings:
    """A station's settings on `panel`; keywords change its [screen]."""
    width, height = panel.size
    shown = {"width": width, "height": height, "panel_mm": panel.mm} | screen
    return Settings.model_validate({"station": {"language": language}, "screen": shown})


class Pinned:
    """In the flow's place: one view, for as long as one likes. `acts` is what was asked for."""

    def __init__(self, view: View, settings: Settings) -> None:
        self.view = view
        self.settings = settings
        self.acts: list[tuple[Action, str]] = []
        self.touches = 0

    def tick(self, _now: float, _camera: CameraState) -> None: ...

    def touch(self, _now: float) -> None:
        self.touches += 1

    def act(self, _now: float, action: Action, value: str = "") -> None:
        self.acts.append((action, value))


class Wall:
    """The kiosk on its wall, and a person to stand in front of it.

    `panel` is one of PANELS; `screen` changes the settings' [screen]. `put` hangs up one view, made
    by hand, in the flow's place.
    """

    def __init__(
        self,
        clock: "VirtualClock",
        panel: Panel | tuple[int, int] = PANELS[0],
        *,
        language: str = "en",
        screen: dict[str, Any] | None = None,
        mirrored: bool = True,
        **options: Any,
    ) -> None:
        from kivy.core.window import Window

        from station.kiosk.app import KioskApp
        from station.kiosk.screens.base import Context

        self.clock = clock
        self.rate = 60.0
        """The screen's frames a second."""
        self.window = Window
        self.panel = panel if isinstance(panel, Panel) else Panel(*panel, 194.0)
        Window.size = self.panel.size
        settings = settings_of(self.panel, language, **(screen or {}))
        camera = settings.camera.model_copy(update={"mirror": mirrored})
        self.settings = settings.model_copy(update={"camera": camera})
        self.sets = Sets()
        self.saved: list[tuple[Summary, float, str]] = []
        self.camera = LIVE
        self.notices: list[str] = []
        self.flow: Any = Flow(
            self.sets,
            exercises=EXERCISES,
            settings=self.settings,
            now=clock.now,
            save=options.pop("save", lambda *given: self.saved.append(given)),
            **options,
        )
        self.context = Context(
            self.settings,
            EXERCISES,
            lambda action, value="": self.app.flow.act(clock.now, action, value),
            apply=self.flow.apply,
        )
        self.app = KioskApp(
            self.flow, self.context, camera=lambda: self.camera, notices=lambda: self.notices
        )
        self.app._run_prepare()
        self.step(3)

    def put(self, view: View) -> Pinned:
        """Hang up `view`; returns what stands in the flow's place."""
        pinned = Pinned(view, self.settings)
        self.app.flow = pinned
        self.step(3)
        return pinned

    def view(self, stage: Stage, exercise: str = "hinge", **given: Any) -> View:
        """A view to `put`, in the station's language, its camera live."""
        plain = {"camera": LIVE, "language": self.settings.station.language}
        return View(stage, exercise=EXERCISES[exercise], **plain | given)

    def step(self, frames: int = 1, *, draw: bool = True) -> None:
        """Let so many of the screen's frames pass and draw the last."""
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(frames - draw):
            # What EventLoop.idle does, less the drawing.
            self.clock.now += 1 / self.rate
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()
        if draw:
            self.clock.now += 1 / self.rate
            EventLoop.idle()

    def wait(self, seconds: float) -> None:
        """Let time pass with no new picture; the last frame of the screen is drawn."""
        self.step(max(1, round(seconds * self.rate)))

    def watch(
        self,
        seconds: float,
        someone: Callable[[float], Pose],
        frame: NDArray[np.uint8] | None = None,
    ) -> None:
        """Let the camera see `someone(time)` for so long, at FPS pictures a second."""
        begun = self.clock.now
        ticks = round(self.rate / FPS)
        while self.clock.now - begun < seconds:
            self.sets.on_frame(frame, someone(self.clock.now - begun))
            self.step(ticks, draw=False)
        self.step()

    def tap(self, x: float, y: float) -> None:
        """One tap at (x, y), pixels from the lower left; no time passes."""
        from kivy.tests.common import UnitTestTouch

        tap = UnitTestTouch(x, y)
        tap.touch_down()
        tap.touch_up()

    def touch(self, x: float, y: float) -> None:
        """One tap, and what it changes is shown."""
        self.tap(x, y)
        self.step(2)

    def press(self, text: str) -> None:
        """Tap the key that says `text`."""
        from station.kiosk.widgets import Key

        for widget in self._widgets():
            if isinstance(widget, Key) and widget.text == text:
                self.touch(*widget.to_window(*widget.center))
                return
        raise AssertionError(f"no key says {text!r}; there are {self.texts()}")

    def texts(self) -> list[str]:
        """Every text on the screen now."""
        from kivy.uix.label import Label

        found = [w for w in self._widgets() if isinstance(w, Label)]
        return [w.text for w in found if w.text and w.opacity and w.height > 1]

    def _widgets(self) -> list[Any]:
        """Everything in the window; a question lies over the rest."""
        return [widget for child in self.window.children for widget in child.walk()]

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

        self.app.flow = self.flow
        self.app.dispatch("on_stop")
        for child in list(self.window.children):
            self.window.remove_widget(child)
        self.step(2)
        assert EventLoop.window is self.window
