"""Twenty at a time, patience with a silent hub, and no poison that stops the rest."""

import pytest

from station.ledger import Position
from station.uplink.window import Window


@pytest.fixture
def window() -> Window:
    return Window(size=3, ack_timeout_s=10.0, longest_wait_s=35.0)


def send(window: Window, *names: str, now: float) -> None:
    for name in names:
        window.sent(name, hash(name), now)
        window.after = Position(1, len(name))


def test_room_comes_back_with_the_ack_not_with_the_brokers_word(window: Window) -> None:
    send(window, "a", "b", "c", now=0.0)
    assert window.room(0.0) == 0
    assert window.confirmed(hash("a")) == "a"
    assert window.room(0.0) == 0
    window.acknowledged(["a"], 1.0)
    assert window.room(1.0) == 1


def test_room_counts_what_the_broker_still_has_to_confirm(window: Window) -> None:
    send(window, "a", "b", now=0.0)
    window.rewind()
    assert window.room(0.0) == 1
    assert window.unconfirmed()


def test_a_silent_hub_makes_it_pause_longer_each_time_up_to_the_longest(window: Window) -> None:
    now, waits = 0.0, []
    for _ in range(4):
        send(window, "a", now=now)
        window.confirmed(hash("a"))
        now += 10.0
        assert window.overdue(now)
        assert window.after is None, "starts again from the oldest"
        began = now
        while window.paused(now):
            now += 1.0
        waits.append(now - began)
        assert window.wants("a", now)
    assert waits == [10.0, 20.0, 35.0, 35.0]


def test_an_ack_ends_the_lengthening(window: Window) -> None:
    send(window, "a", now=0.0)
    assert window.overdue(10.0)
    send(window, "a", now=20.0)
    window.acknowledged(["a"], 21.0)
    send(window, "b", now=100.0)
    assert window.overdue(110.0)
    assert window.room(120.0) > 0


def test_one_that_the_hub_will_not_take_waits_alone(window: Window) -> None:
    send(window, "poison", "a", now=0.0)
    for name in ("poison", "a"):
        window.confirmed(hash(name))
    window.acknowledged(["a"], 1.0)
    assert not window.overdue(10.0)
    assert window.room(10.0) == 3, "the others have the whole window"
    assert not window.wants("poison", 19.0)
    window.after = Position(9, 9)
    window.overdue(20.0)
    assert window.after is None, "its turn: read from the oldest again"
    assert window.wants("poison", 20.0)
    send(window, "poison", "b", now=20.0)
    window.acknowledged(["b"], 21.0)
    assert not window.overdue(30.0)
    assert not window.wants("poison", 49.0), "twice as long as last time"
    assert window.wants("poison", 50.0)


def test_a_hub_that_comes_back_is_served_at_once(window: Window) -> None:
    send(window, "a", now=0.0)
    window.confirmed(hash("a"))
    window.overdue(10.0)
    assert window.room(10.0) == 0
    window.resume()
    assert window.room(10.0) == 3
    assert window.wants("a", 10.0)
