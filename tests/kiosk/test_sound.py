"""Four tones: when, how loud, when not, and never without something to see."""

import itertools
import os
import threading
import time
import wave
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from station import exercises
from station.hinge import Checker, Cue
from station.hinge.verdict import Gate
from station.kiosk import sound
from station.kiosk.sets import Snapshot
from station.kiosk.sound import Sound, Sounds, follow
from station.kiosk.view import Stage, View
from station.settings import SoundSettings
from station.vision import CameraState
from tests.kiosk.people import pose
from tests.kiosk.wall import Wall

NOON, NIGHT = datetime(2026, 5, 4, 12, 0), datetime(2026, 5, 4, 23, 30)
LIVE = CameraState("live", "")
GONE = CameraState("offline", "The camera is not connected.")
HIPS = Cue("hips_stay", "Push your hips back")
PRAISE = Cue("praise", "That is it")
OPEN, SHUT, EMPTY = Gate(), Gate(reason="out_of_frame"), Gate(reason="nobody")


def snapshot(number: int, reps: int = 0, gate: Gate = OPEN) -> Snapshot:
    """What is seen of somebody who stands there."""
    exercise = exercises.load("hinge")
    standing = pose(number / 20)
    update = Checker(exercise).update(standing)
    return Snapshot(number, None, standing, replace(update, reps=reps, gate=gate), ())


def view(
    stage: Stage = "live",
    *,
    reps: int = 0,
    cue: Cue | None = None,
    gate: Gate = OPEN,
    camera: CameraState = LIVE,
) -> View:
    seen = snapshot(1 + reps, reps, gate)
    return View(stage, camera, exercises.load("hinge"), "en", snapshot=seen, cue=cue)


STEPS: dict[Sound, tuple[View, View]] = {
    "rep": (view(), view(reps=1)),
    "praise": (view(reps=1), view(reps=2, cue=PRAISE)),
    "cue": (view(reps=1), view(reps=2, cue=HIPS)),
    "problem": (view(reps=1), view(reps=1, camera=GONE)),
}
"""Each tone → a step on the screen that deserves it."""


@pytest.mark.parametrize("tone", STEPS)
def test_every_tone_has_its_moment(tone: Sound) -> None:
    before, after = STEPS[tone]
    assert follow(before, after) == tone
    assert follow(after, after) is None, "and sounds once"


@pytest.mark.parametrize("tone", STEPS)
def test_no_tone_is_alone_the_screen_says_it_too(hang: Callable[..., Wall], tone: Sound) -> None:
    wall = hang()
    before, after = STEPS[tone]
    wall.app.show(before)
    texts = wall.texts()
    wall.app.show(after)
    assert wall.texts() != texts
    said = {
        "rep": "1",
        "praise": PRAISE.text,
        "cue": HIPS.text,
        "problem": GONE.message,
    }[tone]
    assert said in wall.texts()
    assert said not in texts


def test_the_gate_that_closes_in_mid_set_is_a_problem_and_walking_away_is_none() -> None:
    out = view(reps=1, gate=SHUT, cue=Cue("out_of_frame", "Step back"))
    assert follow(view(reps=1), out) == "problem"
    assert follow(out, view(reps=1)) is None
    assert follow(view(reps=1), view(reps=1, gate=EMPTY)) is None
    assert follow(view(reps=1), view(reps=1, gate=Gate(reason="slow"))) is None


def test_a_gate_that_flickers_does_not_nag() -> None:
    speaker = Speaker()
    sounds = Sounds(SoundSettings, load=speaker.load, clock=lambda: NOON)
    good, out = view(reps=1), view(reps=1, gate=SHUT)
    for _ in range(4):
        sounds.follow(good, out)
        sounds.follow(out, good)
        time.sleep(0.02)
    sounds.close()
    assert speaker.played == [("problem", 0.6)]


def test_nothing_sounds_before_the_set_but_a_camera_that_fails() -> None:
    place, cue = view("place"), view("place", cue=Cue("far", "Step closer"))
    assert follow(place, cue) is None
    assert follow(place, view("place", camera=GONE)) == "problem"
    assert follow(view("attract"), view("attract", camera=GONE)) is None


def test_a_change_of_screen_is_silent() -> None:
    assert follow(None, view(reps=1)) is None
    assert follow(view("start"), view(reps=1, cue=HIPS)) is None
    assert follow(view(reps=3), view("summary")) is None


class Speaker:
    """Stands in for the loudspeaker."""

    def __init__(self) -> None:
        self.played: list[tuple[str, float]] = []

    def load(self, path: Path) -> sound.Playable:
        speaker = self
        with wave.open(str(path)) as file:
            assert file.getnframes() > 1000

        class Tone:
            volume = 1.0

            def play(self) -> None:
                assert threading.current_thread().name == "sound"
                speaker.played.append((path.stem, self.volume))

        return Tone()


def heard(settings: SoundSettings, now: datetime, *tones: Sound) -> list[tuple[str, float]]:
    speaker = Speaker()
    sounds = Sounds(lambda: settings, load=speaker.load, clock=lambda: now)
    for tone in tones:
        sounds.play(tone)
        time.sleep(0.03)
    sounds.close()
    return speaker.played


def test_the_volume_is_the_settings(tmp_path: Path) -> None:
    assert heard(SoundSettings(volume=0.3), NOON, "rep", "cue") == [("rep", 0.3), ("cue", 0.3)]
    assert heard(SoundSettings(volume=0.0), NOON, "rep") == []


def test_in_quiet_hours_nothing_is_heard() -> None:
    night = SoundSettings(volume=0.3, quiet_from="22:00", quiet_to="07:00")
    assert heard(night, NIGHT, "rep", "problem") == []
    assert heard(night, NOON, "rep") == [("rep", 0.3)]


@pytest.mark.parametrize(
    ("begin", "end", "clock", "silent"),
    [
        ("22:00", "07:00", "21:59", False),
        ("22:00", "07:00", "22:00", True),
        ("22:00", "07:00", "06:59", True),
        ("22:00", "07:00", "07:00", False),
        ("13:00", "15:00", "14:00", True),
        ("13:00", "15:00", "15:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(begin: str, end: str, clock: str, silent: bool) -> None:
    settings = SoundSettings(quiet_from=begin, quiet_to=end)
    assert sound.quiet(settings, datetime.fromisoformat(f"2026-05-04T{clock}")) == silent


def test_a_clock_that_was_never_set_does_not_silence_the_station() -> None:
    settings = SoundSettings(quiet_from="22:00", quiet_to="07:00")
    assert not sound.quiet(settings, datetime(1970, 1, 1, 0, 30))


def test_the_tones_are_short_clean_and_unlike_each_other() -> None:
    shapes = {}
    for tone in sound.SHAPES:
        wave_ = sound.samples(tone).astype(float)
        assert 0.05 < len(wave_) / sound.RATE < 0.6
        assert 0.6 < np.abs(wave_).max() / 2**15 <= 0.85
        assert abs(wave_[0]) < 50
        assert abs(wave_[-1]) < 50
        # How loud it is in each twentieth of a second, and how high.
        step = sound.RATE // 20
        parts = np.resize(np.append(wave_, np.zeros(sound.RATE)), (14, step))
        loud = (np.abs(parts).mean(axis=1) > 800).tolist()
        pitch = [
            int(np.abs(np.fft.rfft(part)).argmax()) if on else 0
            for part, on in zip(parts, loud, strict=True)
        ]
        shapes[tone] = pitch
    for one, other in itertools.combinations(shapes, 2):
        differing = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
        assert differing >= 2, (one, other, shapes)


def test_a_loudspeaker_that_fails_is_silent_for_good_and_the_screen_never_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = threading.Event()

    def load(_: Path) -> None:
        begun.wait(5)
        time.sleep(0.05)

    sounds = Sounds(SoundSettings, load=load)
    start = time.perf_counter()
    for _ in range(50):
        sounds.play("rep")
    assert time.perf_counter() - start < 2.5, "half of what loading takes"
    begun.set()
    sounds.close()
    sounds.play("rep")
    assert caplog.text.count("only shown") == 1


def test_without_a_loudspeaker_nothing_is_even_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SDL_AUDIODRIVER", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(sound, "has_speaker", lambda: False)
    sounds = Sounds(SoundSettings)
    sounds.play("rep")
    assert "sound" not in {thread.name for thread in threading.enumerate()}


def test_sdl_plays_them_on_a_machine_without_a_sound_card(
    hang: Callable[..., Wall], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "SDL_AUDIODRIVER", "dummy")
    wall = hang()
    loaded: list[sound.Playable] = []

    def load(path: Path) -> sound.Playable | None:
        tone = sound._load(path)
        assert tone is not None
        loaded.append(tone)
        return tone

    sounds = Sounds(lambda: SoundSettings(volume=0.4), load=load)
    sounds.play("praise")
    deadline = time.monotonic() + 10
    while len(loaded) < len(sound.SHAPES) or loaded[1].volume != 0.4:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.02)
    assert loaded[1].state == "play"  # type: ignore[attr-defined]
    sounds.close()
    wall.step()
