"""What a session adds to the sums: once, whatever it says."""

from typing import Any, get_args

import pytest

from station.hinge.exercise import FaultName
from station.hub import words
from station.hub.technique import add_up
from station.i18n import translator
from station.messages import SessionEvent
from tests.hub.parts import session_event

GETTEXT = translator("en")


def event(**changes: Any) -> SessionEvent:
    return SessionEvent.model_validate(session_event(**changes))


def test_someone_who_does_very_many_reps_counts_once() -> None:
    marathon = event(
        reps=500,
        clean=0,
        patterns={"hinge": 0, "squat": 500, "stoop": 0, "unclear": 0},
        faults={"squatting": 500},
    )
    totals = add_up([marathon, *(event(faults={}) for _ in range(9))])
    assert totals.patterns == {"hinge": 9, "squat": 1, "stoop": 0, "unclear": 0}
    assert totals.faults == {"squatting": 1}
    assert totals.clean.sessions == 10
    assert totals.clean.total == pytest.approx(6.3)


def test_shares_of_the_whole_and_of_the_halves_are_of_the_same_sessions() -> None:
    """Else the sets of one rep would be what is left when one is taken from the other."""
    one = event(reps=1, clean=1, first_half_clean=1, second_half_clean=0)
    totals = add_up([one, *(event() for _ in range(10))])
    shares = (totals.clean, totals.first_half, totals.second_half)
    assert [share.sessions for share in shares] == [11, 11, 11]
    alone = add_up([one])
    assert (alone.first_half.total, alone.second_half.total) == (1.0, 1.0)


def test_odd_sets_split_as_the_kiosk_splits_them_and_absurd_counts_stay_within_bounds() -> None:
    fair = add_up([event(reps=5, clean=5, first_half_clean=3, second_half_clean=2)])
    assert (fair.first_half.total, fair.second_half.total) == (1.0, 1.0)
    absurd = add_up([event(reps=2, clean=900, first_half_clean=900, second_half_clean=900)])
    assert (absurd.clean.total, absurd.first_half.total, absurd.second_half.total) == (1, 1, 1)
    none = add_up([event(reps=0, clean=0, patterns={})])
    assert (none.clean.sessions, none.first_half.sessions) == (0, 0)
    assert none.patterns["unclear"] == 1


def test_the_checkers_faults_all_have_words_here() -> None:
    assert set(words.FAULTS) == set(get_args(FaultName))
    assert tuple(words.faults(GETTEXT)) == words.FAULTS
