"""The flow's stories, without a window, a checker or a clock."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from station.hinge import Angles, Back, Cue, Gate, Neck, Rep, Summary, Update, View
from station.kiosk.flow import Flow, Timing
from station.kiosk.sets import Snapshot
from station.vision import CameraState, Pose

LIVE = CameraState("live", "The camera is live.")
GONE = CameraState("offline", "The camera is not connected.")
ENDED = CameraState("ended", "The clip has ended.")

REP = Rep(
    kind="rep",
    start_s=0,
    bottom_s=1,
    end_s=2,
    pattern="hinge",
    angles=Angles(60, 80, 20, 0, None, None),
    back=Back("flat"),
    neck=Neck("cannot_tell"),
    faults=(),
    clean=True,
    cue=None,
)


@dataclass
class FakeSets:
    """A set whose frames the story writes by hand."""

    newest: Snapshot | None = None
    reps: tuple[Rep, ...] = ()
    begun: int = 0
    running: bool = False
    number: int = 0

    def begin(self) -> None:
        self.newest, self.reps, self.running = None, (), True
        self.begun += 1

    def finish(self) -> Summary | None:
        self.running = False
        return Summary("hinge", 10.0, View("side"), 8.0, {}, self.reps)

    def see(
        self, *, somebody: bool = True, gate: str | None = None, cue: Cue | None = None
    ) -> None:
        landmarks = np.full((33, 4), 1.0 if somebody else np.nan, dtype=np.float32)
        update = Update(
            0.0,
            Gate(gate if somebody else "nobody"),
            View(),
            "standing",
            None,
            None,
            False,
            None,
            len(self.reps),
            0,
            0,
            None,
            cue,
        )
        self.number += 1
        pose = Pose(0.0, (640, 480), landmarks, landmarks[:, :3], None, None)
        self.newest = Snapshot(self.number, None, pose, update, self.reps)


@dataclass
class Story:
    """Time passes; the camera sees the same thing at ten frames a second."""

    restarted: list[float] = field(default_factory=list)
    saved: list[tuple[Summary, float, str]] = field(default_factory=list)
    now: float = 100.0
    camera: CameraState = LIVE

    def begin(self, *, clip: bool = False, **timing: float) -> "Story":
        self.sets = FakeSets()
        self.flow = Flow(
            self.sets,
            now=self.now,
            timing=Timing(**timing),
            save=lambda *given: self.saved.append(given),
            restart_clip=(lambda: self.restarted.append(self.now)) if clip else None,
        )
        return self

    def wait(self, seconds: float, **seen: object) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += 0.1
            if seen and self.sets.running:
                self.sets.see(**seen)  # type: ignore[arg-type]
            self.flow.tick(self.now, self.camera)

    def tap(self) -> None:
        self.wait(1.0)
        self.flow.press(self.now)

    @property
    def stage(self) -> str:
        return self.flow.view.stage


@pytest.fixture
def story() -> Story:
    return Story().begin()


def test_a_member_taps_stands_side_on_hinges_and_walks_off(story: Story) -> None:
    assert story.stage == "attract"
    story.tap()
    assert story.stage == "place"
    story.wait(3, somebody=True, gate="turn")
    assert story.stage == "place"
    story.wait(1, somebody=True)
    assert story.stage == "live"
    story.sets.reps = (REP,)
    story.wait(5, somebody=True)
    assert story.flow.view.snapshot is not None
    story.wait(10.2, somebody=False)
    assert story.stage == "summary"
    assert story.flow.view.summary is not None
    summary, seconds, outcome = story.saved[0]
    assert summary.reps == (REP,)
    assert seconds == pytest.approx(5.5, abs=0.5)
    assert outcome == "left"
    story.wait(20.2)
    assert story.stage == "attract"


def test_the_set_is_live_only_once_the_gate_has_stayed_open(story: Story) -> None:
    story.tap()
    for _ in range(10):
        story.wait(0.3, somebody=True)
        story.wait(0.1, somebody=True, gate="out_of_frame")
    assert story.stage == "place"


def test_nothing_of_a_member_is_left_when_the_first_screen_is_back(story: Story) -> None:
    story.tap()
    story.sets.reps = (REP,)
    story.wait(3, somebody=True, cue=Cue("praise", "Clean"))
    story.flow.press(story.now)
    story.wait(21)
    view = story.flow.view
    assert (view.stage, view.snapshot, view.cue, view.summary) == ("attract", None, None, None)
    assert not story.sets.running


def test_who_taps_and_goes_leaves_no_set_behind(story: Story) -> None:
    story.tap()
    story.wait(10.2, somebody=False)
    assert story.stage == "attract"
    assert story.saved == []


def test_who_hinges_not_once_sees_no_summary(story: Story) -> None:
    story.tap()
    story.wait(2, somebody=True)
    assert story.stage == "live"
    story.wait(10.2, somebody=False)
    assert story.stage == "attract"
    assert story.saved == []


def test_somebody_in_the_background_does_not_hold_the_station(story: Story) -> None:
    story.tap()
    story.wait(60.2, somebody=True, gate="out_of_frame")
    assert story.stage == "attract"
    story.tap()
    story.sets.reps = (REP,)
    story.wait(2, somebody=True)
    story.wait(60.2, somebody=True, gate="turn")
    assert story.stage == "summary"


def test_a_camera_that_is_gone_ends_the_set_like_a_member_who_left(story: Story) -> None:
    story.tap()
    story.sets.reps = (REP,)
    story.wait(2, somebody=True)
    story.camera = GONE
    story.wait(5)
    assert story.stage == "live"
    assert story.flow.view.camera.kind == "offline"
    story.wait(5.5)
    assert story.stage == "summary"
    assert story.saved[0][2] == "left"


def test_the_key_ends_the_set_and_then_the_summary(story: Story) -> None:
    story.tap()
    story.sets.reps = (REP,)
    story.wait(2, somebody=True)
    story.flow.press(story.now)
    assert story.stage == "summary"
    assert story.saved[0][2] == "finished"
    story.tap()
    assert story.stage == "attract"


def test_the_second_touch_of_one_tap_is_swallowed(story: Story) -> None:
    story.tap()
    story.flow.press(story.now + 0.1)
    assert story.stage == "place"


def test_a_cue_stays_long_enough_to_be_read(story: Story) -> None:
    story.tap()
    story.wait(2, somebody=True)
    story.wait(0.1, somebody=True, cue=Cue("hips_stay", "Push your hips back"))
    story.wait(1.5, somebody=True)
    assert story.flow.view.cue == Cue("hips_stay", "Push your hips back")
    story.wait(1, somebody=True)
    assert story.flow.view.cue is None


def test_when_the_program_ends_the_set_in_progress_is_saved(story: Story) -> None:
    story.tap()
    story.sets.reps = (REP,)
    story.wait(2, somebody=True)
    story.flow.stop(story.now)
    assert story.saved[0][2] == "stopped"
    story.flow.stop(story.now)
    assert len(story.saved) == 1


def test_with_a_clip_the_station_taps_itself_again_and_again() -> None:
    story = Story().begin(clip=True, summary_s=6.0)
    story.camera = ENDED
    for round_ in (1, 2):
        story.wait(4.1)
        assert len(story.restarted) == round_
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
