"""The live screen: what it says when, and how large."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.hinge import INSTRUCTIONS, Cue, FrontReport, Rep
from station.hinge.front import CUES, Point
from station.i18n import translator
from station.kiosk import coaching_words, palette, words
from station.kiosk.coaching_words import live_note, live_words
from station.kiosk.depth import DEEPEST, Depth, depth_of
from station.kiosk.sets import Snapshot
from station.kiosk.view import LANGUAGES, View
from station.vision import CameraState
from tests.kiosk import recorded
from tests.kiosk.people import PANELS, Panel, bend, pose, room
from tests.kiosk.wall import EXERCISES, LIVE, Wall, snapshot_of

Hang = Callable[..., Wall]
ROOM = room()
GONE = CameraState("offline", "The camera is not connected.")


@cache
def after(seconds: float, exercise: str = "hinge", rounding: float = 0.0) -> Snapshot:
    """Somebody who stands and then hinges, a bend each three seconds, after so long."""

    def someone(t: float) -> Any:
        return pose(t, bend(t), rounding=rounding * bend(t))

    return snapshot_of(someone, seconds, exercise, ROOM)


def view(snapshot: Snapshot, cue: Cue | None = None, exercise: str = "hinge") -> View:
    return View("live", LIVE, EXERCISES[exercise], "en", snapshot=snapshot, cue=cue)


def said(snapshot: Snapshot, cue: Cue | None = None, exercise: str = "hinge") -> tuple[str, ...]:
    return live_words(view(snapshot, cue, exercise), mirrored=True, brief=False).texts


def with_rep(snapshot: Snapshot, **changed: Any) -> Snapshot:
    """The same, the last bend having been different."""
    rep: Rep = replace(snapshot.reps[-1], **changed)
    return replace(snapshot, reps=(*snapshot.reps[:-1], rep))


STANDING, BENT = 4.8, 6.0
"""Seconds after which somebody who hinges stands after one bend, and is in the next."""


def test_a_cue_has_the_word_and_without_one_the_exercise() -> None:
    down = EXERCISES["hinge"].phases.down
    assert said(after(1.4)) == (down,)
    assert said(after(STANDING), Cue("hips_stay", "Push your hips back")) == (
        "Push your hips back",
    )


def test_praise_is_for_the_bend_that_is_over() -> None:
    praise = Cue("praise", "Clean")
    assert said(after(STANDING), praise) == ("Clean",)
    assert "Clean" not in said(after(BENT), praise)


def test_the_last_bend_is_told_between_bends_only() -> None:
    note = live_note(view(after(STANDING)))
    assert [line.text for line in note.lines] == [words.MOVED["hinge"], words.BACKS["flat"]]
    assert live_note(view(after(BENT))).lines[0].text == words.SAFETY
    assert live_note(view(after(1.4))).lines[0].text == words.SAFETY


def test_it_never_contradicts_the_cue_beside_it() -> None:
    """A cue from the midst of a bend may still stand when the verdict has taken it back."""
    standing = after(STANDING)
    taken_back = Cue("back_rounds", "Keep your back long")
    assert live_note(view(standing, taken_back)).lines[0].text == words.SAFETY
    confirmed = with_rep(standing, faults=("back_rounds",), clean=False)
    assert live_note(view(confirmed, taken_back)).lines[0].text == words.MOVED["hinge"]
    assert live_note(view(standing, Cue("praise", "Clean"))).lines[0].text == words.MOVED["hinge"]


def test_it_says_which_part_of_the_back_rounded() -> None:
    standing = after(STANDING, rounding=0.16)
    back = replace(standing.reps[-1].back, verdict="rounded", low=0.1, high=0.01)
    low = live_note(view(with_rep(standing, back=back)))
    assert low.lines[1] == words.Said(coaching_words.PARTS["low_back"], "change")


@pytest.mark.parametrize("reason", [*coaching_words.BECAUSE, "something new"])
def test_cannot_tell_is_said_as_such_with_its_reason(reason: str) -> None:
    standing = after(STANDING)
    back = replace(standing.reps[-1].back, verdict="cannot_tell", reason=reason)
    unsure = with_rep(standing, back=back)
    told = said(unsure)
    assert told[0] == words.BACKS["cannot_tell"]
    assert told[1].endswith(".")
    assert words.BACKS["flat"] not in [line.text for line in live_note(view(unsure)).lines]


def test_an_everyday_pick_up_is_told_what_moved_and_has_no_score(hang: Hang) -> None:
    wall = hang()
    standing = after(STANDING, "pick_up")
    assert said(standing, exercise="pick_up") == (words.PATTERNS[standing.reps[-1].pattern],)
    wall.put(wall.view("live", "pick_up", snapshot=standing))
    assert "1" not in wall.texts()
    assert coaching_words.DEPTH not in wall.texts()


def test_a_set_looked_at_from_the_front_is_told_what_is_seen_there() -> None:
    cue = Cue("pelvis", CUES["pelvis"])
    front = FrontReport(1.0, True, (Point("pelvis", "fix", (12.0,)),), cue, False)
    turned = replace(view(after(1.4), Cue("turn", INSTRUCTIONS["turn"]), "warrior"), front=front)
    assert live_words(turned, mirrored=True, brief=False).texts == (cue.text,)


def test_the_arrow_points_to_the_members_own_back(hang: Hang) -> None:
    """Facing right in the camera's picture is facing left in the mirror: the back is right."""
    wall = hang()
    for facing in ("right", "left"):
        seen = snapshot_of(lambda t, way=facing: pose(t, facing=way), 1.0, frame=ROOM)
        wall.put(wall.view("live", snapshot=seen, cue=Cue("hips_stay", "Push your hips back")))
        assert wall.app.screen.turned == (facing == "right")
        plain = live_words(wall.app.flow.view, mirrored=False, brief=False)
        assert plain.turned == (facing == "left")


# Depth.


def test_the_full_mark_is_passed_when_the_rep_counts() -> None:
    exercise = EXERCISES["hinge"]
    bent = after(BENT).update
    for hips, full in ((44.0, False), (45.5, True)):
        depth = depth_of(exercise, replace(bent, depth_deg=30.0, hip_deg=hips), ())
        assert depth.full == full
        assert (depth.now > depth.full_at) == full


def test_todays_honest_depth_is_where_late_rounding_began() -> None:
    standing = after(STANDING)
    assert depth_of(EXERCISES["hinge"], standing.update, standing.reps).honest is None
    late = tuple(
        replace(standing.reps[-1], back=replace(standing.reps[-1].back, depth_deg=deg))
        for deg in (50.0, 54.0, 70.0)
    )
    depth = depth_of(EXERCISES["hinge"], replace(after(BENT).update, depth_deg=60.0), late)
    assert depth.honest == 54.0
    assert depth.past_honest


def test_nothing_measured_is_no_depth() -> None:
    empty = replace(after(STANDING).update, depth_deg=None, hip_deg=None)
    assert depth_of(EXERCISES["hinge"], empty, ()) == Depth(0.0, 45 * 0.77, False, None)


def test_the_gauge_goes_down_with_the_member_and_turns_orange_past_their_depth(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("live", snapshot=after(BENT)))
    gauge = wall.app.screen.ids.gauge
    assert gauge.height_of(0) == gauge.top
    assert gauge.height_of(DEEPEST) == pytest.approx(gauge.y)

    # Nobody shows it anything else meanwhile.
    wall.app.show = lambda _view: None

    def orange(depth: Depth) -> int:
        gauge.depth = depth
        x, y = (round(part) for part in gauge.to_window(gauge.x, gauge.y))
        picture = wall.picture()[::-1][y : y + round(gauge.height), x : x + round(gauge.bar)]
        wanted = np.array(palette.ORANGE[:3]) * 255
        return int((np.abs(picture - wanted).max(axis=2) < 14).sum())

    assert orange(Depth(60.0, 35.0, True, None)) == 0
    assert orange(Depth(60.0, 35.0, True, 50.0)) > 200


# On the wall.


def cue_texts(language: str) -> Iterator[str]:
    """Every cue there is, as it is read."""
    say = translator(language)
    for text in (*INSTRUCTIONS.values(), *CUES.values()):
        yield say(text)
    for exercise in EXERCISES.values():
        for fault in exercise.faults:
            for text in (fault.cue, fault.cue_now, fault.late.cue if fault.late else None):
                if text is not None:
                    yield say(text)


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_every_cue_is_as_high_as_it_must_be_from_two_metres(hang: Hang, panel: Panel) -> None:
    """26 mm on a 15.6 inch panel. On one of 88 mm no German word of 26 mm fits: there the icon is
    so high, and the words as high as any text."""
    wall = hang(panel)
    mm = panel.mm / min(panel.size)
    least = 12.0 if wall.app.metrics.compact else 26.0
    for notices in ([], [words.DEMO]):
        wall.notices = list(notices)
        wall.put(wall.view("live", snapshot=after(STANDING), cue=Cue("turn", "x")))
        screen = wall.app.screen
        band, sign = screen.ids.said, screen.ids.sign
        assert min(sign.size) * mm * (1.0 if wall.app.metrics.compact else 1.2) >= 20.0
        for language in LANGUAGES:
            for text in sorted(set(cue_texts(language)), key=len)[-14:]:
                screen.text = text
                assert band.fits, (text, panel)
                assert band.font_size * mm >= least - 0.05, (text, panel, band.font_size * mm)


@pytest.mark.parametrize("panel", [PANELS[0], PANELS[2]], ids=str)
def test_the_key_is_within_reach_where_that_is_asked_for(hang: Hang, panel: Panel) -> None:
    wall = hang(panel, screen={"keys_low": True})
    for stage in ("place", "start", "live"):
        wall.put(wall.view(stage, snapshot=after(STANDING)))
        key = wall.app.screen.ids.key
        assert min(key.size) >= wall.app.metrics.mm(20)
        assert key.to_window(*key.pos)[1] + key.height <= wall.app.metrics.reach + 1


def test_a_camera_that_stops_leaves_no_frozen_picture(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("live", snapshot=after(STANDING)))
    mirror = wall.app.screen.ids.mirror
    x, y = (round(part) for part in mirror.to_window(*mirror.pos))
    part = (slice(y + 40, y + 400), slice(x + 5, x + 150))
    assert wall.picture()[::-1][part].mean() > 50
    wall.put(wall.view("live", snapshot=after(STANDING), camera=GONE))
    assert GONE.message in wall.texts()
    assert np.ptp(wall.picture()[::-1][part].astype(int), axis=(0, 1)).max() < 3
    assert wall.app.screen.cue == "no_picture"
    wall.put(wall.view("live", snapshot=after(STANDING)))
    assert GONE.message not in wall.texts()
    assert wall.picture()[::-1][part].mean() > 50


def test_a_screen_that_is_left_forgets_the_member(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("live", snapshot=after(STANDING)))
    live = wall.app.screen
    wall.put(wall.view("attract"))
    assert (live.reps, live.marks, live.moved, live.back, live.text) == (0, [], "", "", "")
    assert live.ids.gauge.depth == Depth(0.0, 0.0, False, None)
    assert live.ids.mirror._snapshot is None


# The demo clip, by the real model.


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_the_demo_clips_person_is_told_what_they_do(
    hang: Hang, panel: Panel, request: pytest.FixtureRequest
) -> None:
    """A good hinge lights the button and is praised; a stoop marks the back while it lasts."""
    wall = hang(panel)
    folder = Path(os.environ.get("ARTIFACTS", request.config.rootpath / "artifacts")) / "kiosk"
    wall.clock.now += 1.0
    wall.context.act("start")
    wall.clock.now += 1.0
    wall.context.act("choose", "hinge")
    wall.step()
    cues, notes, parts, lit, last = set(), set(), set(), False, 0.0
    for someone in recorded.demo():
        wall.sets.on_frame(ROOM, someone)
        wall.clock.now += someone.t - last
        wall.step(1, draw=False)
        last = someone.t
        if wall.screen != "live":
            continue
        screen = wall.app.screen
        if screen.cue == "back_rounds" and "back_rounds" not in cues:
            wall.save_picture(folder / f"live-demo-{panel}.png")
        cues.add(screen.cue)
        notes |= {screen.moved, screen.back}
        parts |= screen.ids.mirror._emphasis.parts
        target = screen.ids.mirror._target
        lit = lit or (target is not None and target.lit)
    assert lit
    assert {"praise", "back_rounds"} <= cues
    assert "back" in parts
    assert parts <= {"back", "low_back"}
    told = {words.MOVED["hinge"], words.BACKS["flat"], words.MOVED["stoop"], words.BACKS["rounded"]}
    assert told <= notes
    assert wall.app.screen.marks == ["clean", "rep"]
