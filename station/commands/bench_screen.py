"""How evenly the screen's thread runs while a set is live: the real window, model and checker."""

import os
import sys
from pathlib import Path
from typing import Any

from station.errors import StationError
from station.settings import Settings

P99_BAR_MS, WORST_BAR_MS = 25, 50


def measure(path: Path, settings: Settings) -> dict[str, Any]:
    """Play the clip at `path` through one set in a window of the settings' size, drawn by whatever
    draws here; the intervals between two ticks as plain data, milliseconds."""
    from station.kiosk import catalogue, window
    from station.kiosk.flow import Flow
    from station.kiosk.program import SWITCH_S
    from station.kiosk.sets import Sets
    from station.vision import Live, find_model

    sets = Sets()
    live = Live(settings, source=str(path), model=find_model(settings), on_frame=sets.on_frame)
    window.configure(settings)
    from kivy.config import Config

    # Full size even where nobody looks: that is what is measured.
    Config.set("graphics", "width", settings.screen.width)
    Config.set("graphics", "height", settings.screen.height)
    from kivy.clock import Clock
    from kivy.graphics.opengl import GL_RENDERER, glGetString

    from station.kiosk.app import KioskApp
    from station.kiosk.screens.base import Context

    sys.setswitchinterval(SWITCH_S)
    exercises = catalogue.load()
    flow = Flow(
        sets,
        exercises=exercises,
        settings=settings,
        now=Clock.get_time(),
        save=lambda *_: None,
        on_begin=live.rewind,
        demo=True,
    )

    def act(action: Any, value: str = "") -> None:
        flow.act(Clock.get_time(), action, value)

    app = KioskApp(
        flow,
        Context(settings, exercises, act),
        camera=lambda: live.state,
        ending=lambda: flow.ended_sets > 0 or live.state.kind == "offline",
    )
    if not window.has_display():
        window.wait_for_drawing()
    live.start()
    try:
        app.run()
        stats = live.stats
    finally:
        live.stop()
    figures = app.monitor.figures
    if not figures.ticks:
        raise StationError(
            f"Video {path}: no set became live: nobody in it, or too few poses a second here now."
        )
    return {
        "screen": {"width": settings.screen.width, "height": settings.screen.height},
        "renderer": glGetString(GL_RENDERER).decode(),
        "ticks": figures.ticks,
        "median_ms": figures.median_ms,
        "p99_ms": figures.p99_ms,
        "worst_ms": round(figures.worst_ms or 0.0, 1),
        "over_50_ms": figures.stalls,
        "histogram": [{"up_to_ms": edge, "ticks": n} for edge, n in app.monitor.histogram],
        "drawn": app.monitor.drawn(),
        "poses_per_s": round(stats.pose_fps, 1),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def for_people(card: dict[str, Any]) -> str:
    """The card in lines of text."""
    screen = card["screen"]
    return "\n".join(
        [
            f"live screen, {screen['width']} x {screen['height']}, drawn by {card['renderer']}; "
            f"{card['cores']} cores, load {card['load']} at the end, "
            f"{card['poses_per_s']} poses/s beside it",
            "",
            card["drawn"],
            "",
            f"median {card['median_ms']:.0f} ms, p99 {card['p99_ms']:.0f} ms (bar {P99_BAR_MS}), "
            f"worst {card['worst_ms']:.0f} ms, {card['over_50_ms']} of {card['ticks']} over "
            f"{WORST_BAR_MS} ms",
        ]
    )
