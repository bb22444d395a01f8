"""Waits that grow with wrong tries, and lock nobody out for good."""

from dataclasses import dataclass

from station.hub.throttle import Gate, Throttle


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_the_free_tries_waits_double_up_to_the_longest() -> None:
    clock = Clock()
    throttle = Throttle(3, 20.0, clock=clock)
    waits = []
    for _ in range(10):
        waits.append(throttle.wait_s("a"))
        clock.now += waits[-1]
        throttle.count("a")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 20, 20]
    assert throttle.wait_s("b") == 0


def test_asking_while_waiting_makes_no_wait_longer() -> None:
    clock = Clock()
    throttle = Throttle(1, 60.0, clock=clock)
    for _ in range(5):
        throttle.count("a")
    first = throttle.wait_s("a")
    clock.now += 1
    assert throttle.wait_s("a") == first - 1


def test_an_hour_without_a_try_forgets() -> None:
    clock = Clock()
    throttle = Throttle(1, 60.0, clock=clock)
    for _ in range(50):
        throttle.count("a")
    clock.now += 3601
    assert throttle.wait_s("a") == 0
    assert len(throttle) == 0


def test_it_keeps_only_so_many_keys_whatever_comes() -> None:
    throttle = Throttle(1, 60.0, size=100)
    for number in range(5000):
        throttle.count(f"key {number}")
    assert len(throttle) == 100


def test_a_guesser_gets_about_a_try_a_minute_and_the_owner_goes_in_where_they_always_do() -> None:
    clock = Clock()
    gate = Gate(clock)
    gate.begin("manager", "10.0.0.5")
    gate.right("manager", "10.0.0.5")
    tries = 0
    for second in range(3600):
        clock.now = float(second)
        for machine in ("10.0.0.66", "10.0.0.67", "10.0.0.68"):
            if not gate.wait_s("manager", machine):
                gate.begin("manager", machine)
                tries += 1
        assert gate.wait_s("manager", "10.0.0.5") == 0
    assert 60 <= tries <= 80
    assert gate.wait_s("manager", "10.0.0.9") <= 60, "elsewhere the owner waits, but not for long"


def test_logging_in_to_an_own_account_between_guesses_clears_nothing() -> None:
    gate = Gate(Clock())
    for _ in range(20):
        gate.begin("somebody", "10.0.0.66")
        gate.begin("own", "10.0.0.66")
        gate.right("own", "10.0.0.66")
    assert gate.wait_s("another", "10.0.0.66") > 0


def test_where_an_account_is_used_its_guesses_are_counted_too() -> None:
    gate = Gate(Clock())
    gate.begin("manager", "10.0.0.5")
    gate.right("manager", "10.0.0.5")
    for _ in range(11):
        gate.begin("manager", "10.0.0.5")
    assert gate.wait_s("manager", "10.0.0.5") > 0
