"""When sets are done at a station, and the events that come of them; pure, local time in and out.

How many sets a date has, and their ids, depend on the seed, the station and the date alone, never
on how many days were asked for. So the same simulation run twice says the same under the same ids,
and one run a day later adds a day.
"""

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from station.messages import SessionEvent
from station.simulate.fleet import Fleet, Gym, Station
from station.simulate.sets import Circumstances, one

SETS_A_DAY = 26.0
"""At a station of average use in an average gym, on a weekday."""
WEEKEND_USE = 0.6
LEARNING_WEEKS = 7.0
"""After so many weeks, 63 % of what can be learnt is."""
POWER_FAILS_EVERY_DAYS, AWAY_DAYS = 11, 3
"""A station that is away has no power for so many days of so many; and it has no network on the
last days of a history, so that it catches up when all the others are done."""
STALLED_USE, STALLED_SEEN, HOT_USE, HOT_SEEN = 0.35, 0.8, 0.85, 0.9

_PEAKS = ((7.5, 1.2, 0.8), (12.5, 1.0, 0.9), (18.3, 1.9, 2.2))
"""Hour, width in hours, height: before work, lunch, evening."""
_WEEKEND_PEAKS = ((10.5, 2.0, 1.6), (16.0, 2.0, 0.7))


@dataclass(frozen=True, slots=True)
class Done:
    """A set that ended at `at` (aware, local); `late` = the station could not send it then."""

    at: datetime
    event: SessionEvent
    late: bool


def history(fleet: Fleet, station: Station, first: date, last: date) -> Iterator[Done]:
    """Everything done at a station from the day `first` on, in order of time, without end; a
    station that is away cannot send from shortly before the day `last` on."""
    day = first
    while True:
        yield from of_day(fleet, station, day, first, last)
        day += timedelta(days=1)


def of_day(fleet: Fleet, station: Station, day: date, first: date, last: date) -> list[Done]:
    """One day of it."""
    if station.trouble == "away" and without_power(day):
        return []
    dice = random.Random(f"{fleet.seed}/{station.id}/{day}")
    minutes = sorted(
        60 * hour + dice.randrange(60)
        for hour, expected in enumerate(expected_by_hour(station, day))
        for _ in range(_poisson(dice, expected))
    )
    here = circumstances(station, day, first)
    boot = _id(f"{fleet.seed}/{station.id}/{day}/boot")
    midnight = datetime(day.year, day.month, day.day)
    late = station.trouble == "away" and (last - day).days < AWAY_DAYS
    out = []
    for number, minute in enumerate(minutes):
        at = (midnight + timedelta(minutes=minute)).astimezone()
        event = SessionEvent(
            id=_id(f"{fleet.seed}/{station.id}/{day}/{number}"),
            seq=number,
            boot=boot,
            source="simulated",
            hour=hour_text(at),
            # Once it had no clock; by now it has learnt what time it was.
            clock="corrected" if station.trouble == "no_clock" else "synced",
            cfg=0,
            **one(dice, here),
        )
        out.append(Done(at, event, late))
    return out


def in_passing(done: Done, station: Station, now: datetime, fast: bool) -> SessionEvent:
    """A set's event as it is said at the moment it ends, `now`.

    `fast`: simulated time runs faster than time does, so the event is of this hour, and is not the
    one that the same moment will have when it comes.
    """
    changes: dict[str, str] = {}
    if fast:
        changes |= {"id": _id(done.event.id), "hour": hour_text(now)}
    if station.trouble == "no_clock":
        changes |= {"clock": "unsynced", "hour": hour_text(now - timedelta(days=40))}
    return done.event.model_copy(update=changes)


def hour_text(at: datetime) -> str:
    """The hour of a moment, as events have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:00Z")


def without_power(day: date) -> bool:
    """Whether a station that is away stood dark on that day."""
    return day.toordinal() % POWER_FAILS_EVERY_DAYS < AWAY_DAYS


def circumstances(station: Station, day: date, first: date) -> Circumstances:
    """How well members move at a station on a day, when coaching began on the day `first`."""
    gym, weeks = station.gym, max(0, (day - first).days) / 7
    learnt = 1 - math.exp(-weeks / LEARNING_WEEKS)
    seen = {"hot": HOT_SEEN, "stalls": STALLED_SEEN}.get(station.trouble, 1.0)
    return Circumstances(gym.skill + gym.learns * learnt, gym.coaching, seen)


def expected_by_hour(station: Station, day: date) -> list[float]:
    """How many sets are to be expected in each of 24 local hours; 0 where the gym is closed."""
    weekend = day.weekday() >= 5
    use = station.use * station.gym.busy * (WEEKEND_USE if weekend else 1.0)
    use *= {"stalls": STALLED_USE, "hot": HOT_USE}.get(station.trouble, 1.0)
    shape = [_attraction(station.gym, weekend, hour) for hour in range(24)]
    total = sum(shape)
    return [SETS_A_DAY * use * part / total for part in shape]


def _attraction(gym: Gym, weekend: bool, hour: int) -> float:
    opens, closes = gym.weekend if weekend else gym.weekdays
    if not opens <= hour < closes:
        return 0.0
    peaks = _WEEKEND_PEAKS if weekend else _PEAKS
    middle = hour + 0.5
    return 0.35 + sum(
        height * math.exp(-((middle - peak) ** 2) / (2 * width**2)) for peak, width, height in peaks
    )


def _poisson(dice: random.Random, mean: float) -> int:
    if mean <= 0:
        return 0
    count, product, limit = 0, dice.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def _id(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
