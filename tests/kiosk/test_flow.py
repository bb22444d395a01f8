"""The flow's stories: from screen to screen."""

from typing import Any

import pytest

from tests.kiosk.story import PORTRAIT, REP, Story


@pytest.fixture
def story() -> Story:
    return Story().begin()


def test_a_member_chooses_stands_side_on_hinges_and_walks_off(story: Story) -> None:
    assert story.stage == "attract"
    story.act("start")
    assert story.stage == "choose"
    story.act("choose", "rdl")
    assert story.stage == "place"
    assert story.begun == [story.now]
    story.wait(3, somebody=True, gate="out_of_frame")
    assert story.stage == "place"
    story.wait(1, somebody=True)
    assert story.stage == "live"
    story.sets.reps = (REP,)
    story.wait(5, somebody=True)
    assert story.flow.view.snapshot is not None
    assert story.flow.view.exercise.id == "rdl"
    story.wait(10.2, somebody=False)
    view = story.flow.view
    assert (view.stage, view.portrait) == ("summary", PORTRAIT)
    summary, seconds, outcome = story.saved[0]
    assert view.summary == summary
    assert (summary.exercise, summary.reps) == ("rdl", (REP,))
    assert seconds == pytest.approx(5.5, abs=0.5)
    assert outcome == "left"
    story.wait(20.2)
    assert story.stage == "attract"


def test_facing_the_camera_the_start_position_comes_first_then_the_turn(story: Story) -> None:
    story.choose()
    while story.stage == "place":
        story.wait(0.1, somebody=True, gate="turn")
    assert story.stage == "start"
    assert story.flow.view.front is not None, "not a moment of turning before it"
    story.wait(2, somebody=True, gate="turn")
    view = story.flow.view
    assert view.front is not None
    assert not view.front.ready
    story.wait(1.3, somebody=True, gate="turn", ready=True)
    assert story.flow.view.front is None, "that part is over: now turn"
    assert story.sets.front == "no"
    story.wait(2, somebody=True, advice="turn")
    assert story.stage == "start", "seen at an angle it cannot be judged"
    story.wait(0.7, somebody=True)
    assert story.stage == "live"


def test_who_turns_to_the_side_needs_no_front_check(story: Story) -> None:
    story.choose()
    story.wait(1, somebody=True, gate="turn")
    story.wait(0.7, somebody=True)
    assert story.stage == "live"
    assert story.sets.front == "no"


def test_the_front_check_holds_nobody_up_for_long(story: Story) -> None:
    story.choose()
    story.wait(15, somebody=True, gate="turn")
    assert story.flow.view.front is not None
    story.wait(1, somebody=True, gate="turn")
    assert (story.stage, story.flow.view.front) == ("start", None)


@pytest.mark.parametrize(
    ("exercise", "screen"), [("pick_up", {}), ("hinge", {"front_check": False})]
)
def test_where_no_start_position_is_asked_for_only_the_turn_is(
    exercise: str, screen: dict[str, Any]
) -> None:
    story = Story().begin(screen=screen)
    story.choose(exercise)
    story.wait(1, somebody=True, gate="turn")
    assert (story.stage, story.flow.view.front, story.sets.front) == ("start", None, "no")


def test_an_exercise_that_is_watched_from_the_front_is_so_in_the_set_too(story: Story) -> None:
    story.go_live("warrior")
    assert story.sets.front == "set"
    story.wait(70, somebody=True, gate="turn")
    assert story.flow.view.front is not None
    assert story.stage == "live", "facing the camera is no leaving"
    story.act("finish")
    assert story.flow.view.asking == "end_set"


def test_who_hinges_at_an_angle_is_not_left_at_the_start(story: Story) -> None:
    story.choose()
    story.wait(1, somebody=True, gate="turn")
    story.sets.reps = (REP,)
    story.wait(0.2, somebody=True, advice="turn")
    assert story.stage == "live"


def test_who_steps_out_of_the_picture_is_placed_again(story: Story) -> None:
    story.choose()
    story.wait(1, somebody=True, gate="turn")
    story.wait(2, somebody=True, gate="out_of_frame")
    assert story.stage == "start"
    story.wait(1.5, somebody=True, gate="out_of_frame")
    assert story.stage == "place"
    story.wait(1, somebody=True, gate="turn")
    assert story.stage == "start"
    assert story.flow.view.front is not None


def test_the_set_is_live_only_once_the_gate_has_stayed_open(story: Story) -> None:
    story.choose()
    for _ in range(10):
        story.wait(0.3, somebody=True)
        story.wait(0.1, somebody=True, gate="out_of_frame")
    assert story.stage == "place"


def test_who_comes_to_the_screen_ends_the_set_with_one_touch(story: Story) -> None:
    story.go_live("hinge", REP)
    story.wait(1, somebody=True, gate="out_of_frame")
    story.act("finish")
    assert story.stage == "summary"
    assert story.saved[0][2] == "finished"
    story.act("done")
    assert story.stage == "attract"


def test_somebody_elses_touch_during_a_set_is_asked_about(story: Story) -> None:
    story.go_live("hinge", REP)
    story.wait(1, somebody=True)
    story.flow.act(story.now, "finish")
    story.wait(1, somebody=True)
    view = story.flow.view
    assert (view.stage, view.asking) == ("live", "end_set")
    assert view.left_s == pytest.approx(9, abs=0.3)
    story.flow.act(story.now, "no")
    assert story.flow.view.asking == ""
    story.flow.act(story.now, "finish")
    story.wait(9.8, somebody=True)
    assert story.flow.view.asking == "end_set"
    story.wait(0.4, somebody=True)
    assert (story.stage, story.flow.view.asking) == ("live", ""), "no answer: the set goes on"
    story.flow.act(story.now, "finish")
    story.flow.act(story.now + 0.1, "yes")
    assert story.stage == "live", "the second touch of one tap answers nothing"
    story.flow.act(story.now + 1, "yes")
    assert story.stage == "summary"


def test_a_set_that_ends_takes_its_question_with_it(story: Story) -> None:
    story.go_live("hinge", REP)
    story.act("finish")
    story.wait(0.5, somebody=True)
    story.flow.act(story.now, "finish")
    story.wait(9.0, somebody=False)
    story.flow.act(story.now, "finish")
    story.wait(1.5, somebody=False)
    assert (story.stage, story.flow.view.asking) == ("summary", "")


def test_after_a_set_comes_another_one_or_its_drill(story: Story) -> None:
    story.go_live("hinge", REP)
    story.wait(10.2, somebody=False)
    story.act("again")
    view = story.flow.view
    assert (view.stage, view.exercise.id) == ("place", "hinge")
    assert (view.summary, view.portrait) == (None, None)
    story.sets.reps = (REP,)
    story.wait(1, somebody=True)
    story.wait(10.2, somebody=False)
    story.act("choose", "wall_tap")
    assert (story.stage, story.flow.view.exercise.id) == ("place", "wall_tap")
    assert story.sets.begun == ["hinge", "hinge", "wall_tap"]


def test_the_everyday_pick_up_is_one_bend(story: Story) -> None:
    story.go_live("pick_up")
    story.wait(4, somebody=True)
    assert story.stage == "live"
    story.sets.reps = (REP,)
    story.wait(2.5, somebody=True)
    assert story.stage == "live"
    story.wait(1, somebody=True)
    assert story.stage == "summary"


def test_back_goes_where_one_came_from(story: Story) -> None:
    for stage in ("why", "privacy", "staff"):
        story.act(stage)  # type: ignore[arg-type]
        assert story.stage == stage
        story.act("back")
        assert story.stage == "attract"
    story.act("start")
    story.act("why")
    story.act("back")
    assert story.stage == "choose"
    story.act("choose", "hinge")
    story.wait(1, somebody=True, gate="turn")
    assert story.stage == "start"
    story.act("back")
    assert story.stage == "choose"
    story.act("back")
    assert story.stage == "attract"
    assert story.saved == []
