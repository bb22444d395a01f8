"""Several writers at once, in every order: each session in the sums exactly once."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from station.hub.reading import Told
from station.hub.store import Store
from station.messages import Health, Info, SessionEvent, Status
from tests.hub.parts import session_event

NOW = datetime(2026, 11, 19, 14, 23, tzinfo=UTC)
STATIONS = [f"s{n}" for n in range(6)]
SESSIONS = 600


def everything() -> list[Told]:
    told = []
    for number in range(SESSIONS):
        # Some of a week that is closed meanwhile, some so old that they are purged meanwhile.
        hour = NOW - timedelta(days=random.choice([0, 0, 7, 40]))
        event = session_event(hour=f"{hour:%Y-%m-%dT%H}:00Z", seq=number)
        told.append(Told(STATIONS[number % 6], SessionEvent.model_validate(event)))
    return told


def told_again(sessions: list[Told], seed: int) -> list[Told]:
    """All of them in an order of its own, with what else stations say in between."""
    rng = random.Random(seed)
    others = []
    for number, station in enumerate(STATIONS):
        others += [
            Told(station, Info(version="1", gym=f"gym-{number % 2}")),
            Told(station, Status(state="ready", boot="b", birth="x")),
            Told(station, Health(outbox_depth=0, clock="synced")),
        ]
    told = [*sessions, *others, *others]
    rng.shuffle(told)
    return told


def test_writers_that_get_the_same_in_different_orders_count_each_session_once(
    store: Store,
) -> None:
    sessions, problems = everything(), list[BaseException]()
    done = threading.Event()

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            problems.append(error)

    def write(seed: int) -> None:
        told = told_again(sessions, seed)
        with store.writing() as writer:
            for start in range(0, len(told), 50):
                writer.write(told[start : start + 50], NOW)

    def keep_house() -> None:
        while not done.wait(0.02):
            store.settle()
            store.close_weeks(NOW, 10)
            store.purge(NOW, 30)

    threads = [threading.Thread(target=run, args=(lambda seed=n: write(seed),)) for n in range(4)]
    house = threading.Thread(target=run, args=(keep_house,))
    for thread in (*threads, house):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    house.join()
    assert problems == []
    while store.settle() or store.purge(NOW, 30):
        pass
    with store.database.reading() as db:
        counts = [
            int(db.execute(sa.text(query)).scalar() or 0)
            for query in (
                "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM seen)",
                "SELECT sum(sessions) FROM hourly",
                "SELECT sum(sessions) FROM gym_hour",
                "SELECT sum(hinge) FROM hourly",
                "SELECT sum(sessions) FROM hourly_fault WHERE fault = 'back_rounds'",
            )
        ]
    assert counts == [SESSIONS] * 5


def test_what_a_week_was_closed_with_is_what_the_hours_say_for_good(store: Store) -> None:
    """Sessions of last week come while it is being closed: each is in it or in the next."""
    last_week = NOW - timedelta(days=7)
    sessions = [
        Told("s1", SessionEvent.model_validate(session_event(hour=f"{last_week:%Y-%m-%dT%H}:00Z")))
        for _ in range(300)
    ]
    with store.writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="west"))], NOW)

    def write() -> None:
        with store.writing() as writer:
            for start in range(0, 300, 10):
                writer.write(sessions[start : start + 10], NOW)

    thread = threading.Thread(target=write)
    thread.start()
    while not store.sessions_between(last_week, last_week + timedelta(hours=1))["west"]:
        pass
    store.close_weeks(NOW, 10)
    thread.join()
    closed = store.weeks("camera", "west")
    store.close_weeks(NOW + timedelta(days=7), 10)
    weeks = store.weeks("camera", "west")
    assert weeks[: len(closed)] == closed
    assert sum(week.totals.sessions for week in weeks) == 300
    assert all(week.hours[3 * 24 + 14] == week.totals.sessions for week in weeks)
