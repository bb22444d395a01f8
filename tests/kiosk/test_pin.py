"""The staff's PIN: right, wrong, guessed at, and never to be found anywhere."""

import logging
import os
import stat
import time
from pathlib import Path

import pytest

from station.errors import StationError
from station.kiosk import pin
from station.kiosk.pin import PinHash, PinLock

PIN, OTHER = "2580", "7391"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """As good a hash as any, but quick."""
    monkeypatch.setattr(pin, "COST", 16)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    pin.write(tmp_path / "pin", PIN)
    return tmp_path / "pin"


def lock_of(file: Path | None, clock: Clock) -> PinLock:
    folder = file.parent if file is not None else Path("nowhere")
    return PinLock(file, folder / "tries.json", clock=clock)


def answer(lock: PinLock, tried: str) -> str:
    """Type `tried` and wait for what the lock says."""
    lock.submit(tried)
    deadline = time.monotonic() + 5
    while lock.verdict.kind == "checking":
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return lock.verdict.kind


def test_the_right_pin_opens_and_a_wrong_one_does_not(file: Path, clock: Clock) -> None:
    lock = lock_of(file, clock)
    assert lock.verdict.kind == "ready"
    assert answer(lock, OTHER) == "wrong"
    lock.forget()
    assert lock.verdict.kind == "ready"
    assert answer(lock, PIN) == "right"
    lock.forget()
    assert lock.verdict.kind == "ready"


def test_without_a_pin_file_it_stays_shut(clock: Clock) -> None:
    lock = lock_of(None, clock)
    assert lock.verdict.kind == "unset"
    assert answer(lock, PIN) == "unset"


@pytest.mark.parametrize("content", ["", PIN, "scrypt:3:8:1:" + "0" * 32 + ":" + "0" * 64])
def test_a_file_that_holds_no_pin_opens_to_nobody(file: Path, clock: Clock, content: str) -> None:
    file.write_text(content)
    assert answer(lock_of(file, clock), PIN) == "broken"


def test_a_new_pin_counts_at_once(file: Path, clock: Clock) -> None:
    lock = lock_of(file, clock)
    pin.write(file, OTHER)
    assert answer(lock, PIN) == "wrong"
    assert answer(lock, OTHER) == "right"


def test_five_wrong_ones_wait_a_minute_the_next_five_two(file: Path, clock: Clock) -> None:
    lock = lock_of(file, clock)
    for wait_s in (60.0, 120.0, 240.0):
        assert [answer(lock, OTHER) for _ in range(4)] == ["wrong"] * 4
        assert answer(lock, OTHER) == "locked"
        assert lock.verdict.wait_s == wait_s
        clock.now += wait_s - 1
        assert answer(lock, PIN) == "locked", "not even the right one is looked at"
        clock.now += 2
    assert answer(lock, PIN) == "right"
    lock.forget()
    assert [answer(lock, OTHER) for _ in range(4)] == ["wrong"] * 4, "counted anew"


def test_a_wait_never_grows_beyond_an_hour() -> None:
    assert pin.wait_after(5 * 40) == pin.LONGEST_WAIT_S


def test_a_restart_neither_forgets_the_wrong_ones_nor_shortens_the_wait(
    file: Path, clock: Clock
) -> None:
    first = lock_of(file, clock)
    for _ in range(3):
        answer(first, OTHER)
    second = lock_of(file, clock)
    assert answer(second, OTHER) == "wrong"
    assert answer(second, OTHER) == "locked"
    clock.now += 50
    third = lock_of(file, clock)
    assert third.verdict.wait_s == 60.0
    clock.now += 61
    assert answer(third, PIN) == "right"
    assert lock_of(file, clock).verdict.kind == "ready"


def test_a_try_is_on_the_disk_before_it_is_judged(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = lock_of(file, clock)
    seen: list[str] = []
    monkeypatch.setattr(
        PinHash, "matches", lambda *_: seen.append((file.parent / "tries.json").read_text())
    )
    answer(lock, OTHER)
    assert '"wrong": 1' in seen[0]


def test_a_damaged_count_is_taken_for_the_worst(file: Path, clock: Clock) -> None:
    (file.parent / "tries.json").write_text("{")
    assert lock_of(file, clock).verdict.wait_s == pin.FIRST_WAIT_S


def test_a_disk_that_takes_nothing_still_counts(file: Path, clock: Clock) -> None:
    (file.parent / "tries.json").mkdir()
    lock = lock_of(file, clock)
    clock.now += 61
    assert [answer(lock, OTHER) for _ in range(4)] == ["wrong"] * 4
    assert answer(lock, OTHER) == "locked"


def test_a_pin_is_nowhere_but_in_the_head_of_who_knows_it(
    file: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lock = lock_of(file, clock)
    for tried in (OTHER, OTHER, OTHER, OTHER, OTHER):
        answer(lock, tried)
    clock.now += 61
    answer(lock, PIN)
    written = "".join(path.read_text() for path in file.parent.iterdir())
    kept = repr({name: getattr(lock, name) for name in vars(lock)})
    for text in (written, caplog.text, kept):
        assert OTHER not in text
        assert PIN not in text


def test_two_stations_with_one_pin_have_different_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        pin.write(tmp_path / name, PIN)
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_the_answer_takes_as_long_for_a_wrong_one_as_for_the_right_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[int, int]] = []
    monkeypatch.setattr(
        pin.hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or a == b
    )
    known = PinHash.of(PIN)
    assert known.matches(PIN)
    assert not known.matches("1")
    assert compared == [(32, 32), (32, 32)]


@pytest.mark.parametrize("bad", ["", "123", "123456789", "12a4", "٣٤٥٦", "1111", "1234", "9876"])
def test_a_pin_that_will_not_do_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(StationError, match="The PIN "):
        pin.write(tmp_path / "pin", bad)
    assert os.listdir(tmp_path) == []
