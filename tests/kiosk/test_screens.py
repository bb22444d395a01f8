"""Each screen's story, in a real window, with the real checker and somebody to watch."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station.kiosk import palette, words
from station.vision import CameraState, Pose
from tests.kiosk.people import SIZES, bend, nobody, pose, room
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]
GONE = CameraState("offline", "The camera is not connected.")


@pytest.fixture
def artifacts(request: pytest.FixtureRequest) -> Path:
    """Where the pictures of the screens go, to be looked at."""
    return Path(os.environ.get("ARTIFACTS", request.config.rootpath / "artifacts")) / "kiosk"


def go_live(wall: Wall, **someone: Any) -> None:
    """Tap, stand side-on, and wait until the set is live."""
    width, height = wall.window.size
    wall.wait(1.0)
    wall.touch(width / 2, height / 2)
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    wall.watch(2.0, lambda t: pose(wall.clock.now, **someone), room())
    assert wall.screen == "live", wall.texts()


def hinge(wall: Wall, seconds: float = 4.6, depth: float = 1.0, rounding: float = 0.0) -> None:
    """Hinge for so long, three seconds a rep, the back rounding on the way down."""

    def someone(t: float) -> Pose:
        return pose(wall.clock.now, depth * bend(t), rounding=rounding * bend(t))

    wall.watch(seconds, someone, room())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_member_from_the_first_screen_to_the_summary_and_back(
    hang: Hang, artifacts: Path, size: tuple[int, int]
) -> None:
    wall = hang(size)

    def look(name: str) -> None:
        wall.save_picture(artifacts / f"{name}-{size[0]}x{size[1]}.png")
        assert_laid_out(wall)

    assert wall.screen == "attract"
    assert words.PRIVACY in wall.texts()
    wall.wait(3.0)
    look("attract")
    wall.touch(size[0] * 0.5, size[1] * 0.5)
    assert wall.screen == "choose"
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    wall.step()
    assert wall.screen == "place"
    wall.watch(1.0, lambda t: nobody(wall.clock.now), room())
    assert "Step into the picture" in wall.texts()
    look("place")
    wall.watch(2.0, lambda t: pose(wall.clock.now), room())
    assert wall.screen == "live"
    assert wall.flow.view.exercise.phases.down in wall.texts()
    look("live-ready")
    hinge(wall)
    assert "1" in wall.texts()
    look("live-clean")
    hinge(wall, rounding=0.16)
    assert wall.app.screen.ground == list(palette.ORANGE)
    look("live-change")
    wall.watch(0.2, lambda t: nobody(wall.clock.now), room())
    wall.press(words.FINISH)
    assert wall.screen == "summary"
    look("summary")
    assert words.SAFETY in wall.texts()
    assert len(wall.saved) == 1
    wall.wait(21.0)
    assert wall.screen == "attract"


def assert_laid_out(wall: Wall) -> None:
    """Every text is inside the window, legible, whole, and on nothing but its own ground."""
    from station.kiosk.widgets import Key, Words

    width, height = wall.window.size
    metrics = wall.app.metrics
    shown = [
        w for w in wall.app.root.walk() if isinstance(w, Words | Key) and w.text and w.width > 1
    ]
    boxes = []
    for widget in shown:
        x, y = widget.to_window(*widget.pos)
        assert -1 <= x <= x + widget.width <= width + 1, widget.text
        assert -1 <= y <= y + widget.height <= height + 1, widget.text
        assert widget.texture_size[0] <= widget.width + 1, widget.text
        assert widget.texture_size[1] <= widget.height + 1, widget.text
        assert widget.font_size >= metrics.touch - 0.01, (widget.text, widget.font_size)
        if isinstance(widget, Key):
            assert min(widget.size) >= metrics.mm(20), widget.text
        boxes.append((x, y, x + widget.width, y + widget.height, widget.text))
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = (
                one[2] <= other[0] + 1
                or other[2] <= one[0] + 1
                or one[3] <= other[1] + 1
                or other[3] <= one[1] + 1
            )
            assert apart, (one, other)


def test_the_picture_is_a_mirror_and_the_words_are_not(hang: Hang) -> None:
    """The room's green edge is on the camera's left: in a mirror, on the right."""
    wall = hang()
    go_live(wall)
    mirror = wall.app.screen.ids.mirror
    x, y = (round(part) for part in mirror.to_window(*mirror.pos))
    top = wall.window.size[1] - y - round(mirror.height)
    picture = wall.picture()[top + 20 : top + 120, x : x + round(mirror.width)]
    left, right = picture[:, 5].mean(axis=0), picture[:, -6].mean(axis=0)
    assert right[1] > right[0] + 20
    assert left[2] > left[0] + 20


def test_a_station_without_a_mirror_shows_the_picture_as_it_is(hang: Hang) -> None:
    wall = hang(mirrored=False)
    go_live(wall)
    mirror = wall.app.screen.ids.mirror
    x, y = (round(part) for part in mirror.to_window(*mirror.pos))
    top = wall.window.size[1] - y - round(mirror.height)
    edge = wall.picture()[top + 20 : top + 120, x + 5].mean(axis=0)
    assert edge[1] > edge[0] + 20


def test_attempts_are_hollow_and_clean_reps_filled(hang: Hang) -> None:
    wall = hang()
    go_live(wall)
    hinge(wall)
    hinge(wall, depth=0.45)
    assert wall.app.screen.marks == ["clean", "attempt"]
    assert wall.app.screen.reps == 1


def test_the_first_screen_says_when_the_camera_is_gone(hang: Hang) -> None:
    wall = hang()
    wall.camera = GONE
    wall.wait(0.1)
    assert GONE.message in wall.texts()


def test_notices_are_on_every_screen(hang: Hang, artifacts: Path) -> None:
    wall = hang()
    wall.notices = [words.DEMO, words.NETWORK, words.DISK]
    wall.wait(1.0)
    told = "\n".join(wall.notices)
    for stage in ("attract", "live", "summary"):
        if stage == "live":
            go_live(wall)
            hinge(wall)
        if stage == "summary":
            wall.watch(0.2, lambda t: nobody(wall.clock.now), room())
            wall.press(words.FINISH)
        assert wall.screen == stage
        assert told in wall.texts()
        assert_laid_out(wall)
        wall.save_picture(artifacts / f"notices-{stage}-1280x720.png")


def test_the_window_can_change_its_size_in_mid_set(hang: Hang) -> None:
    wall = hang()
    go_live(wall)
    wall.window.size = (720, 1280)
    wall.watch(0.5, lambda t: pose(wall.clock.now), room())
    assert wall.app.metrics.portrait
    assert_laid_out(wall)
