"""What is a fault, how clearly, and for which exercise."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from station import exercises
from station.hinge import Angles, Back, Neck
from station.hinge.baseline import Standing
from station.hinge.faults import Evidence, cue_of, faults_of, mild_of, onset_of, seen_now
from station.hinge.verdict import Pattern, Rep, Tempo

EXERCISES = {name: exercises.load(name) for name in exercises.ids()}
HINGE = EXERCISES["hinge"]


def evidence(
    trunk: float = 65,
    knee: float = 20,
    shin: float = 0,
    travel: float | None = 0.5,
    pattern: Pattern = "hinge",
    **more: object,
) -> Evidence:
    """A bend from a standing of zero degrees: hip flexion is trunk + knee − shin."""
    angles = Angles(trunk, trunk + knee - shin, knee, shin, None, travel)
    seen = Evidence("rep", angles, angles, pattern, Back("flat"), Neck("long", 5.0))
    return replace(seen, **more)


def found(exercise: str, seen: Evidence) -> tuple[str, ...]:
    return faults_of(seen, EXERCISES[exercise])


def test_a_good_hinge_has_no_fault_in_any_exercise_for_standing_members() -> None:
    good = evidence(tempo=Tempo(1.5, 0.5, 1.5), balance=0.3)
    for exercise in ("hinge", "rdl", "good_morning", "kickstand", "kickstand_lifted", "warrior"):
        assert found(exercise, good) == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"back": Back("rounded", "start", confidence=0.9)}, "back_rounds"),
        ({"back": Back("arched", confidence=0.9)}, "back_arches"),
        ({"shin": 22}, "knees_forward"),
        ({"knee": 75, "shin": 12}, "knees_bend"),
        ({"travel": 0.05}, "hips_stay"),
        ({"balance": -0.1}, "off_balance"),
        ({"neck": Neck("poked", 60.0)}, "head_pokes"),
        ({"neck": Neck("tucked", -45.0)}, "head_tucks"),
        ({"tempo": Tempo(0.2, 0.3, 0.6)}, "too_fast"),
        ({"kind": "attempt"}, "too_shallow"),
        ({"knee": 100, "shin": 14, "pattern": "squat", "trunk": 25}, "squatting"),
    ],
)
def test_each_fault_is_seen_by_itself(change: dict[str, object], fault: str) -> None:
    assert fault in found("hinge", evidence(**change))  # type: ignore[arg-type]
    assert fault not in found("hinge", evidence())


def test_faults_come_in_the_exercises_order() -> None:
    seen = evidence(shin=25, travel=0.0, balance=-0.2, back=Back("rounded", confidence=0.9))
    listed = [fault.name for fault in HINGE.faults]
    got = found("hinge", seen)
    assert got == tuple(sorted(got, key=listed.index))
    assert got[0] == "back_rounds"


def test_a_deadlift_bends_the_knees_more_than_a_romanian_one() -> None:
    from_the_floor = evidence(trunk=62, knee=80, shin=22)
    assert found("rdl", from_the_floor) == ("knees_forward", "knees_bend")
    assert found("deadlift", from_the_floor) == ()


def test_a_warrior_hinge_bends_the_knee_more_than_a_hinge() -> None:
    standing_leg = evidence(trunk=80, knee=70, shin=20)
    assert found("hinge", standing_leg) == ("knees_forward", "knees_bend")
    assert found("warrior", standing_leg) == ()


def test_deep_knees_are_a_squat_in_a_hinge_and_good_form_in_a_deadlift() -> None:
    deep = evidence(trunk=47, knee=118, shin=30, pattern="squat")
    assert "squatting" in found("hinge", deep)
    assert found("deadlift", deep) == ()
    knee_dominant = evidence(trunk=24, knee=120, shin=44, pattern="squat")
    assert found("deadlift", knee_dominant)[0] == "squatting"


def test_a_shallow_bend_tells_nothing_of_hips_and_haste() -> None:
    shallow = evidence(
        trunk=30, knee=5, travel=0.05, balance=-0.1, kind="attempt", tempo=Tempo(0.2, 0.1, 0.3)
    )
    assert found("hinge", shallow) == ("too_shallow",)


def test_what_was_not_seen_is_no_fault() -> None:
    seen = evidence(travel=None, back=Back("cannot_tell"), neck=Neck("cannot_tell"))
    assert found("hinge", seen) == ()


@pytest.mark.parametrize(
    ("barely", "clearly", "fault"),
    [
        ({"shin": 16}, {"shin": 22}, "knees_forward"),
        ({"travel": 0.13}, {"travel": 0.05}, "hips_stay"),
        ({"balance": -0.01}, {"balance": -0.1}, "off_balance"),
        (
            {"back": Back("rounded", confidence=0.66)},
            {"back": Back("rounded", confidence=0.9)},
            "back_rounds",
        ),
        ({"neck": Neck("poked", 46.0)}, {"neck": Neck("poked", 60.0)}, "head_pokes"),
    ],
)
def test_barely_past_a_limit_is_told_from_clearly(
    barely: dict[str, object], clearly: dict[str, object], fault: str
) -> None:
    for change, mild in ((barely, (fault,)), (clearly, ())):
        seen = evidence(**change)  # type: ignore[arg-type]
        assert fault in found("hinge", seen)
        assert mild_of(seen, HINGE) == mild


def test_the_cue_for_rounding_depends_on_when_it_began() -> None:
    for onset, cue in (
        ("start", "Reach back with your hips"),
        (None, "Reach back with your hips"),
        ("late", "Stop a little higher"),
    ):
        back = Back("rounded", onset)  # type: ignore[arg-type]
        assert cue_of(("back_rounds",), back, HINGE) == cue
    assert cue_of(("squatting",), Back("rounded", "late"), HINGE) == "Hips back, not down"
    assert cue_of((), Back("flat"), HINGE) is None


def test_a_set_is_told_the_onset_of_most_of_its_rounded_reps() -> None:
    seen = evidence()
    rep = Rep(
        "rep", 0, 1, 2, "hinge", seen.angles, Back("flat"), Neck("long"), (), clean=True, cue=None
    )

    def rounded(*onsets: str | None) -> Iterator[Rep]:
        for onset in onsets:
            back = Back("rounded", onset)  # type: ignore[arg-type]
            yield replace(rep, back=back, faults=("back_rounds",), clean=False)

    assert onset_of("back_rounds", rounded("late", "start", "late")) == "late"
    assert onset_of("back_rounds", rounded("late", "start")) == "start"
    assert onset_of("back_rounds", rounded(None)) is None
    assert onset_of("squatting", rounded("late")) is None


def test_in_mid_bend_only_what_is_beyond_doubt_is_seen() -> None:
    standing = Standing(Angles(0, 0, 0, 0, None, 0), None)

    def now(trunk: float, knee: float, shin: float, *, rounds: bool = False) -> set[str]:
        angles = evidence(trunk, knee, shin).angles
        return set(seen_now(angles, standing, rounds=rounds, exercise=HINGE))

    assert now(50, 20, 0) == set()
    assert now(50, 20, 16) == set()
    assert now(50, 20, 18) == {"knees_forward"}
    assert now(20, 80, 14) >= {"squatting"}
    assert now(50, 20, 0, rounds=True) == {"back_rounds"}
    assert now(8, 10, 0, rounds=True) == set(), "too early to tell anything"
