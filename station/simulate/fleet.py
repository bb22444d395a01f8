"""Which gyms and stations there are, and what is wrong with some of them; the same for a seed."""

import random
from dataclasses import dataclass
from typing import Literal

from station.errors import StationError

MOST_STATIONS = 5000
MOST_PER_GYM = 200
TROUBLED_FROM = 6
"""A fleet of fewer stations has nothing broken in it: it would be most of the picture."""
TROUBLED_EACH = 40
"""One station of each trouble in so many."""

Trouble = Literal["none", "away", "hot", "no_clock", "stalls"]
TROUBLES: tuple[Trouble, ...] = ("away", "hot", "no_clock", "stalls")
"""away: without power for days at a time, and without a network at the end, so that it sends late.
hot: slows itself down. no_clock: never knows the time. stalls: its camera stops now and then."""

PLACES = (
    ("rack", 1.35),
    ("mirror", 1.2),
    ("mat", 1.0),
    ("window", 0.85),
    ("desk", 0.7),
    ("door", 0.55),
    ("corner", 0.4),
    ("stairs", 0.25),
)
"""Where in a gym a station hangs, and how much more than on average it is used there."""


@dataclass(frozen=True, slots=True)
class Gym:
    """Hours are local, 0..24; `skill` is the share of hinges among newcomers' reps, `learns` what
    weeks of coaching add to it at most, `coaching` what a set's second half adds."""

    id: str
    weekdays: tuple[int, int]
    weekend: tuple[int, int]
    busy: float
    skill: float
    learns: float
    coaching: float


@dataclass(frozen=True, slots=True)
class Station:
    """`use` multiplies how many sets are done at it."""

    id: str
    gym: Gym
    use: float
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Fleet:
    """All of it; `seed` decides what happens at each station on each date."""

    seed: int
    gyms: tuple[Gym, ...]
    stations: tuple[Station, ...]


def made(stations: int, gyms: int | None, seed: int) -> Fleet:
    """A fleet of so many stations in so many gyms (None: about six stations in each).

    Raises StationError for a number out of range.
    """
    if not 1 <= stations <= MOST_STATIONS:
        raise StationError(f"--stations {stations}: must be from 1 to {MOST_STATIONS}.")
    gyms = gyms if gyms is not None else min(50, -(-stations // 6))
    if not 1 <= gyms <= stations:
        raise StationError(f"--gyms {gyms}: must be from 1 to the number of stations, {stations}.")
    if stations > gyms * MOST_PER_GYM:
        raise StationError(f"--gyms {gyms}: a gym has at most {MOST_PER_GYM} stations.")
    made_gyms = tuple(_gym(seed, number) for number in range(1, gyms + 1))
    troubles = _troubles(stations, seed)
    return Fleet(
        seed,
        made_gyms,
        tuple(
            _station(seed, made_gyms[index % gyms], index // gyms, troubles.get(index, "none"))
            for index in range(stations)
        ),
    )


def _gym(seed: int, number: int) -> Gym:
    dice = random.Random(f"{seed}/gym/{number}")
    opens = dice.choice((6, 7, 7, 8))
    return Gym(
        id=f"sim-gym-{number}",
        weekdays=(opens, dice.choice((21, 22, 22, 23))),
        weekend=(opens + 1, dice.choice((18, 19, 20))),
        busy=dice.uniform(0.7, 1.3),
        skill=dice.uniform(0.46, 0.58),
        learns=dice.uniform(0.14, 0.26),
        # Not every gym listens to its stations.
        coaching=dice.choice((0.0, 0.06, 0.09, 0.12)) if number > 1 else 0.09,
    )


def _station(seed: int, gym: Gym, place: int, trouble: Trouble) -> Station:
    round_, index = divmod(place, len(PLACES))
    name, use = PLACES[index]
    number = gym.id.rpartition("-")[2]
    id_ = f"sim-{number}-{name}" + (f"-{round_ + 1}" if round_ else "")
    dice = random.Random(f"{seed}/station/{id_}")
    return Station(id_, gym, use * dice.uniform(0.85, 1.15), trouble)


def _troubles(stations: int, seed: int) -> dict[int, Trouble]:
    """Index of a station → its trouble; no station has two."""
    if stations < TROUBLED_FROM:
        return {}
    each = -(-stations // TROUBLED_EACH)
    kinds = [trouble for trouble in TROUBLES for _ in range(each)]
    chosen = random.Random(f"{seed}/troubles").sample(range(stations), min(stations, len(kinds)))
    return dict(zip(chosen, kinds, strict=False))
