"""Reports: what goes into them, when they close, and what the API gives of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from station.hinge.exercise import FaultName
from station.hub import words
from station.hub.reading import Told
from station.hub.store import Store
from station.hub.technique import add_up, publish, sessions_needed
from station.i18n import translator
from station.messages import Info, SessionEvent
from tests.hub.parts import session_event

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
GETTEXT = translator("en")


def event(**changes: Any) -> SessionEvent:
    return SessionEvent.model_validate(session_event(**changes))


def report_of(tmp_path: Path, batches: Sequence[Sequence[SessionEvent]], k: int = 10) -> Any:
    """What is published after each hour has brought a batch."""
    store = Store(tmp_path / "hub.db")
    with store.writing() as writer:
        writer.write([Told("s", Info(version="1", gym="gym-1"))], NOON)
        for hour, batch in enumerate(batches):
            at = NOON + timedelta(hours=hour)
            writer.write([Told("s", one) for one in batch], at)
            writer.close_reports(k, at + timedelta(hours=1))
    return publish(store.latest_reports()["gym-1"], "gym-1", k, GETTEXT)


def test_nine_sessions_are_hidden_in_words_and_ten_are_shown_rounded(tmp_path: Path) -> None:
    nine = report_of(tmp_path / "nine", [[event() for _ in range(9)]])
    assert nine == {"gym": "gym-1", "shown": False, "sentence": words.not_enough(10, GETTEXT)}
    assert "10 sessions" in nine["sentence"]

    ten = report_of(tmp_path / "ten", [[event() for _ in range(10)]])
    assert ten["shown"]
    assert ten["sessions"] == 10
    assert ten["clean_percent"] == 70
    assert ten["halves"] == {"first_percent": 60, "second_percent": 80}

    twelve = report_of(tmp_path / "twelve", [[event() for _ in range(12)]])
    assert twelve["sessions"] == 10


def test_nine_sessions_wait_for_the_tenth_instead_of_being_lost(tmp_path: Path) -> None:
    shown = report_of(tmp_path, [[event() for _ in range(9)], [event()]])
    assert shown["sessions"] == 10


def test_the_current_hour_is_in_no_report(tmp_path: Path) -> None:
    store = Store(tmp_path / "hub.db")
    with store.writing() as writer:
        writer.write([Told("s", Info(version="1", gym="gym-1"))], NOON)
        writer.write([Told("s", event()) for _ in range(30)], NOON + timedelta(minutes=1))
        assert not writer.close_reports(10, NOON + timedelta(minutes=59))
        assert store.latest_reports()["gym-1"] is None
        assert writer.close_reports(10, NOON + timedelta(minutes=60))
    report = store.latest_reports()["gym-1"]
    assert report is not None
    assert report.totals.sessions == 30


def test_a_closed_report_never_changes_and_the_next_shares_no_session_with_it(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "hub.db")
    with store.writing() as writer:
        writer.write([Told("s", Info(version="1", gym="gym-1"))], NOON)
        writer.write([Told("s", event()) for _ in range(10)], NOON)
        writer.close_reports(10, NOON + timedelta(hours=1))
        first = store.latest_reports()
        writer.write([Told("s", event(clean=0)) for _ in range(19)], NOON)
        writer.close_reports(10, NOON + timedelta(hours=2))
        assert store.latest_reports() == first
        writer.write([Told("s", event(clean=0))], NOON)
        writer.close_reports(10, NOON + timedelta(hours=3))
    second = store.latest_reports()["gym-1"]
    assert second is not None
    assert second.totals.sessions == 20
    assert second.totals.clean.total == 0


def test_reports_double_until_they_are_large_enough() -> None:
    assert [sessions_needed(n, 10) for n in range(7)] == [10, 20, 40, 80, 160, 200, 200]
    assert sessions_needed(100_000, 5) == 100


def test_demo_and_simulated_sessions_are_in_no_report(tmp_path: Path) -> None:
    sources = ["demo"] * 20 + ["simulated"] * 20 + ["camera"] * 9
    shown = report_of(tmp_path, [[event(source=source) for source in sources]])
    assert not shown["shown"]


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


def test_odd_sets_split_as_the_kiosk_splits_them_and_absurd_counts_stay_within_bounds() -> None:
    fair = add_up([event(reps=5, clean=5, first_half_clean=2, second_half_clean=3)])
    assert (fair.first_half.total, fair.second_half.total) == (1.0, 1.0)
    absurd = add_up([event(reps=2, clean=900, first_half_clean=900, second_half_clean=900)])
    assert (absurd.clean.total, absurd.first_half.total, absurd.second_half.total) == (1, 1, 1)
    none = add_up([event(reps=0, clean=0, patterns={})])
    assert (none.clean.sessions, none.first_half.sessions) == (0, 0)
    assert none.patterns["unclear"] == 1


def test_faults_come_in_a_fixed_order_and_rare_unknown_ones_not_at_all(tmp_path: Path) -> None:
    often = [event(faults={"too_shallow": 3, "wobbles": 1}) for _ in range(15)]
    rarely = [event(faults={"leaps": 1}) for _ in range(5)]
    never = [event(faults={}) for _ in range(20)]
    shown = report_of(tmp_path, [[*often, *rarely, *never]])
    given = {fault["name"]: fault["sessions"] for fault in shown["faults"]}
    assert list(given) == [*words.FAULTS, "wobbles"]
    assert given["too_shallow"] == given["wobbles"] == 15
    assert [name for name, count in given.items() if count is None] == [
        name for name in words.FAULTS if name != "too_shallow"
    ]
    assert shown["faults"][-1]["label"] == "Wobbles"


def test_lowering_k_later_opens_no_old_report(tmp_path: Path) -> None:
    squats = [event(patterns={"squat": 9}) for _ in range(8)]
    store = Store(tmp_path / "hub.db")
    with store.writing() as writer:
        writer.write([Told("s", Info(version="1", gym="gym-1"))], NOON)
        writer.write([Told("s", one) for one in [*squats, *(event() for _ in range(12))]], NOON)
        writer.close_reports(10, NOON + timedelta(hours=1))
    report = store.latest_reports()["gym-1"]
    assert len(publish(report, "gym-1", 5, GETTEXT)["patterns"]) == 1


def test_the_checkers_faults_all_have_words_here() -> None:
    assert set(words.FAULTS) == set(get_args(FaultName))
    assert tuple(words.faults(GETTEXT)) == words.FAULTS
