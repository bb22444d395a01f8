"""Between capture and pose there is one slot, and it holds the newest."""

import threading
import time

from station.vision.mailbox import Mailbox


def test_the_newest_wins_and_is_taken_once() -> None:
    box: Mailbox[int] = Mailbox()
    for i in range(5):
        box.put(i)
    assert box.take(0) == 4
    assert box.take(0) is None


def test_whoever_waits_gets_the_next_one_at_once() -> None:
    box: Mailbox[str] = Mailbox()
    threading.Timer(0.05, box.put, ["frame"]).start()
    begun = time.monotonic()
    assert box.take(10) == "frame"
    assert time.monotonic() - begun < 5


def test_a_writer_that_must_lose_nothing_can_wait_for_the_slot() -> None:
    box: Mailbox[int] = Mailbox()
    box.put(1)
    assert not box.wait_until_taken(0.01)
    threading.Timer(0.05, box.take, [0]).start()
    assert box.wait_until_taken(10)
