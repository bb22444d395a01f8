"""A camera that comes later is found while the demo plays; `test_program.py` has what follows."""

import time

import pytest

from station.kiosk import lookout as looking
from station.kiosk.lookout import ANYWAY_S, EVERY_S, HOPE_S, Lookout


class Wall:
    """What may be a camera, whether there are pictures, how often that was tried, and the time."""

    def __init__(self) -> None:
        self.devices: list[str] = []
        self.works = False
        self.tries = 0
        self.now = 1000.0

    def try_cameras(self) -> bool:
        self.tries += 1
        return self.works

    def lookout(self) -> Lookout:
        return Lookout(self.try_cameras, lambda: self.devices)

    def look(self, lookout: Lookout, seconds: float) -> bool:
        """Look as often as the thread does, until so much time has passed or one is found."""
        end = self.now + seconds
        while self.now < end:
            self.now += EVERY_S
            if lookout.look():
                return True
        return False


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    monkeypatch.setattr(looking, "monotonic", lambda: made.now)
    return made


def test_where_there_is_no_device_nothing_is_tried(wall: Wall) -> None:
    assert not wall.look(wall.lookout(), 3 * ANYWAY_S)
    assert wall.tries == 0


def test_a_camera_that_is_plugged_in_and_needs_its_time_is_found(wall: Wall) -> None:
    lookout = wall.lookout()
    wall.devices = ["/dev/video0"]
    assert not wall.look(lookout, HOPE_S / 2)
    assert wall.tries > 0
    wall.works = True
    assert wall.look(lookout, EVERY_S)


def test_a_device_that_is_no_camera_is_not_tried_all_the_time(wall: Wall) -> None:
    lookout = wall.lookout()
    wall.devices = ["/dev/video0"]
    assert not wall.look(lookout, 2 * HOPE_S)
    tries = wall.tries
    assert not wall.look(lookout, ANYWAY_S / 2)
    assert wall.tries == tries
    wall.devices, wall.works = ["/dev/video0", "/dev/video1"], True
    assert wall.look(lookout, EVERY_S), "but another one is"


def test_once_in_a_while_the_devices_that_were_always_there_are_tried(wall: Wall) -> None:
    wall.devices, wall.works = ["/dev/video0"], True
    lookout = wall.lookout()
    assert not wall.look(lookout, ANYWAY_S / 2)
    assert wall.look(lookout, ANYWAY_S)


def test_the_thread_finds_it_though_an_earlier_look_met_an_error() -> None:
    tries = iter((True, False))

    def break_once() -> bool:
        if next(tries):
            raise ZeroDivisionError
        return True

    devices = iter([[]])
    lookout = Lookout(break_once, lambda: next(devices, ["/dev/video0"]), every_s=0.01)
    lookout.start()
    deadline = time.monotonic() + 10
    while not lookout.found:
        assert time.monotonic() < deadline
        time.sleep(0.01)
