"""Settings from afar on the kiosk's side: between members, proved for some seconds, once."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station import layers
from station.errors import StationError
from station.kiosk import catalogue, remote
from station.kiosk.flow import Flow
from station.kiosk.remote import RemoteSettings
from station.kiosk.sets import Sets
from station.layers import Document
from station.ledger import boot_id
from station.ledger.exchange import Ask, Exchange
from station.settings import Settings, as_toml
from station.vision import CameraState, LiveStats

EXERCISES = catalogue.load()
RESTART = 75
"""The exit code after which the unit starts the program again."""


class Kiosk:
    """The real flow with the real watcher, driven by hand; the clock is the test's."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.base = Settings.model_validate({"station": {"data_dir": folder}})
        self.files = Exchange(self.base)
        self.now, self.camera, self.failures, self.restarts = 100.0, "live", 0, 0
        self.reread: Callable[[], Settings] = lambda: self.base
        monkeypatch.setattr(remote, "monotonic", lambda: self.now)
        monkeypatch.setattr(remote, "POLL_S", 3600.0)
        self.start()

    def start(self) -> None:
        self.remote = RemoteSettings(self.base, reread=self._read)
        self.flow = Flow(
            Sets(),
            exercises=EXERCISES,
            settings=self.remote.settings,
            now=self.now,
            save=lambda *_: None,
        )
        self.remote.start(
            camera=lambda: CameraState(self.camera, ""),  # type: ignore[arg-type]
            stats=lambda: LiveStats(pose_fps=14.0, inference_ms=21.0),
            failures=lambda: self.failures,
        )
        self.run(1.0)

    def _read(self) -> Settings:
        return self.reread()

    def restart(self) -> None:
        self.restarts += 1

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.flow.tick(self.now, CameraState(self.camera, ""))  # type: ignore[arg-type]
            self.remote.tick(self.flow, self.restart)
            self.remote.look()

    def try_(self, version: int, config: Any, boot: str | None = None) -> None:
        before = self.files.read_good()
        trial = layers.successor(before, version, config, self.base, boot or boot_id())
        self.files.write(self.files.trial, trial)

    def keep(self) -> None:
        self.files.trial.rename(self.files.good)

    @property
    def volume(self) -> float:
        return self.flow.settings.sound.volume

    @property
    def confirmed(self) -> int | None:
        state = self.files.read_kiosk()
        return state.confirmed if state else None

    @property
    def failed(self) -> str | None:
        state = self.files.read_kiosk()
        return state.failed.reason if state and state.failed else None


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    return Kiosk(tmp_path, monkeypatch)


def test_a_trial_is_used_at_once_and_confirmed_after_some_seconds(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}})
    kiosk.run(1.0)
    assert (kiosk.volume, kiosk.remote.version) == (0.2, 1)
    assert kiosk.confirmed is None
    kiosk.run(4.0)
    assert kiosk.confirmed == 1
    kiosk.keep()
    kiosk.run(1.0)
    assert (kiosk.volume, kiosk.restarts) == (0.2, 0)
    state = kiosk.files.read_kiosk()
    assert state is not None
    assert (state.version, state.camera, state.fps) == (1, "live", 14.0)


def test_a_set_under_way_is_finished_with_the_settings_it_began_with(kiosk: Kiosk) -> None:
    kiosk.flow.act(kiosk.now, "start")
    kiosk.run(1.0)
    kiosk.flow.act(kiosk.now, "choose", "hinge")
    kiosk.run(0.5)
    assert kiosk.flow.view.stage == "place"
    kiosk.try_(1, {"sound": {"volume": 0.2}, "camera": {"fps": 25}})
    kiosk.run(5.0)
    assert (kiosk.volume, kiosk.restarts, kiosk.remote.version) == (0.6, 0, 0)
    state = kiosk.files.read_kiosk()
    assert state is not None
    assert state.occupied
    kiosk.run(60.0)
    assert kiosk.flow.view.stage == "attract"
    assert kiosk.restarts == 1, "then it starts again for the camera, once"


def test_what_was_taken_back_is_not_used_any_more(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}})
    kiosk.run(1.0)
    kiosk.files.trial.unlink()
    kiosk.run(1.0)
    assert (kiosk.volume, kiosk.remote.version) == (0.6, 0)


def test_a_camera_that_was_live_has_to_be_live_again(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}})
    kiosk.run(0.5)
    kiosk.camera = "stalled"
    kiosk.run(20.0)
    assert kiosk.confirmed is None
    kiosk.camera = "live"
    kiosk.run(0.5)
    assert kiosk.confirmed == 1


def test_a_screen_that_fails_with_them_says_so(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}})
    kiosk.run(1.0)
    kiosk.failures += 1
    kiosk.run(4.0)
    assert (kiosk.confirmed, kiosk.failed) == (None, remote.BROKE)
    assert kiosk.volume == 0.6


def test_a_kiosk_that_dies_with_them_starts_with_the_last_good(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}})
    kiosk.run(1.0)
    kiosk.start()
    assert (kiosk.volume, kiosk.failed) == (0.6, remote.DIED)
    kiosk.run(5.0)
    assert (kiosk.volume, kiosk.confirmed) == (0.6, None), "not tried a second time"


def test_a_restart_for_them_is_tried_once(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"camera": {"fps": 25}})
    kiosk.run(1.0)
    assert (kiosk.restarts, kiosk.flow.settings.camera.fps) == (1, 30)
    kiosk.start()
    assert kiosk.flow.settings.camera.fps == 25
    kiosk.start()
    assert (kiosk.flow.settings.camera.fps, kiosk.failed) == (30, remote.DIED)


def test_after_a_restart_for_them_they_are_confirmed_by_a_live_camera(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"camera": {"fps": 25}})
    kiosk.run(1.0)
    kiosk.camera = "starting"
    kiosk.start()
    kiosk.run(10.0)
    assert kiosk.confirmed is None
    kiosk.camera = "live"
    kiosk.run(1.0)
    assert kiosk.confirmed == 1


def test_a_trial_from_before_a_power_cut_is_not_tried(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2}}, boot="an earlier one")
    kiosk.start()
    kiosk.run(5.0)
    assert (kiosk.volume, kiosk.confirmed) == (0.6, None)


def test_where_it_cannot_be_written_down_nothing_is_tried(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    kiosk.try_(1, {"camera": {"fps": 25}})
    monkeypatch.setattr(Exchange, "write", full)
    kiosk.start()
    kiosk.run(2.0)
    assert (kiosk.flow.settings.camera.fps, kiosk.restarts) == (30, 0)


def test_the_staffs_tap_meanwhile_is_not_lost(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"screen": {"idle_s": 50.0}})
    kiosk.run(1.0)
    tapped = kiosk.flow.settings.model_copy(
        update={"sound": kiosk.flow.settings.sound.model_copy(update={"volume": 0.9})}
    )
    kiosk.flow.apply(tapped)
    kiosk.run(5.0)
    assert (kiosk.volume, kiosk.flow.settings.screen.idle_s) == (0.9, 50.0)
    assert kiosk.confirmed == 1


def ask(kiosk: Kiosk, command: str, id_: str = "1") -> str | None:
    kiosk.files.write(
        kiosk.files.ask, Ask.model_validate({"id": id_, "command": command, "boot": boot_id()})
    )
    kiosk.run(0.3)
    state = kiosk.files.read_kiosk()
    assert state is not None
    assert state.answer is not None
    assert state.answer.id == id_
    return state.answer.problem


def test_asked_to_identify_itself_it_does_for_ten_seconds(kiosk: Kiosk) -> None:
    assert ask(kiosk, "identify") is None
    assert kiosk.remote.named
    kiosk.run(11.0)
    assert not kiosk.remote.named, "once, however long the file lies there"


def test_asked_to_start_again_it_does_between_members_and_once(kiosk: Kiosk) -> None:
    kiosk.flow.act(kiosk.now, "start")
    kiosk.run(0.5)
    assert kiosk.flow.view.stage == "choose"
    assert ask(kiosk, "restart") is None
    assert kiosk.restarts == 0
    kiosk.run(90.0)
    assert kiosk.restarts == 1
    kiosk.restarts = 0
    kiosk.start()
    kiosk.run(2.0)
    assert kiosk.restarts == 0


def test_asked_to_read_its_settings_anew_it_does_or_says_why_not(kiosk: Kiosk) -> None:
    sound = kiosk.base.sound.model_copy(update={"volume": 0.1})
    kiosk.reread = lambda: kiosk.base.model_copy(update={"sound": sound})
    assert ask(kiosk, "reload") is None
    kiosk.run(1.0)
    assert (kiosk.volume, kiosk.restarts) == (0.1, 0)

    def gone() -> Settings:
        raise StationError("Settings station.toml: cannot be read (gone).")

    kiosk.reread = gone
    assert ask(kiosk, "reload", "2") == "Settings station.toml: cannot be read (gone)."
    pose = kiosk.base.pose.model_copy(update={"variant": "lite"})
    kiosk.reread = lambda: kiosk.base.model_copy(update={"pose": pose})
    assert ask(kiosk, "reload", "3") is None
    kiosk.run(1.0)
    assert kiosk.restarts == 1, "what the screen cannot take up while it runs"


def test_documents_survive_on_the_disk_as_they_were(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"sound": {"volume": 0.2, "quiet_from": "22:00", "quiet_to": "07:00"}})
    trial = kiosk.files.read_trial()
    assert trial == Document.model_validate_json(kiosk.files.trial.read_bytes())
    assert trial is not None
    assert trial.changed == {f"sound.{key}": 1 for key in ("volume", "quiet_from", "quiet_to")}


KIOSK = """
import argparse, logging, sys
from station.commands import kiosk
from station.errors import StationError
from station.kiosk import program
def broken(settings, options):
    if settings.camera.fps == 25:
        raise StationError("The camera knows no such rate.")
    return 0
program.run = broken
parser = argparse.ArgumentParser()
kiosk.configure(parser)
sys.exit(kiosk.execute(parser.parse_args()))
"""


def test_a_program_that_cannot_start_with_them_starts_again_without(kiosk: Kiosk) -> None:
    kiosk.try_(1, {"camera": {"fps": 25}})
    config = kiosk.base.station.data_dir / "station.toml"
    config.write_text(as_toml(kiosk.base))
    start = [sys.executable, "-c", KIOSK, "--allow-network", "--config", str(config)]
    assert subprocess.run(start, timeout=60, check=False).returncode == RESTART
    assert kiosk.failed == "The camera knows no such rate."
    assert subprocess.run(start, timeout=60, check=False).returncode == 0
