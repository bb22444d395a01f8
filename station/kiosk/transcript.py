"""What the member would see, in plain lines: for machines without a display."""

from collections.abc import Callable

from station.hinge import Exercise, Rep
from station.kiosk import words
from station.kiosk.flow import View
from station.kiosk.words import Translate


class Transcript:
    """Feeds on views; writes one line for each change."""

    def __init__(
        self,
        write: Callable[[str], None],
        exercise: Exercise,
        name_of: Callable[[str], str],
        translate: Translate,
    ) -> None:
        self._write = write
        self._exercise = exercise
        self._name_of = name_of
        self._ = translate
        self._stage = ""
        self._reps = 0
        self._cue = ""
        self._camera = ""

    def show(self, view: View) -> None:
        """Write what changed since the view before."""
        trouble = view.camera.kind in {"stalled", "offline"}
        camera = self._(view.camera.message) if trouble else ""
        if camera != self._camera:
            self._camera = camera
            self._write(f"[camera] {camera or self._(words.PICTURE_AGAIN)}")
        if view.stage != self._stage:
            self._stage, self._reps, self._cue = view.stage, 0, ""
            self._write(f"[{view.stage}] {self._opening(view)}")
        if view.snapshot is not None:
            for rep in view.snapshot.reps[self._reps :]:
                self._reps += 1
                self._write(f"[{view.stage}] {self._rep(rep)}")
        cue = self._(view.cue.text) if view.cue is not None else ""
        if cue and cue != self._cue:
            self._write(f"[{view.stage}] cue: {cue}")
        self._cue = cue

    def _opening(self, view: View) -> str:
        _ = self._
        if view.stage == "attract":
            return f"{' '.join(_(words.HEADLINE).split())} {_(words.START)}. {_(words.PRIVACY)}"
        if view.stage == "place":
            return f"{_(words.PLACE)}. {_(words.WHOLE_BODY)} {_(words.BY_ITSELF)}"
        if view.stage == "live" or view.summary is None:
            return f"{_(words.READY)}."
        said = words.summary_words(view.summary, self._exercise, self._name_of, _)
        counts = f"{said.reps} {_(words.REPS)}, {said.clean} {_(words.CLEAN)}"
        if said.attempts:
            counts += f", {said.attempts} {_(words.ATTEMPTS)}"
        if said.unsure:
            counts += f", {said.unsure} {_(words.UNSURE)}"
        work = f"{said.heading.text}: {said.advice}."
        parts = (f"{counts}.", said.pattern.text, said.back.text, work, said.cause, said.fix)
        return " ".join(part for part in (*parts, said.drill, _(words.SAFETY)) if part)

    def _rep(self, rep: Rep) -> str:
        moved, back = words.last_rep(rep, self._)
        verdict = self._(words.CLEAN) if rep.clean else self._(rep.cue) if rep.cue else ""
        said = [f"{rep.kind} {self._reps}: {rep.pattern}", moved.text, back.text, verdict]
        return ", ".join(part for part in said if part)
