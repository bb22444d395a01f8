"""The way into the staff's menu, and what staff find there."""

import sqlite3
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station.kiosk import pin, touch_test
from station.kiosk.desk import Desk
from station.kiosk.sound import Sound
from station.kiosk.staff_words import OPTIONS
from station.ledger import FinishedSession, Ledger
from station.settings import load
from station.vision import CameraState, LiveStats
from tests.kiosk.gallery import mistakes
from tests.kiosk.people import PANELS, Panel, nobody, pose, room
from tests.kiosk.wall import Wall

PIN, OTHER = "2580", "7391"
PROBLEM = "The broker at gym.example:1883 cannot be reached (refused)."
A_SET = FinishedSession(
    *("camera", "hinge", "set", 5, 3, 1), {"hinge": 5}, {}, 2, 1, "deep", "under_1", "finished", 0
)


def english(text: str) -> str:
    return text


class Club:
    """A kiosk with a PIN, a ledger and settings of its own, and somebody who runs the place."""

    def __init__(self, wall: Wall, folder: Path) -> None:
        self.wall, self.folder = wall, folder
        self.ledger = Ledger(folder / "ledger.db")
        pin.write(folder / "pin", PIN)
        self.config = folder / "station.toml"
        self.config.write_text(
            f'[station]\ndata_dir = "{folder}"\n[staff]\npin_file = "{folder / "pin"}"\n'
        )
        settings = load(self.config)
        self.heard: list[Sound] = []
        self.desk = Desk(
            wall.settings.model_copy(update={"station": settings.station, "staff": settings.staff}),
            source=lambda: "/dev/v4l/by-id/usb-camera",
            stats=lambda: LiveStats(29.8, 14.2, 60.0, 80.0, 100.0),
            play=self.heard.append,
        )
        wall.context.desk = self.desk

    def hold_corner(self, seconds: float = 3.2) -> None:
        from kivy.tests.common import UnitTestTouch

        self.wall.wait(1.0)
        finger = UnitTestTouch(4, 4)
        finger.touch_down()
        self.later(seconds)
        finger.touch_up()
        self.wall.step(2)

    def later(self, seconds: float) -> None:
        """Let time pass in a few steps, and draw nothing."""
        for _ in range(8):
            self.wall.clock.now += seconds / 8
            self.wall.step(draw=False)

    def type(self, digits: str) -> None:
        """Type a PIN and wait until it was judged."""
        for name in (*digits, "enter"):
            self.tap(name)
        self.await_answer()

    def await_answer(self) -> None:
        deadline = time.monotonic() + 10
        while self.desk.lock.verdict.kind == "checking":
            assert time.monotonic() < deadline
            time.sleep(0.005)
        self.wall.step(3)

    def tap(self, name: str) -> None:
        keys = {key.name: key for key in self.wall.app.pin_pad.ids.digits.children}
        self.wall.touch(*keys[name].to_window(*keys[name].center))

    def enter(self) -> None:
        """As after the right PIN."""
        self.wall.wait(1.0)
        self.wall.context.act("staff")
        self.wall.step(2)
        assert self.wall.screen == "staff", self.wall.texts()
        self.wall.wait(1.0)

    def says(self, part: str) -> bool:
        return any(part in text for text in self.wall.texts())

    def until_said(self, part: str) -> None:
        deadline = time.monotonic() + 10
        while not self.says(part):
            assert time.monotonic() < deadline, self.wall.texts()
            time.sleep(0.01)
            self.wall.step()


@pytest.fixture
def club(
    hang: Callable[..., Wall], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Club]:
    monkeypatch.setattr(pin, "COST", 16)

    def build(panel: Panel = PANELS[0], **options: Any) -> Club:
        return Club(hang(panel, **options), tmp_path)

    return build


def test_a_corner_held_for_three_seconds_and_the_pin_open_the_menu(
    club: Callable[..., Club],
) -> None:
    here = club()
    here.hold_corner(2.0)
    assert not here.wall.app.pin_pad.up, "a short touch is a member's"
    assert here.wall.screen == "choose"
    here.wall.wait(1.0)
    here.wall.context.act("back")
    here.hold_corner()
    assert here.says("PIN for staff")
    assert here.wall.screen == "attract"
    here.type(OTHER)
    assert here.says("Wrong PIN")
    here.type(PIN)
    assert here.wall.screen == "staff"
    assert not here.wall.app.pin_pad.up
    assert here.says("Hinge Station ")
    here.wall.wait(1.0)
    here.wall.press("Close")
    assert here.wall.screen == "attract"
    here.hold_corner()
    assert here.wall.screen == "attract", "the last PIN is of the past"


def test_after_five_wrong_ones_the_pad_says_how_long_to_wait(club: Callable[..., Club]) -> None:
    here = club()
    here.hold_corner()
    for _ in range(4):
        here.desk.lock.submit(OTHER)
        here.await_answer()
    here.type(OTHER)
    assert here.says("Too many wrong ones: wait 1 min")
    here.type(PIN)
    assert here.wall.screen == "attract"


def test_a_pad_that_nobody_touches_goes_away_and_forgets(club: Callable[..., Club]) -> None:
    here = club(demo=True)
    here.hold_corner()
    here.tap("2")
    here.tap("5")
    assert here.says("••")
    here.tap("delete")
    here.tap("delete")
    here.tap("7")
    here.later(15)
    assert here.wall.app.pin_pad.up, "nor does a demo begin meanwhile"
    here.later(6)
    assert not here.wall.app.pin_pad.up
    assert "7" not in repr(vars(here.wall.app.pin_pad)["_pin"])


def test_without_a_pin_the_pad_says_how_to_set_one(club: Callable[..., Club]) -> None:
    here = club()
    here.desk.lock = pin.PinLock(None, here.folder / "tries.json")
    here.hold_corner()
    assert here.says("`station pin FILE`")
    assert here.wall.app.pin_pad.ids.digits.opacity == 0
    here.tap("1")
    assert here.wall.app.pin_pad.typed == 0
    here.wall.press("Close")
    assert not here.wall.app.pin_pad.up


def test_the_menu_closes_itself(club: Callable[..., Club]) -> None:
    here = club()
    here.enter()
    here.wall.press("Colours")
    here.later(61)
    assert here.says("Still there?")
    here.later(21)
    assert here.wall.screen == "attract"
    assert len(here.wall.window.children) == 1, "and so does what lay over it"


def test_the_camera_page_shows_the_picture_its_figures_and_how_one_stands_in_it(
    club: Callable[..., Club],
) -> None:
    here = club()
    here.enter()
    here.wall.press("Camera")
    wall = here.wall
    wall.watch(1.0, lambda t: pose(wall.clock.now), room())
    for said in ("usb-camera", "1280 × 720 pixels", "30 pictures a second", "14 poses a second"):
        assert here.says(said), wall.texts()
    mirror = wall.app.screen.ids.mirror
    x, y = (round(part) for part in mirror.to_window(*mirror.center))
    assert wall.picture()[wall.window.size[1] - y, x - 60].mean() > 50
    wall.press("In the picture")
    wall.watch(0.5, lambda t: pose(wall.clock.now), room())
    assert here.says("The whole body is in the picture")
    assert here.says("The camera looks at the hips")
    wall.watch(0.5, lambda t: nobody(wall.clock.now), room())
    assert here.says("nobody is in the picture")
    wall.camera = CameraState("offline", "The camera is not connected.")
    wall.press("Figures")
    assert here.says("The camera is not connected.")
    wall.wait(1.0)
    wall.press("Back")
    wall.press("Close")
    assert wall.saved == [], "whoever mounts the station did no set"
    assert wall.sets.newest is None


def test_network_broker_ledger_and_disk_in_words(club: Callable[..., Club]) -> None:
    here = club()
    here.ledger.finish(A_SET)
    here.ledger.note_link(connected=False, problem=PROBLEM, network="wifi", wifi_dbm=-58)
    here.enter()
    here.wall.press("Network and storage")
    here.until_said("Network: by Wi-Fi, -58 dBm")
    assert here.says("Broker: not connected for ")
    assert here.says(PROBLEM)
    assert here.says("sessions still to be sent: 1")
    assert here.says("GB free")
    here.wall.press("Back")
    assert here.desk.facts is None, "nobody looks any more"


def test_settings_of_this_station_hold_at_once_and_after_a_restart(
    club: Callable[..., Club],
) -> None:
    here = club()
    here.enter()
    here.wall.press("Settings")
    assert here.says("Volume: 60 %")
    for _ in range(4):
        here.wall.press("Quieter")
    assert here.says("Volume: silent")
    assert here.heard == ["rep"] * 4
    here.wall.press("Louder")
    here.wall.press("Mirror: on")
    here.wall.press("Keys low down: off")
    here.wall.press("Language: English")
    assert here.says("Language: Deutsch")
    here.wall.press("Back")
    here.wall.press("Close")
    here.wall.step(3)
    assert here.wall.screen == "attract"
    assert not here.wall.context.mirrored
    assert here.wall.app.metrics.low
    assert here.wall.context.language == "de"
    here.desk.stop()
    kept = tomllib.loads((here.folder / "here.toml").read_text())
    assert kept == {
        "station": {"language": "de"},
        "camera": {"mirror": False},
        "screen": {"keys_low": True},
        "sound": {"volume": 0.2},
    }
    assert load(here.config).sound.volume == 0.2


def test_a_setting_that_cannot_be_kept_is_said(club: Callable[..., Club]) -> None:
    here = club()
    (here.folder / "here.toml").mkdir()
    here.enter()
    here.wall.press("Settings")
    here.wall.press("Louder")
    here.until_said("here.toml")
    assert here.says("Volume: 80 %"), "but it holds until the next start"


def test_restart_is_asked_and_ends_the_program_for_the_unit(club: Callable[..., Club]) -> None:
    here = club()
    asked: list[bool] = []
    here.wall.context.restart = lambda: asked.append(True)
    here.enter()
    here.wall.press("Restart")
    assert here.says("half a minute")
    here.wall.press("Back")
    here.wall.press("Restart")
    here.wall.press("Restart now")
    assert asked == [True]


def test_the_app_leaves_with_the_restart_code(
    club: Callable[..., Club], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = club()
    stopped: list[int] = []
    app = here.wall.app
    monkeypatch.setattr(app, "stop", lambda: stopped.append(app.exit_code))
    app.restart()
    assert stopped == [75]


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[3], Panel(800, 480, 88.0)], ids=str)
def test_the_touch_check_says_how_far_off_each_corner_is(
    club: Callable[..., Club], panel: Panel
) -> None:
    here = club(panel)
    here.enter()
    here.wall.press("Touch")
    width, height = here.wall.window.size
    px = here.wall.app.metrics.px_per_mm
    two_mm = 2 * min(width, height) / panel.mm
    for x, y in touch_test.targets(width, height, px):
        here.wall.touch(x + two_mm, y)
    assert here.says("Every touch is where the finger is")
    assert here.says("Top left: 2 mm off")
    here.wall.press("Again")
    for x, y in touch_test.targets(width, height, px):
        here.wall.touch(width - x, y)
    assert here.says("turned or mirrored")
    here.wall.press("Back")
    assert here.says("Hinge Station ")


def test_solid_colours_fill_the_window_one_after_the_other(club: Callable[..., Club]) -> None:
    here = club()
    here.wall.notices = ["A notice"]
    here.enter()
    here.wall.press("Colours")
    seen = []
    for _ in range(6):
        picture = here.wall.picture()
        seen.append(tuple(int(c) for c in picture[3, 3]))
        assert (picture[-1, -1] == picture[0, 0]).all()
        here.wall.touch(*here.wall.window.center)
    assert seen[:3] == [(255, 255, 255), (0, 0, 0), (255, 0, 0)]
    assert here.says("Hinge Station "), "then the menu again"


def test_a_ledger_that_cannot_be_read_is_said(club: Callable[..., Club]) -> None:
    here = club()
    here.ledger.close()
    with sqlite3.connect(here.folder / "ledger.db") as database:
        database.execute("PRAGMA user_version = 1003")
    here.enter()
    here.wall.press("Network and storage")
    here.until_said("written by a newer version")


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_every_page_is_whole_legible_and_easy_to_hit(
    club: Callable[..., Club], panel: Panel
) -> None:
    here = club(panel)
    wall, staff = here.wall, here.wall.app.screens["staff"]
    here.ledger.note_link(connected=False, problem=PROBLEM, network="wifi", wifi_dbm=-81)
    wrong = {}

    def look(name: str) -> None:
        wall.step(4)
        if found := mistakes(wall):  # type: ignore[arg-type]
            wrong[f"{name} in {wall.context.language}"] = found

    for language in ("en", "de"):
        wall.wait(1.0)
        wall.context.act("language", language)
        wall.app.pin_pad.put_up()
        look("pad")
        here.desk.lock._kind = "unset"
        look("no PIN")
        here.desk.lock._kind = "ready"
        wall.app.pin_pad.take_down()
        wall.context.act("staff")
        look("menu")
        wall.watch(0.4, lambda t: pose(wall.clock.now), room())
        for page in ("camera", "state", "settings", "restart"):
            staff.go(page)
            if page == "state":
                here.until_said("dBm")
            look(page)
        staff.go("camera")
        staff._framing = True
        look("framing")
        staff.go("menu")
        wall.step(2)
        staff._do(next(option for option in OPTIONS["menu"] if option.name == "touch"))
        for x, y in touch_test.targets(*wall.window.size, wall.app.metrics.px_per_mm):
            wall.touch(x, y)
        look("touch")
        staff._take_down()
        wall.context.act("back")
    assert wrong == {}
