"""A finished set to store, and a ledger in a fresh folder."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.ledger import FinishedSession, Ledger

A_SET = FinishedSession(
    source="simulated",
    exercise="hinge",
    mode="set",
    reps=5,
    clean=3,
    attempts=1,
    patterns={"hinge": 4, "squat": 1},
    faults={"rounded_back": 1},
    first_half_clean=2,
    second_half_clean=1,
    depth_band="deep",
    minutes_band="under_1",
    outcome="finished",
    cfg=0,
)


@pytest.fixture
def a_set() -> Callable[..., FinishedSession]:
    """Makes a finished set; keywords change its fields."""

    def make(**changes: Any) -> FinishedSession:
        return replace(A_SET, **changes)

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    return Ledger(path)
