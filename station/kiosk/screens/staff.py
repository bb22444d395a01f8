"""The staff's menu: camera, display, network, settings of this station, restart. Behind a PIN."""

from collections.abc import Sequence
from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from station import __version__
from station.errors import StationError
from station.kiosk import health, staff_words
from station.kiosk.screens.base import StationScreen
from station.kiosk.screens.staff_display import Colours, TouchCheck
from station.kiosk.staff_words import Option
from station.kiosk.view import View
from station.kiosk.widgets import TONES, Key
from station.kiosk.words import Said, Tone

ICONS: dict[Tone, str] = {"right": "good", "change": "fix", "fact": ""}


class Finding(BoxLayout):  # type: ignore[misc]
    """One sentence with what it means: its colour, and an icon for who cannot tell colours."""

    text = StringProperty("")
    icon = StringProperty("")
    colour = ListProperty([1, 1, 1, 1])
    lines = NumericProperty(1)
    inset = BooleanProperty(True)
    """Room for an icon, since one of the list has one."""

    def say(self, said: Said) -> None:
        """Show it."""
        self.text, self.icon, self.colour = said.text, ICONS[said.tone], TONES[said.tone]


class Findings(BoxLayout):  # type: ignore[misc]
    """A list of sentences, from above."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._said: Sequence[Said] = ()
        # Takes what the sentences leave.
        self._rest = Widget(size_hint_y=0.01)
        self.add_widget(self._rest)

    def say(self, said: Sequence[Said]) -> None:
        """Show these."""
        if said == self._said:
            return
        self._said = said
        self.clear_widgets()
        for sentence in said:
            row = Finding(inset=any(ICONS[one.tone] for one in said))
            row.say(sentence)
            self.add_widget(row)
        self.add_widget(self._rest)


class OptionKey(Key):
    """One key of a page; `option` says what it does."""

    def __init__(self, option: Option, **given: Any) -> None:
        self.option = option
        super().__init__(**given)


class Options(GridLayout):  # type: ignore[misc]
    """The keys of a page, made anew only when there are others."""

    def offer(self, options: Sequence[Option], text: Any, act: Any) -> None:
        """Show `options`, in `text(option)`; one that is touched is given to `act`."""
        keys = [key for key in reversed(self.children) if isinstance(key, OptionKey)]
        if [key.option.name for key in keys] != [option.name for option in options]:
            self.clear_widgets()
            keys = [OptionKey(option) for option in options]
            for key in keys:
                key.bind(on_press=lambda touched: act(touched.option))
                self.add_widget(key)
            # A key alone is not as wide as the screen.
            for _ in range(int(self.cols) - len(keys)):
                self.add_widget(Widget())
        for key, option in zip(keys, options, strict=True):
            key.option, key.text = option, text(option)
            key.chosen, key.icon = option.chosen, option.icon


class Staff(StationScreen):
    """One page at a time: a heading, what there is to see, and keys below it."""

    page = StringProperty("menu")
    heading = StringProperty("")
    pictured = BooleanProperty(True)
    """The page shows the live picture."""
    missing = StringProperty("")

    def __init__(self, context: Any, **given: Any) -> None:
        super().__init__(context, **given)
        # Held here: ids alone do not keep what is off the screen.
        self._picture, self._mirror = self.ids.picture.__self__, self.ids.mirror.__self__
        self._overlay: TouchCheck | Colours | None = None
        self._framing = False

    def enter(self) -> None:
        self.go("menu")

    def go(self, page: str) -> None:
        """Turn to `page`, a key of `staff_words.HEADINGS`."""
        self.page, self.pictured, self._framing = page, page == "camera", False
        if page == "state":
            self.context.desk.open()
        else:
            self.context.desk.close()

    def on_pictured(self, *_: object) -> None:
        row = self.ids.row
        if self.pictured:
            row.add_widget(self._picture, index=len(row.children))
        else:
            self._mirror.blank()
            row.remove_widget(self._picture)

    def show(self, view: View) -> None:
        self.heading = self.say(staff_words.HEADINGS[self.page])
        self.missing = self.show_picture(self._mirror, view) if self.pictured else ""
        self.ids.findings.say(self._findings(view))
        self.ids.options.offer(self._options(), self._text, self._do)
        if self._overlay is not None:
            self._overlay.language = self.language

    def clear(self) -> None:
        self._take_down()
        self.go("menu")
        self.ids.findings.say(())

    def _findings(self, view: View) -> list[Said]:
        desk, _ = self.context.desk, self.context.translate
        match self.page:
            case "camera" if self._framing:
                return health.framing_words(view.snapshot, _)
            case "camera":
                size = view.snapshot.pose.size if view.snapshot is not None else None
                return health.camera_words(view.camera, desk.stats(), size, desk.source(), _)
            case "state":
                return staff_words.state(desk.facts, desk.settings.sound.speech, _)
            case "settings":
                return staff_words.settings(desk.settings, desk.trouble, _)
            case "restart":
                return [Said(_(staff_words.RESTART_ASKED))]
        station = desk.settings.station
        return [health.version_words(__version__, station.id, station.gym, _)]

    def _options(self) -> list[Option]:
        if self.page == "settings":
            return staff_words.settings_options(self.context.desk.settings)
        if self.page == "camera":
            return staff_words.camera_options(framing=self._framing)
        return staff_words.OPTIONS[self.page]

    def _text(self, option: Option) -> str:
        text = self.say(option.text)
        return text if option.value is None else text.format(value=self.say(option.value))

    def _do(self, option: Option) -> None:
        name = option.name
        match name:
            case "leave":
                self.context.act("back")
            case "back":
                self.go("menu")
            case "framing" | "figures":
                self._framing = name == "framing"
            case "touch":
                self._put_up(TouchCheck(self, self._take_down))
            case "colours":
                self._put_up(Colours(self, self._take_down))
            case "restart_now":
                self.context.restart()
            case _ if option.change is not None:
                self._change(*option.change)
            case _:
                self.go(name)

    def _change(self, section: str, key: str, value: Any) -> None:
        desk = self.context.desk
        try:
            desk.change(section, key, value)
        except StationError:
            # A step past the end of what is allowed: there is nothing to change.
            return
        self.context.apply(desk.settings)
        if key == "volume":
            desk.play("rep")

    def _put_up(self, overlay: TouchCheck | Colours) -> None:
        self._take_down()
        self._overlay = overlay
        overlay.put_up()

    def _take_down(self) -> None:
        overlay, self._overlay = self._overlay, None
        if overlay is not None:
            overlay.take_down()
