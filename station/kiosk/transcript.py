"""What the member would see, in plain lines: for machines without a display."""

from collections.abc import Callable
from typing import Protocol

from station.hinge import Exercise, Rep
from station.kiosk import words
from station.kiosk.coaching_words import start_words
from station.kiosk.questions import ASKED
from station.kiosk.summary_words import summary_words
from station.kiosk.view import View
from station.kiosk.words import Translate


class Speaker(Protocol):
    """What the transcript asks of `screens.base.Context`."""

    def translate(self, english: str) -> str: ...
    def name_of(self, exercise_id: str) -> str: ...
    def exercises(self) -> list[Exercise]: ...


class Transcript:
    """Feeds on views; writes one line for each change."""

    def __init__(
        self,
        write: Callable[[str], None],
        speaker: Speaker,
    ) -> None:
        self._write = write
        self._speaker = speaker
        self._: Translate = speaker.translate
        self._stage = ""
        self._reps = 0
        self._cue = ""
        self._camera = ""
        self._asked = ""

    def show(self, view: View) -> None:
        """Write what changed since the view before."""
        trouble = view.camera.kind in {"stalled", "offline"}
        camera = self._(view.camera.message) if trouble else ""
        if camera != self._camera:
            self._camera = camera
            self._write(f"[camera] {camera or self._(words.PICTURE_AGAIN)}")
        if view.stage != self._stage:
            self._stage, self._cue = view.stage, ""
            if view.stage not in {"start", "live"}:
                self._reps = 0
            self._write(f"[{view.stage}] {self._opening(view)}")
        if view.snapshot is not None:
            for rep in view.snapshot.reps[self._reps :]:
                self._reps += 1
                self._write(f"[{view.stage}] {self._rep(rep)}")
        cue = self._cue_of(view)
        if cue and cue != self._cue:
            self._write(f"[{view.stage}] cue: {cue}")
        self._cue = cue
        asked = " / ".join(self._(text) for text in ASKED[view.asking]) if view.asking else ""
        if asked and asked != self._asked:
            self._write(f"[{view.stage}] asked: {asked}")
        self._asked = asked

    def _cue_of(self, view: View) -> str:
        if view.stage == "start":
            return " ".join(self._(text) for text in start_words(view).texts)
        return self._(view.cue.text) if view.cue is not None else ""

    def _opening(self, view: View) -> str:
        _ = self._
        if view.stage == "attract":
            return f"{' '.join(_(words.HEADLINE).split())} {_(words.START)}. {_(words.PRIVACY)}"
        if view.stage == "choose":
            names = [_(exercise.name) for exercise in self._speaker.exercises()]
            return f"{_(words.CHOOSE)} {', '.join(names)}."
        if view.stage == "place":
            return f"{_(view.exercise.name)}. {_(words.WHOLE_BODY)} {_(words.BY_ITSELF)}"
        if view.stage == "start":
            return ". ".join(map(_, view.exercise.phases.start)) + "."
        if view.stage == "why":
            return f"{_(words.WHY)}"
        if view.stage == "privacy":
            return f"{_(words.SEEN)}: {view.sent or '-'}"
        if view.stage == "staff":
            return ""
        if view.stage == "live" or view.summary is None:
            return f"{_(words.READY)}."
        said = summary_words(view.summary, view.exercise, self._speaker.name_of, _)
        counts = f"{said.reps} {_(words.REPS)}, {said.clean} {_(words.CLEAN)}"
        if said.attempts:
            counts += f", {said.attempts} {_(words.ATTEMPTS)}"
        if said.unsure:
            counts += f", {said.unsure} {_(words.UNSURE)}"
        work = f"{said.heading.text}: {said.advice}."
        parts = (f"{counts}.", said.pattern.text, said.back.text, work, said.cause, said.fix)
        onward = (f"{each.label}." for each in said.nexts)
        return " ".join(part for part in (*parts, *onward, _(words.SAFETY)) if part)

    def _rep(self, rep: Rep) -> str:
        moved, back = words.last_rep(rep, self._)
        verdict = self._(words.CLEAN) if rep.clean else self._(rep.cue) if rep.cue else ""
        said = [f"{rep.kind} {self._reps}: {rep.pattern}", moved.text, back.text, verdict]
        return ", ".join(part for part in said if part)
