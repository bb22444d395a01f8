"""The Kivy application: one window, one screen at a time, fed by the flow."""

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
from station.kiosk.flow import Flow, Stage, View
from station.kiosk.metrics import Metrics
from station.kiosk.screens.base import Context, StationScreen
from station.kiosk.ticks import TickMonitor
from station.paths import shipped
from station.vision import CameraState

SCREENS: dict[Stage, type[StationScreen]] = {
    "attract": screens.Attract,
    "place": screens.Place,
    "live": screens.Live,
    "summary": screens.Summary,
}


@lru_cache(maxsize=1)
def load_layouts() -> None:
    """Load every kv file, once in a process: a second time would apply each rule twice."""
    for name in ("widgets", "root", *SCREENS):
        Builder.load_file(str(shipped("kv") / f"{name}.kv"))


class Root(BoxLayout):  # type: ignore[misc]
    """Notices, which every screen shows, above the screen."""

    notice = StringProperty("")


class KioskApp(App):  # type: ignore[misc]
    """Draws the flow's view sixty times a second and does nothing else on this thread.

    `camera` and `notices` are asked each tick and must not wait; `ending` true ends the
    program, after the set in progress is finished. `watch`, where set, is told every view.
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
        self._ending = ending

    def build(self) -> Root:
        load_layouts()
        Window.clearcolor = palette.GROUND
        Window.bind(size=self._resize)
        self._resize(Window, Window.size)
        self.screens = {stage: screen(self._context) for stage, screen in SCREENS.items()}
        root = Root()
        self._hang(root, self.screens[self.flow.view.stage])
        Clock.schedule_interval(self.tick, 0)
        return root

    def on_stop(self) -> None:
        Window.unbind(size=self._resize)
        Clock.unschedule(self.tick)

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
        self.show(self.flow.view)
        if ending:
            self.stop()

    def show(self, view: View) -> None:
        """Show `view` on its screen; a screen that is left forgets the member."""
        self.root.notice = "\n".join(self._notices())
        screen = self.screens[view.stage]
        if self.screen is not screen:
            self.screen.clear()
            self.root.remove_widget(self.screen)
            self._hang(self.root, screen)
        screen.show(view)
        if self.watch is not None:
            self.watch(view)

    def _hang(self, root: Root, screen: StationScreen) -> None:
        # Kivy's ScreenManager would do this too, but draws all screens through a stencil.
        self.screen = screen
        root.add_widget(screen)
        screen.enter()

    def _resize(self, _: object, size: tuple[float, float]) -> None:
        self.metrics = Metrics.of(*size)
