"""The Kivy application: one window, one screen at a time, fed by the flow."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.kiosk import palette, screens
from station.kiosk.card_reader import CardReader
from station.kiosk.flow import Flow
from station.kiosk.metrics import Metrics
from station.kiosk.question import QuestionCard
from station.kiosk.screens.base import Context, StationScreen
from station.kiosk.screens.staff_pin import PinPad
from station.kiosk.shield import RESTART, Shield
from station.kiosk.ticks import TickMonitor
from station.kiosk.view import Stage, View
from station.paths import shipped
from station.vision import CameraState

log = logging.getLogger(__name__)

SCREENS: dict[Stage, type[StationScreen]] = {
    "attract": screens.Attract,
    "choose": screens.Choose,
    "place": screens.Place,
    "start": screens.Start,
    "live": screens.Live,
    "summary": screens.Summary,
    "why": screens.Why,
    "privacy": screens.Privacy,
    "staff": screens.Staff,
}


@lru_cache(maxsize=1)
def load_layouts() -> None:
    """Load every kv file, once in a process: a second time would apply each rule twice."""
    for name in ("widgets", "root", "question", "coaching", *SCREENS):
        Builder.load_file(str(shipped("kv") / f"{name}.kv"))


def camera_trouble(view: View) -> list[str]:
    """What is wrong with the camera (msgids); the first screen says so itself."""
    if view.stage == "attract" or view.camera.kind not in {"stalled", "offline"}:
        return []
    return [view.camera.message]


class Root(BoxLayout):  # type: ignore[misc]
    """Notices, which every screen shows, above the screen."""

    notice = StringProperty("")


class KioskApp(App):  # type: ignore[misc]
    """Draws the flow's view sixty times a second and does nothing else on this thread.

    `camera` and `notices` (msgids) are asked each tick and must not wait; `ending` true ends the
    program, after the set in progress is finished. `watch`, where set, is told every view; `hear`
    each view with the one before, for tones and speech. `exit_code` is for the program's end.
    """

    metrics = ObjectProperty(Metrics.of(1280, 720))

    def __init__(
        self,
        flow: Flow,
        context: Context,
        *,
        camera: Callable[[], CameraState],
        notices: Callable[[], Sequence[str]] = tuple,
        ending: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self.title = "Hinge Station"
        self.flow = flow
        self.monitor = TickMonitor()
        self._context = context
        self._camera = camera
        self._notices = notices
        self.watch: Callable[[View], None] | None = None
        self.hear: Callable[[View | None, View], None] | None = None
        self.attend: Callable[[], None] | None = None
        """Called at the end of each tick; may end the program."""
        self.exit_code = 0
        self.shield = Shield(self)
        self._shown: View | None = None
        self._ending = ending
        self._card = CardReader()

    def build(self) -> Root:
        load_layouts()
        Window.clearcolor = palette.GROUND
        Window.bind(
            size=self._resize,
            on_touch_down=self._touched,
            on_key_down=self._key,
            on_key_up=self._swallow,
            on_textinput=self._swallow,
            on_request_close=self._close_asked,
        )
        self._resize(Window, Window.size)
        root = Root()
        self._furnish(root)
        self.shield.install()
        return root

    def on_stop(self) -> None:
        Window.unbind(
            size=self._resize,
            on_touch_down=self._touched,
            on_key_down=self._key,
            on_key_up=self._swallow,
            on_textinput=self._swallow,
            on_request_close=self._close_asked,
        )
        self.shield.remove()
        self.question.take_down()
        self.pin_pad.take_down()
        Clock.unschedule(self.tick)

    def take_down(self) -> None:
        """Everything off the window, the session over; does what it can, whatever is broken."""
        Clock.unschedule(self.tick)
        now = Clock.get_time()
        steps: tuple[Callable[[], object], ...] = (
            lambda: self.flow.stop(now),
            self.screen.clear,
            self.question.take_down,
            self.pin_pad.take_down,
        )
        for step in steps:
            try:
                step()
            except Exception:
                log.exception("While the screen was taken down")
        self._shown = None
        for child in list(Window.children):
            Window.remove_widget(child)

    def put_up(self) -> None:
        """The window as after the start, with new screens."""
        self.root = Root()
        self._furnish(self.root)
        Window.add_widget(self.root)

    def leave(self, code: int) -> None:
        """End the program with this exit code."""
        self.exit_code = code
        self.stop()

    def restart(self) -> None:
        """End the program so that it is started again; what was done so far is kept."""
        self.flow.stop(Clock.get_time())
        self.leave(RESTART)

    def open_settings(self, *_: object) -> bool:
        """Kivy's own settings panel (F1) has no place on a gym's wall."""
        return False

    def tick(self, _: float) -> None:
        """Take in what is new and show it."""
        now = Clock.get_time()
        self.monitor.tick(time.perf_counter(), live=self.flow.view.stage == "live")
        ending = self._ending()
        if ending:
            self.flow.stop(now)
        else:
            self.flow.tick(now, self._camera())
        if self.flow.settings is not self._context.settings:
            self._change_settings()
        self.show(self.flow.view)
        if ending:
            self.stop()
        elif self.attend is not None:
            self.attend()

    def show(self, view: View) -> None:
        """Show `view` on its screen; a screen that is left forgets the member."""
        self._context.language = view.language
        said = [*self._notices(), *camera_trouble(view)]
        self.root.notice = "\n".join(map(self._context.translate, said))
        screen = self.screens[view.stage]
        if self.screen is not screen:
            self.screen.clear()
            self.root.remove_widget(self.screen)
            screen.language = view.language
            self._hang(self.root, screen)
        screen.language = view.language
        screen.show(view)
        self.question.show(view)
        self.pin_pad.show(view)
        if self.hear is not None:
            self.hear(self._shown, view)
        self._shown = view
        if self.watch is not None:
            self.watch(view)

    def _furnish(self, root: Root) -> None:
        self._make_screens()
        self._hang(root, self.screens[self.flow.view.stage])
        self.question = QuestionCard(self._context)
        self.pin_pad = PinPad(self._context)
        Clock.schedule_interval(self.tick, 0)

    def _make_screens(self) -> None:
        self.screens = {stage: screen(self._context) for stage, screen in SCREENS.items()}
        self.screens["attract"].bind(on_corner_held=lambda _: self.pin_pad.put_up())

    def _hang(self, root: Root, screen: StationScreen) -> None:
        # Kivy's ScreenManager would do this too, but draws all screens through a stencil.
        self.screen = screen
        root.add_widget(screen)
        screen.enter()

    def _change_settings(self) -> None:
        """New screens: what they were built with may have changed."""
        self._context.settings = self.flow.settings
        self._context.desk.settings = self.flow.settings
        self._resize(Window, Window.size)
        self.screen.clear()
        self.root.remove_widget(self.screen)
        self._make_screens()
        self._hang(self.root, self.screens[self.flow.view.stage])

    def _resize(self, _: object, size: tuple[float, float]) -> None:
        screen = self._context.settings.screen
        self.metrics = Metrics.of(
            *size, screen.panel_mm, distance_m=screen.distance_m, keys_low=screen.keys_low
        )

    def _touched(self, *_: object) -> bool:
        self.flow.touch(Clock.get_time())
        return False

    def _key(self, _: object, code: int, *_more: object) -> bool:
        now = Clock.get_time()
        if self._context.settings.screen.card_reader and self._card.key(now, code):
            self.flow.act(now, "start")
        return True

    def _swallow(self, *_: object) -> bool:
        return True

    def _close_asked(self, *_: object, **__: object) -> bool:
        """Whether a window manager's wish to close the window is passed over."""
        return bool(self._context.settings.screen.fullscreen)
