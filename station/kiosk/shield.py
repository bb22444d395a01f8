"""What members see when the program itself fails: a calm full screen, and the station comes back.

Hooks into Kivy's exception handling, so that it hears of every exception of the screen's thread:
clock events, kv rules, touches, drawing. What it shows is made of a few drawing instructions in
the window itself, without a widget or a kv rule, in case those are what failed.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.text import Label as Text
from kivy.core.window import Window
from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture
from kivy.lang import builder

from station.i18n import translator
from station.kiosk import palette
from station.kiosk.words import LANGUAGES, msgid

log = logging.getLogger(__name__)

MOMENT = msgid("One moment, please.\nBack in a few seconds.")

BACK_AFTER_S = 3.0
FAILURES, WITHIN_S = 3, 60.0
"""So many failures within so many seconds: starting over does not help, the unit has to."""

RESTART = 75
"""The exit code (EX_TEMPFAIL) after which the unit starts the program again."""


class Guarded(Protocol):
    """What the shield asks of the app."""

    def take_down(self) -> None:
        """Everything off the window, the session over; does what it can, whatever is broken."""

    def put_up(self) -> None:
        """The window as after the start, with new screens."""

    def leave(self, code: int) -> None:
        """End the program with this exit code."""


class Shield(ExceptionHandler):  # type: ignore[misc]
    """Stands between an exception and the desktop behind the window."""

    def __init__(self, app: Guarded, clock: Callable[[], float] = Clock.get_time) -> None:
        super().__init__()
        self._app = app
        self._clock = clock
        self._failed: deque[float] = deque(maxlen=FAILURES)
        self._panel: InstructionGroup | None = None
        # Made now, while everything works.
        self._sentences = sentences()
        self._given_up = False
        self.failures = 0
        """How often the screen has failed."""

    @property
    def up(self) -> bool:
        """Whether it covers the window."""
        return self._panel is not None

    def install(self) -> None:
        """Hear of every exception from now on."""
        ExceptionManager.add_handler(self)

    def remove(self) -> None:
        """Hear of none any more."""
        ExceptionManager.remove_handler(self)
        self._lower()

    def handle_exception(self, inst: BaseException) -> int:
        """Kivy asks what to do; called in the `except` block."""
        if not isinstance(inst, Exception):
            # Ctrl-C and sys.exit() mean what they say.
            return int(ExceptionManager.RAISE)
        try:
            self._meet(inst)
        except Exception:
            log.exception("The shield itself failed")
            self._give_up()
        return int(ExceptionManager.PASS)

    def _meet(self, error: Exception) -> None:
        forget_waiting_rules()
        if self.up or self._given_up:
            # Left-overs of what has already been taken down.
            log.error("... and then: %s: %s", type(error).__name__, error)
            return
        log.error("The screen failed; it starts over.", exc_info=error)
        self.failures += 1
        self._failed.append(self._clock())
        self._raise()
        self._app.take_down()
        if len(self._failed) == FAILURES and self._failed[-1] - self._failed[0] <= WITHIN_S:
            self._give_up()
        else:
            Clock.schedule_once(self._recover, BACK_AFTER_S)

    def _recover(self, _: float) -> None:
        self._lower()
        try:
            self._app.put_up()
        except Exception as error:
            # Seen from here, and not from the clock, so that it counts as one failure.
            self._meet(error)

    def _give_up(self) -> None:
        if not self._given_up:
            self._given_up = True
            log.error("It failed too often: the program ends and is to be started again.")
            self._app.leave(RESTART)

    def _raise(self) -> None:
        panel = InstructionGroup()
        width, height = Window.size
        panel.add(Color(*palette.GROUND))
        panel.add(Rectangle(pos=(0, 0), size=(width, height)))
        panel.add(Color(*palette.WHITE))
        row = height / (len(self._sentences) + 1)
        for index, sentence in enumerate(self._sentences):
            texture = written(sentence, width * 0.88, row * 0.8)
            x, y = (width - texture.width) / 2, height - row * (index + 1) - texture.height / 2
            panel.add(Rectangle(texture=texture, pos=(x, y), size=texture.size))
        self._panel = panel
        Window.canvas.add(panel)

    def _lower(self) -> None:
        if self._panel is not None:
            Window.canvas.remove(self._panel)
            self._panel = None


def sentences() -> list[str]:
    """The same sentence in every language, since nobody knows who stands there."""
    return list(dict.fromkeys(translator(language)(MOMENT) for language in LANGUAGES))


def written(text: str, width: float, height: float) -> Texture:
    """`text` as a texture of at most `width` × `height` pixels."""
    size = height / 2.6
    while True:
        label = Text(text=text, font_size=size, bold=True, halign="center")
        label.refresh()
        if (label.texture.width <= width and label.texture.height <= height) or size < 8:
            return label.texture
        size *= 0.9


def forget_waiting_rules() -> None:
    """Drop the kv rules that Kivy still wants to run: one that failed would fail at every frame.

    Kivy keeps them in a chain through each one's last element and drops it only after all have run.
    """
    rule = builder._delayed_start
    while rule is not None and rule is not StopIteration:
        following = rule[-1]
        rule[-1] = None
        rule = following
    builder._delayed_start = None
