"""The way into the staff's menu, and what staff find there."""

import os
import sqlite3
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.hinge.verdict import Gate
from station.hinge.verdict import View as Sight
from station.kiosk import health, pin, touch_test
from station.kiosk.desk import Desk
from station.kiosk.sound import Sound
from station.ledger import FinishedSession, Ledger, LinkState
from station.settings import load
from station.vision import CameraState, LiveStats
from tests.kiosk.people import PANELS, Panel, nobody, pose, room
from tests.kiosk.wall import Wall, snapshot_of

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
        self.wall.step(round(seconds * 60), draw=False)
        finger.touch_up()
        self.wall.step(2)

    def type(self, digits: str) -> None:
        """Type a PIN and wait until it was judged."""
        for name in (*digits, "enter"):
            self.tap(name)
        deadline = time.monotonic() + 10
        while self.desk.lock.verdict.kind == "checking":
            assert time.monotonic() < deadline
            time.sleep(0.005)
        self.wall.step(3)

    def tap(self, name: str) -> None:
        keys = {key.name: key for key in self.wall.app.pin_pad.ids.digits.children}
        self.wall.touch(*keys[name].to_window(*keys[name].center))

    def enter(self) -> None:
        self.hold_corner()
        self.type(PIN)
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
    for _ in range(5):
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
    here.wall.step(15 * 60, draw=False)
    assert here.wall.app.pin_pad.up, "nor does a demo begin meanwhile"
    here.wall.step(6 * 60, draw=False)
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
    here.wall.step(61 * 60, draw=False)
    assert here.says("Still there?")
    here.wall.step(21 * 60, draw=False)
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
    assert here.says("The camera looks at the height of the hips")
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
    assert here.says("1 sessions wait")
    assert here.says("GB free")
    here.wall.press("Back")
    assert here.desk.facts is None, "nobody looks any more"


def test_a_station_without_a_ledger_yet_makes_none_by_being_looked_at(tmp_path: Path) -> None:
    settings = load(tmp_path_config(tmp_path))
    desk = Desk(settings)
    desk.open()
    deadline = time.monotonic() + 10
    while desk.facts is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (desk.facts.waiting, desk.facts.trouble) == (0, None)
    assert not settings.ledger.exists()
    desk.stop()


def tmp_path_config(folder: Path) -> Path:
    (folder / "station.toml").write_text(f'[station]\ndata_dir = "{folder / "data"}"\n')
    return folder / "station.toml"


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


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[3]], ids=str)
def test_the_touch_check_says_how_far_off_each_corner_is(
    club: Callable[..., Club], panel: Panel
) -> None:
    here = club(panel)
    here.enter()
    here.wall.press("Touch")
    width, height = here.wall.window.size
    px = here.wall.app.metrics.px_per_mm
    for x, y in touch_test.targets(width, height, px):
        here.wall.touch(x + 2 * px, y)
    assert here.says("Every touch is where the finger is")
    assert here.says("Top left: 2 mm off")
    here.wall.press("Again")
    for x, y in touch_test.targets(width, height, px):
        here.wall.touch(width - x, y)
    assert here.says("turned or mirrored")
    here.wall.press("Back")
    assert here.says("Hinge Station ")


def test_touches_that_miss_are_told_from_a_panel_that_is_turned() -> None:
    wanted = touch_test.targets(1280, 720, 3.7)
    off = [(x + 30, y) for x, y in wanted]
    assert touch_test.judge(off, 1280, 720, 3.7).layout == "right"
    assert not touch_test.judge(off, 1280, 720, 3.7).good
    assert touch_test.judge(wanted[2:] + wanted[:2], 1280, 720, 3.7).layout == "turned"
    assert touch_test.judge([wanted[0]] * 4, 1280, 720, 3.7).layout == "unclear"


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


def test_words_for_every_state_of_network_and_broker() -> None:
    good = LinkState(True, None, "wired", None, 7200.0, 3.0)

    def said(link: LinkState | None) -> list[tuple[str, str]]:
        words = (health.network_words(link, english), *health.broker_words(link, english))
        return [(word.text, word.tone) for word in words]

    assert said(good) == [
        ("Network: by cable", "right"),
        ("Broker: connected for 2 h", "right"),
    ]
    assert said(None)[1] == (
        "Broker: the uplink has not run since this machine started",
        "change",
    )
    assert said(replace(good, silent_s=400.0))[1] == (
        "Broker: the uplink has said nothing for 6 min",
        "change",
    )
    assert said(replace(good, network="none"))[0][1] == "change"
    assert said(replace(good, network="wifi", wifi_dbm=-80))[0] == (
        "Network: by Wi-Fi, -80 dBm: weak",
        "change",
    )
    assert said(replace(good, problem=PROBLEM))[2] == (PROBLEM, "change")


def test_words_for_disk_ledger_and_sound() -> None:
    words = [
        health.disk_words(health.Disk(12_300, 28_000), english),
        health.disk_words(health.Disk(300, 28_000), english),
        health.disk_words(health.Disk(10, 28_000), english),
        health.disk_words(None, english),
        health.waiting_words(0, None, english),
        health.waiting_words(12, None, english),
        health.waiting_words(None, "it is full", english),
    ]
    assert [word.tone for word in words] == [
        *("right", "change", "change", "change", "right", "fact", "change")
    ]
    assert words[0].text == "Disk: 12.3 of 28.0 GB free"
    assert [w.tone for w in health.sound_words(True, None, True, english)] == ["right", "change"]
    assert health.disk(Path("nowhere") / "at" / "all") is not None


def test_framing_is_told_from_the_pose() -> None:
    seen = snapshot_of()

    def told(**changes: Any) -> dict[str, str]:
        changed = replace(seen, update=replace(seen.update, **changes))
        return {said.text: said.tone for said in health.framing_words(changed, english)}

    assert set(told().values()) == {"right"}
    assert told(gate=Gate(reason="far")) == {"Step closer": "change"}
    turned = told(view=Sight("oblique", 35.0, "right"), gate=Gate(reason=None, advice="turn"))
    assert turned["Turned 35° away from side-on"] == "change"
    for up, word in ((300.0, "lower"), (-300.0, "higher")):
        points = seen.pose.landmarks.copy()
        points[:, 1] += up
        moved = replace(seen, pose=replace(seen.pose, landmarks=points))
        assert word in health.framing_words(moved, english)[-1].text
    small = seen.pose.landmarks * np.array([0.3, 0.3, 1, 1], dtype=np.float32)
    far = replace(seen, pose=replace(seen.pose, landmarks=small))
    assert any("closer" in said.text for said in health.framing_words(far, english))


def test_a_camera_too_slow_for_a_verdict_is_said() -> None:
    live = CameraState("live", "The camera is live.")
    slow = health.camera_words(live, LiveStats(8.0, 4.0), (640, 480), "0", english)
    assert slow[-1].tone == "change"
    assert "at least 8" in slow[-1].text


def test_nothing_here_needs_kivy() -> None:
    import subprocess
    import sys

    modules = "health, desk, pin, sound, speech, staff_words, touch_test"
    program = f"import sys; from station.kiosk import {modules}; print('kivy' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "False"


def test_a_ledger_that_cannot_be_read_is_said(club: Callable[..., Club]) -> None:
    here = club()
    here.ledger.close()
    with sqlite3.connect(here.folder / "ledger.db") as database:
        database.execute("PRAGMA user_version = 99")
    here.enter()
    here.wall.press("Network and storage")
    here.until_said("written by a newer version")


def test_the_desk_leaves_no_thread_and_no_file_behind(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        desk = Desk(load(tmp_path_config(tmp_path)))
        Ledger(desk.settings.ledger).close()
        desk.open()
        desk.stop()
    assert len(os.listdir("/proc/self/fd")) == before
