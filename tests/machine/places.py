"""Where the station's own layout puts what the steps touch, and what they should see then.

    python -m tests.machine.places WIDTH HEIGHT PICTURE

Prints one JSON object: name → [x, y], each from 0 to 1, from the upper left. Writes to PICTURE, a
PNG, how the staff's touch check looks after four touches that were each in the right place.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, PANEL_MM = 800, 480, 88.0
"""Of a 7 inch panel; more pixels would only take longer to draw without a graphics processor."""
PIN = "2580"
HOLD = (24.0, 24.0)
"""In the corner that opens the staff's menu, pixels from the lower left."""

Places = dict[str, tuple[float, float]]


def look_up(width: int, height: int, picture: Path) -> Places:
    """Every place, by name; in a process of its own, since Kivy has one window in each."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.machine.places", str(width), str(height), str(picture)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: Places = json.loads(done.stdout.splitlines()[-1])
    return found


def places(width: int, height: int, folder: Path, picture: Path) -> Places:
    """Walks through the screens of a kiosk that is drawn nowhere."""
    from tests.kiosk.conftest import offscreen

    # Before anything that imports Kivy: the surface is made once.
    clock = offscreen(folder, (width, height))
    from station.kiosk import pin, touch_test
    from station.kiosk.desk import Desk
    from station.kiosk.screens.base import metrics
    from station.vision import LiveStats
    from tests.kiosk.people import Panel
    from tests.kiosk.wall import Wall

    wall = Wall(clock, Panel(width, height, PANEL_MM))
    pin.write(folder / "pin", PIN)
    staff = wall.settings.staff.model_copy(update={"pin_file": folder / "pin"})
    wall.context.desk = Desk(
        wall.settings.model_copy(update={"staff": staff}),
        source=lambda: "",
        stats=lambda: LiveStats(0.0, 0.0, 0.0, 0.0, 0.0),
        play=lambda _sound: None,
    )
    found = {"corner": HOLD}

    def note(kind: str, name: str, widget: Any) -> None:
        found[f"{kind} {name}"] = widget.to_window(*widget.center)

    def note_options(kind: str, owner: Any) -> None:
        for key in owner.ids.options.children:
            if hasattr(key, "option"):
                note(kind, key.option.name, key)

    wall.wait(1.0)
    wall.app.pin_pad.put_up()
    wall.wait(1.0)
    for key in wall.app.pin_pad.ids.digits.children:
        note("pin", key.name, key)
    wall.app.pin_pad.take_down()
    wall.wait(1.0)
    wall.context.act("staff")
    wall.wait(1.0)
    note_options("staff", wall.app.screen)
    wall.app.screen.go("settings")
    wall.wait(0.5)
    note_options("settings", wall.app.screen)
    wall.app.screen.go("menu")
    wall.wait(0.5)
    wall.touch(*found["staff touch"])
    wall.wait(0.5)
    for number, place in enumerate(touch_test.targets(width, height, metrics().px_per_mm)):
        found[f"target {number}"] = place
        wall.touch(*place)
    wall.wait(0.5)
    wall.save_picture(picture)
    note_options("touch", wall.window.children[0])
    return {name: (x / width, 1 - y / height) for name, (x, y) in found.items()}


def main() -> None:
    """Print them."""
    with tempfile.TemporaryDirectory() as folder:
        found = places(int(sys.argv[1]), int(sys.argv[2]), Path(folder), Path(sys.argv[3]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
