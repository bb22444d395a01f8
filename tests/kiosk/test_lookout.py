"""A camera that comes later is found while the demo plays; `test_program.py` has what follows."""

import time
from collections.abc import Iterator

import pytest

from station.kiosk.lookout import Lookout


class Desk:
    """What lies below /dev, and whether there are pictures; counts how often that was tried."""

    def __init__(self) -> None:
        self.devices: tuple[str, ...] = ()
        self.works = False
        self.tries = 0

    def try_cameras(self) -> bool:
        self.tries += 1
        return self.works


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def lookout(desk: Desk) -> Iterator[Lookout]:
    made = Lookout(desk.try_cameras, lambda: desk.devices, every_s=0.01, hope_s=0.2, anyway_s=60.0)
    made.start()
    yield made
    made.stop()


def wait_for(seconds: float, lookout: Lookout) -> bool:
    deadline = time.monotonic() + seconds
    while not lookout.found and time.monotonic() < deadline:
        time.sleep(0.01)
    return lookout.found


def test_where_there_is_no_device_nothing_is_tried(desk: Desk, lookout: Lookout) -> None:
    assert not wait_for(0.3, lookout)
    assert desk.tries == 0


def test_a_camera_that_is_plugged_in_and_needs_its_time_is_found(
    desk: Desk, lookout: Lookout
) -> None:
    desk.devices = ("/dev/video0",)
    assert not wait_for(0.05, lookout)
    assert desk.tries > 0
    desk.works = True
    assert wait_for(5, lookout)


def test_a_device_that_is_no_camera_is_not_tried_for_ever(desk: Desk, lookout: Lookout) -> None:
    desk.devices = ("/dev/video0",)
    wait_for(0.5, lookout)
    tries = desk.tries
    assert tries > 0
    wait_for(0.3, lookout)
    assert desk.tries == tries
    desk.devices = ("/dev/video0", "/dev/video1")
    desk.works = True
    assert wait_for(5, lookout), "but another one is"


def test_once_in_a_while_the_devices_that_were_always_there_are_tried(desk: Desk) -> None:
    desk.devices, desk.works = ("/dev/video0",), True
    lookout = Lookout(
        desk.try_cameras, lambda: desk.devices, every_s=0.01, hope_s=0.0, anyway_s=0.2
    )
    lookout.start()
    assert not wait_for(0.1, lookout)
    assert wait_for(5, lookout)
    lookout.stop()


def test_an_error_while_looking_ends_nothing(desk: Desk) -> None:
    def devices() -> tuple[str, ...]:
        return desk.devices

    def break_once() -> bool:
        desk.tries += 1
        if desk.tries == 1:
            raise ZeroDivisionError
        return True

    lookout = Lookout(break_once, devices, every_s=0.01)
    lookout.start()
    desk.devices = ("/dev/video0",)
    assert wait_for(5, lookout)
