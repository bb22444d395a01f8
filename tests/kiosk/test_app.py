"""What all screens have in common: questions, notices, language and settings, by real touches."""

from collections.abc import Callable

import pytest

from station.kiosk import words
from station.kiosk.timing import Timing
from station.kiosk.view import Stage
from station.settings import Settings
from station.vision import CameraState
from tests.kiosk.people import PANELS, Panel, nobody, pose, room
from tests.kiosk.wall import EXERCISES, Wall, settings_of, snapshot_of

Hang = Callable[..., Wall]
GONE = CameraState("offline", "The camera is not connected.")
STAGES: tuple[Stage, ...] = (
    *("attract", "choose", "place", "start", "live", "summary"),
    *("why", "privacy", "staff"),
)


def go_live(wall: Wall) -> None:
    wall.wait(1.0)
    wall.context.act("start")
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    wall.watch(2.0, lambda t: pose(wall.clock.now), room())
    assert wall.screen == "live"


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[3]], ids=str)
def test_a_question_lies_over_the_screen_and_takes_every_touch(hang: Hang, panel: Panel) -> None:
    wall = hang(panel)
    for stage, question, text, keep, change in (
        ("choose", "still_there", words.STILL_THERE, words.STILL_YES, words.STILL_NO),
        ("live", "end_set", words.END_SET, words.END_SET_NO, words.END_SET_YES),
    ):
        asked = wall.put(wall.view(stage, snapshot=snapshot_of(), asking=question, left_s=8.2))
        assert {text, keep, change, "9"} <= set(wall.texts())
        for x in range(20, panel.width, panel.width // 4):
            for y in range(20, panel.height, panel.height // 4):
                wall.tap(x, y)
        wall.step(2)
        answers = {"stay", "done"} if question == "still_there" else {"no", "yes"}
        assert {action for action, _ in asked.acts} <= answers
        asked.acts.clear()
        wall.press(keep)
        wall.press(change)
        assert [action for action, _ in asked.acts] == (
            ["stay", "done"] if question == "still_there" else ["no", "yes"]
        )
        assert asked.touches > 15
        asked.view = wall.view(stage, snapshot=snapshot_of())
        wall.step(2)
        assert text not in wall.texts()


def test_a_member_at_a_distance_is_not_cut_short_by_somebody_who_taps(hang: Hang) -> None:
    wall = hang()
    go_live(wall)
    wall.context.act("finish")
    wall.watch(1.0, lambda t: pose(wall.clock.now), room())
    assert words.END_SET in wall.texts()
    wall.press(words.END_SET_NO)
    wall.watch(1.0, lambda t: pose(wall.clock.now), room())
    assert wall.screen == "live"
    assert words.END_SET not in wall.texts()


def test_still_there_is_answered_by_a_touch_anywhere(hang: Hang) -> None:
    wall = hang(timing=Timing(idle_s=2.0))
    wall.wait(1.0)
    wall.context.act("why")
    wall.wait(2.2)
    assert words.STILL_THERE in wall.texts()
    wall.touch(5, 5)
    assert (wall.screen, words.STILL_THERE in wall.texts()) == ("why", False)
    wall.wait(22.5)
    assert wall.screen == "attract"
    assert words.STILL_THERE not in wall.texts()


def test_what_is_wrong_or_unusual_is_said_on_every_screen(hang: Hang) -> None:
    wall = hang()
    wall.notices = [words.NETWORK]
    for stage in STAGES:
        wall.put(wall.view(stage, camera=GONE))
        wall.app._camera = lambda: GONE
        told = "\n".join(wall.texts())
        assert words.NETWORK in told, stage
        assert GONE.message in told, stage


def test_the_session_speaks_its_language_and_the_next_one_the_stations(hang: Hang) -> None:
    wall = hang(timing=Timing(nobody_s=1.0))
    wall.notices = [words.NETWORK]
    wall.wait(1.0)
    english = set(wall.texts())
    wall.context.act("language", "de")
    wall.wait(0.2)
    german = set(wall.texts())
    assert not any(text in english for text in german if len(text) > 12)
    wall.context.act("start")
    wall.wait(1.0)
    wall.context.act("choose", "hinge")
    wall.watch(0.2, lambda t: nobody(wall.clock.now), room())
    assert wall.context.language == "de"
    wall.watch(1.2, lambda t: nobody(wall.clock.now), room())
    assert wall.screen == "attract"
    assert set(wall.texts()) == english


def test_other_settings_change_the_screens_once_nobody_is_there(hang: Hang) -> None:
    wall = hang(screen={"nobody_s": 1.0})
    before = wall.app.metrics
    changed = settings_of(Panel(1280, 720, 388.0), "de", nobody_s=2.0)
    changed = Settings.model_validate(
        changed.model_dump() | {"camera": {"mirror": False}, "station": {"language": "de"}}
    )
    go_live(wall)
    wall.context.apply(changed)
    wall.watch(0.5, lambda t: pose(wall.clock.now), room())
    assert wall.app.metrics == before
    assert wall.context.mirrored
    wall.watch(1.4, lambda t: nobody(wall.clock.now), room())
    wall.wait(0.2)
    assert wall.screen == "attract"
    assert wall.app.metrics.px_per_mm == pytest.approx(before.px_per_mm / 2)
    assert (wall.context.language, wall.context.mirrored) == ("de", False)
    assert wall.context.settings is changed
    go_live(wall)


def test_a_window_manager_may_close_the_window_but_for_on_a_wall(hang: Hang) -> None:
    assert not hang().window.dispatch("on_request_close")


def test_the_exercises_have_names_in_the_sessions_language(hang: Hang) -> None:
    context = hang(language="de").context
    names = [context.translate(context.name_of(i)) for i in EXERCISES]
    assert names[0] != EXERCISES["hinge"].name
    assert context.name_of("a_drill_of_ours") == "A drill of ours"
