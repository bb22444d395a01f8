"""The flow cannot get stuck, and keeps nothing of anybody."""

import pytest

from station.hinge import Cue
from station.kiosk.view import Action
from station.settings import Settings
from tests.kiosk.story import ENDED, GONE, LIVE, REP, STARTING, Story


@pytest.fixture
def story() -> Story:
    return Story().begin()


def test_nothing_of_a_member_is_left_when_the_first_screen_is_back(story: Story) -> None:
    story.go_live("hinge", REP)
    story.act("language", "de")
    story.wait(3, somebody=True, cue=Cue("praise", "Clean"))
    story.wait(31, somebody=False)
    view = story.flow.view
    assert (view.stage, view.language, view.exercise.id) == ("attract", "en", "hinge")
    left = (view.snapshot, view.cue, view.front, view.summary, view.portrait, view.sent)
    assert left == (None,) * 6
    assert not story.sets.running


def test_who_taps_and_goes_leaves_no_set_behind(story: Story) -> None:
    story.choose()
    story.wait(10.2, somebody=False)
    assert story.stage == "attract"
    assert story.saved == []


def test_who_hinges_not_once_sees_no_summary(story: Story) -> None:
    story.go_live()
    story.wait(10.2, somebody=False)
    assert story.stage == "attract"
    assert story.saved == []


def test_somebody_in_the_background_does_not_hold_the_station(story: Story) -> None:
    story.choose()
    story.wait(90.2, somebody=True, gate="out_of_frame")
    assert story.stage == "attract"
    story.choose()
    for _ in range(9):
        story.wait(5, somebody=True, gate="turn")
        story.wait(5, somebody=True, gate="out_of_frame")
    story.wait(1)
    assert story.stage == "attract"
    story.go_live("hinge", REP)
    story.wait(60.2, somebody=True, gate="turn")
    assert story.stage == "summary"
    story.act("done")
    story.go_live("hinge", REP)
    story.wait(180.2, somebody=True)
    assert story.stage == "summary", "somebody stands there side-on and talks"


def test_a_camera_that_is_gone_ends_the_set_like_a_member_who_left(story: Story) -> None:
    story.go_live("hinge", REP)
    story.camera = GONE
    story.wait(5)
    assert story.stage == "live"
    assert story.flow.view.camera.kind == "offline"
    story.wait(5.5)
    assert story.stage == "summary"
    assert story.saved[0][2] == "left"


def test_the_summary_stays_as_long_as_it_is_touched(story: Story) -> None:
    story.go_live("hinge", REP)
    story.wait(10.2, somebody=False)
    for _ in range(3):
        story.wait(15)
        story.flow.touch(story.now)
    assert story.stage == "summary"
    story.wait(20.2)
    assert story.stage == "attract"


@pytest.mark.parametrize("stage", ["choose", "why", "privacy", "staff"])
def test_a_screen_nobody_touches_asks_and_then_leaves(story: Story, stage: Action) -> None:
    story.act("start" if stage == "choose" else stage)
    story.wait(59.5)
    assert story.flow.view.asking == ""
    story.wait(1)
    assert story.flow.view.asking == "still_there"
    story.flow.act(story.now, "stay")
    assert (story.stage, story.flow.view.asking) == (stage, "")
    story.wait(60.5)
    assert story.flow.view.left_s == pytest.approx(19.6, abs=0.3)
    story.flow.touch(story.now)
    assert story.flow.view.asking == "", "any touch says that somebody is there"
    story.wait(79.5)
    assert story.stage == stage
    story.wait(1)
    assert story.stage == "attract"


def test_the_staffs_menu_shows_what_the_camera_sees_and_keeps_no_set(story: Story) -> None:
    story.act("staff")
    story.sets.reps = (REP,)
    story.wait(1, somebody=True)
    assert story.flow.view.snapshot is not None
    story.act("back")
    assert (story.stage, story.flow.view.snapshot, story.saved) == ("attract", None, [])
    assert not story.sets.running


def test_a_language_is_for_one_session(story: Story) -> None:
    story.act("language", "de")
    assert story.flow.view.language == "de"
    story.act("language", "tlh")
    assert story.flow.view.language == "de"
    story.act("start")
    assert story.flow.view.language == "de"
    story.act("done")
    assert story.flow.view.language == "en"
    story.act("language", "de")
    story.wait(60.5)
    assert story.flow.view.language == "en", "whoever chose it went away again"


def test_other_settings_wait_until_nobody_is_there(story: Story) -> None:
    changed = Settings.model_validate({"station": {"language": "de"}, "screen": {"summary_s": 2}})
    story.go_live("hinge", REP)
    story.flow.apply(changed)
    story.wait(10.2, somebody=False)
    assert (story.stage, story.flow.view.language) == ("summary", "en")
    story.wait(19)
    assert story.stage == "summary"
    story.wait(2)
    assert (story.stage, story.flow.view.language) == ("attract", "de")
    assert story.flow.settings is changed
    story.go_live("hinge", REP)
    story.wait(12.5, somebody=False)
    assert story.stage == "attract"


def test_what_was_handed_over_last_outlasts_the_session(story: Story) -> None:
    story.sent = '{"v":1}'
    story.act("privacy")
    assert story.flow.view.sent == '{"v":1}'


def test_the_second_touch_of_one_tap_is_swallowed(story: Story) -> None:
    story.act("start")
    story.flow.act(story.now + 0.1, "choose", "hinge")
    assert story.stage == "choose"


def test_what_makes_no_sense_now_is_passed_over(story: Story) -> None:
    for action in ("choose", "back", "finish", "again", "done", "stay", "yes", "no"):
        story.act(action, "hinge")  # type: ignore[arg-type]
        assert story.stage == "attract"
    story.act("start")
    story.act("choose", "juggling")
    assert story.stage == "choose"
    story.act("choose", "hinge")
    for action in ("start", "choose", "again", "done", "why", "privacy", "staff"):
        story.wait(1, somebody=True, gate="out_of_frame")
        story.flow.act(story.now, action, "hinge")  # type: ignore[arg-type]
        assert story.stage == "place"


def test_a_cue_stays_long_enough_to_be_read(story: Story) -> None:
    story.go_live()
    story.wait(0.1, somebody=True, cue=Cue("hips_stay", "Push your hips back"))
    story.wait(1.5, somebody=True)
    assert story.flow.view.cue == Cue("hips_stay", "Push your hips back")
    story.wait(1, somebody=True)
    assert story.flow.view.cue is None


def test_when_the_program_ends_the_set_in_progress_is_saved(story: Story) -> None:
    story.go_live("hinge", REP)
    story.flow.stop(story.now)
    assert story.saved[0][2] == "stopped"
    story.flow.stop(story.now)
    assert len(story.saved) == 1
    assert story.stage == "attract"


def test_with_a_clip_the_station_taps_itself_again_and_again() -> None:
    story = Story().begin(demo=True)
    story.camera = ENDED
    for round_ in (1, 2):
        story.wait(4.3)
        assert story.stage == "choose"
        story.wait(3.1)
        assert len(story.begun) == round_
        assert story.stage == "place"
        # The state of the round before, until the first frame of this one.
        story.wait(0.5)
        assert story.stage == "place"
        story.camera = LIVE
        story.sets.reps = (REP,)
        story.wait(3, somebody=True)
        assert story.stage == "live"
        story.camera = ENDED
        story.wait(0.2)
        assert story.stage == "summary"
        assert story.saved[-1][2] == "finished"
        assert story.flow.ended_sets == round_
        story.wait(6.1)
        assert story.stage == "attract"


def test_a_camera_or_clip_that_still_starts_is_waited_for() -> None:
    story = Story().begin(demo=True)
    story.now += 30
    story.wait(3.8)
    assert story.stage == "attract", "the first screen counts from when it is seen"
    story.camera = STARTING
    story.wait(3.5)
    assert story.stage == "place"
    story.wait(30)
    assert story.stage == "place"
    story.wait(61)
    assert story.stage == "attract", "but not for ever"


def test_a_demo_lets_whoever_touches_it_choose() -> None:
    story = Story().begin(demo=True)
    story.wait(4.3)
    story.flow.touch(story.now)
    story.wait(20)
    assert story.stage == "choose"
    story.act("choose", "rdl")
    assert story.flow.view.exercise.id == "rdl"
