"""Passwords: how they are kept, and what may be one."""

import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest

from station.hub import passwords
from station.hub.passwords import AT_ONCE, WAITING, BusyError, Passwords, problem_with

GOOD = "eleven quiet rowers"


@pytest.fixture(scope="module")
def real() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


def test_they_are_kept_by_argon2id_with_more_than_the_least_that_is_advised(
    real: Passwords,
) -> None:
    kept = real.hash(GOOD)
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", kept)
    assert found
    memory, passes, lanes = map(int, found.groups())
    assert memory >= 19_456
    assert passes >= 2
    assert lanes == 1
    assert GOOD not in kept
    assert real.hash(GOOD) != kept, "the salt differs"
    assert real.right(GOOD, kept)
    assert not real.right(GOOD + " ", kept)


def test_a_try_takes_a_moment_and_no_longer(real: Passwords) -> None:
    kept = real.hash(GOOD)
    start = time.perf_counter()
    real.right(GOOD, kept)
    assert 0.01 < time.perf_counter() - start < 2


def test_who_has_no_account_cannot_tell_by_the_time_it_takes(real: Passwords) -> None:
    kept = real.hash(GOOD)

    def took(hash_: str | None) -> float:
        start = time.perf_counter()
        assert not real.right("another one entirely", hash_)
        return time.perf_counter() - start

    pairs = [(took(kept), took(None)) for _ in range(7)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.6 < unknown / known < 1.7


def test_the_same_letters_from_another_keyboard_are_the_same_password(real: Passwords) -> None:
    assert real.right("zwölf stille Ruderer", real.hash("zwo\u0308lf stille Ruderer"))


def test_what_is_no_hash_lets_nobody_in(real: Passwords) -> None:
    for kept in ("", "x", "$argon2id$v=19$m=1", None):
        assert not real.right("", kept)


def test_a_hash_of_weaker_parameters_is_outdated(real: Passwords) -> None:
    weak = Passwords(memory_kib=64, passes=1)
    assert real.outdated(weak.hash(GOOD))
    assert not real.outdated(real.hash(GOOD))


def test_a_storm_of_tries_is_done_two_at_a_time_and_the_rest_sent_away() -> None:
    """Memory: two blocks of 40 MiB at most, and given back afterwards."""
    made = Passwords()
    kept = made.hash(GOOD)
    before = _resident_mib()

    async def storm() -> tuple[int, int, float]:
        async def one() -> bool:
            try:
                return await made.right_soon(GOOD, kept)
            except BusyError:
                return False

        tries = [asyncio.create_task(one()) for _ in range(60)]
        highest = 0.0
        while not all(one.done() for one in tries):
            await asyncio.sleep(0.005)
            highest = max(highest, _resident_mib())
        done = sum(one.result() for one in tries)
        return done, len(tries) - done, highest

    # In a thread of its own: a browser that other tests use may keep this one's event loop running.
    with ThreadPoolExecutor(1) as own:
        done, sent_away, highest = own.submit(lambda: asyncio.run(storm())).result()
    made.close()
    assert done == AT_ONCE + WAITING
    assert sent_away == 60 - done
    assert highest - before < AT_ONCE * passwords.MEMORY_KIB / 1024 + 12
    assert _resident_mib() - before < 12


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short one", "at least 10 characters"),
        ("x" * 300, "at most 256"),
        ("Front-Desk.front-desk", "must not be the name"),
        ("front-desk", "must not be the name"),
        ("ababababababab", "same few characters"),
        ("----------", "same few characters"),
    ],
)
def test_what_cannot_be_a_password_is_said_in_a_sentence(password: str, why: str) -> None:
    problem = problem_with(password, "front-desk", str)
    assert problem is not None
    assert why in problem


@pytest.mark.parametrize("password", [GOOD, "sitzen stehen gehen", "front-desk opens at six"])
def test_any_ten_characters_will_do_else(password: str) -> None:
    assert problem_with(password, "front-desk", str) is None


def test_first_passwords_are_long_random_and_fit_the_rule() -> None:
    made = {passwords.first() for _ in range(200)}
    assert len(made) == 200
    assert all(problem_with(one, "x", str) is None for one in made)
