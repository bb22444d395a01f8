"""Prepares Kivy's window; to be called before anything of Kivy is imported."""

import os
import tempfile
from pathlib import Path

from station.settings import Settings

VIRTUAL_SHORT_SIDE = 360
"""Pixels of a display that is not there."""


def has_display() -> bool:
    """Whether there is a screen to draw on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _home(data_dir: Path) -> Path:
    """The folder that Kivy wants to have; a temporary one where the data folder is read-only, as
    after its disk had an error: members are coached all the same."""
    home = data_dir / "kivy"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hinge-kivy-"))
    return home


def configure(settings: Settings) -> None:
    """Set what Kivy reads from its environment and its configuration, once, for this process."""
    os.environ.update(
        # Without this Kivy takes our command line for its own.
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_HOME=str(_home(settings.station.data_dir)),
    )
    # Where the screen is drawn in software, one thread draws and the pose model has the others.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    if not has_display():
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")

    from kivy.config import Config

    screen = settings.screen
    width, height = screen.width, screen.height
    if not has_display():
        # Nobody looks, and in software each pixel costs time that the pose model needs.
        scale = min(1.0, VIRTUAL_SHORT_SIDE / min(width, height))
        width, height = round(width * scale), round(height * scale)
    for section, key, value in (
        ("graphics", "width", width),
        ("graphics", "height", height),
        ("graphics", "fullscreen", "auto" if screen.fullscreen else 0),
        ("graphics", "show_cursor", 0 if screen.fullscreen else 1),
        # Kivy's default of 2 doubles the cost of drawing in software; lines are smooth without.
        ("graphics", "multisamples", 0),
        ("graphics", "maxfps", 60),
        ("kivy", "exit_on_escape", 0),
        ("kivy", "log_level", "warning"),
    ):
        Config.set(section, key, value)
    # Kivy's own touch providers see every tap a second time beside the window's.
    for provider, _ in Config.items("input"):
        Config.remove_option("input", provider)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def wait_for_drawing() -> None:
    """Finish each picture before the next is begun; makes the window if there is none yet.

    For a surface that is no screen: a screen's flip waits for what was drawn, the offscreen
    driver's does not, and on a busy machine Mesa then keeps hundreds of megabytes of pictures that
    wait for its drawing thread.
    """
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    Window.bind(on_flip=lambda _: glFinish())
