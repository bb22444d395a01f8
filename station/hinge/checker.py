"""The checker: one pose in, one `Update` out; at the end a `Summary`."""

from collections import Counter, deque
from statistics import median

import numpy as np
from numpy.typing import NDArray

from station.hinge import angles as geometry
from station.hinge import back as backs
from station.hinge import landmarks as lm
from station.hinge.baseline import Baseline
from station.hinge.coach import Coach
from station.hinge.exercise import Exercise
from station.hinge.faults import onset_of, seen_now
from station.hinge.filters import OneEuro
from station.hinge.frame import Pose
from station.hinge.gate import TrustGate
from station.hinge.judge import judge
from station.hinge.reps import Bend, BendFinder, Frame
from station.hinge.verdict import Angles, Gate, Rep, Summary, Update, View
from station.hinge.view import ViewEstimator, view_of

GONE_S = 2.0
"""Nobody, or somebody else, for so long breaks off the bend under way."""

STANDING_PLACE_S = 1.0
"""Hip travel counts from where the hips were in the last upright frames of so many seconds."""

MIN_EAR_VISIBILITY = 0.5


class Checker:
    """Judges one set of one exercise. Feed every frame, then ask for the summary."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._view = ViewEstimator()
        self._gate = TrustGate()
        self._baseline = Baseline()
        self._bends = BendFinder(exercise.limits)
        self._coach = Coach(exercise)
        self._smooth = {name: OneEuro() for name in ("trunk", "hip", "far_hip", "knee", "shin")}
        self._places: deque[tuple[float, float]] = deque()
        self._reps: list[Rep] = []
        self._first_t: float | None = None
        self._t = 0.0
        self._member_t = 0.0
        self._yaws: list[float] = []
        self._open_s = 0.0
        self._closed_s: dict[str, float] = {}
        self._frames = 0
        self._last: Frame | None = None

    def update(self, pose: Pose) -> Update:
        """Take in the next frame. A frame whose time does not grow is passed over."""
        t, backwards = pose.t, self._first_t is not None and pose.t <= self._t
        landmarks = pose.landmarks
        body = None
        if np.isfinite(landmarks[:, :3]).all():
            if not backwards:
                self._view.update(t, landmarks)
            body = geometry.joints(landmarks, self._view.side, self._view.forward)
        view = self._view.view
        if backwards:
            return self._report(t, Gate("slow"), view, None, None, None)
        gate = self._gate.update(t, pose.size, landmarks, body, view)
        self._account(t, gate)
        if body is None:
            return self._without_body(t, gate, view)
        shape = backs.shape(pose.contour, body.forward)
        seen = self._measure(t, body, landmarks)
        frame = Frame(
            t=t,
            closed=gate.reason,
            angles=seen,
            back=shape,
            ankles=(float(landmarks[lm.LEFT_ANKLE, 0]), float(landmarks[lm.RIGHT_ANKLE, 0])),
            thigh=body.thigh,
        )
        rep = self._advance(frame, landmarks)
        return self._report(
            t,
            gate,
            view,
            self._smoothed(seen),
            shape if isinstance(shape, backs.Shape) else None,
            rep,
        )

    def finish(self) -> Summary:
        """The set's summary; a bend under way is judged as broken off."""
        self._break_off()
        if self._frames == 1 and not self._reps and self._last is not None:
            self._judge_still(self._last)
        full = [rep for rep in self._reps if rep.kind == "rep"]
        clean_set = bool(full) and all(rep.clean for rep in full)
        # Bends that could not be trusted are worked on only where nothing else was done.
        told = full or self._reps
        faults = Counter(name for rep in told for name in rep.faults)
        most = max(self.exercise.faults, key=lambda fault: faults[fault.name], default=None)
        fault = most if most is not None and faults[most.name] else None
        onset = onset_of(fault.name, told) if fault else None
        return Summary(
            exercise=self.exercise.id,
            duration_s=self._t - self._first_t if self._first_t is not None else 0.0,
            view=self._set_view(),
            open_s=self._open_s,
            closed_s=dict(self._closed_s),
            reps=tuple(self._reps),
            work_on=fault.name if fault else None,
            onset=onset,
            cue=fault.told(onset).cue if fault else None,
            drill=fault.drill if fault else None,
            next_rungs=self.exercise.next_rungs if clean_set else (),
        )

    def _set_view(self) -> View:
        """The view over the whole set: the median, so that walking off at the end tells nothing."""
        return view_of(median(self._yaws), self._view.forward) if self._yaws else View()

    def _account(self, t: float, gate: Gate) -> None:
        if self._first_t is None:
            self._first_t = self._t = self._member_t = t
        dt = t - self._t
        if gate.reason is None:
            self._open_s += dt
        else:
            self._closed_s[gate.reason] = self._closed_s.get(gate.reason, 0.0) + dt
        if gate.reason not in ("nobody", "another_person"):
            self._member_t = t
        self._t = t

    def _without_body(self, t: float, gate: Gate, view: View) -> Update:
        rep = None
        if t - self._member_t > GONE_S:
            rep = self._break_off()
        self._baseline.interrupt()
        return self._report(t, gate, view, None, None, rep)

    def _measure(self, t: float, body: geometry.Joints, landmarks: NDArray[np.float32]) -> Angles:
        """The raw angles of this frame, absolute; hip travel against the standing place."""
        ear = self._view.side["ear"]
        place = median(x for _, x in self._places) if self._places else None
        return Angles(
            trunk=geometry.trunk_inclination(body),
            hip_flexion=geometry.hip_flexion(body),
            knee_flexion=geometry.knee_flexion(body),
            shin=geometry.shin_angle(body),
            neck=geometry.neck_angle(body) if landmarks[ear, 3] >= MIN_EAR_VISIBILITY else None,
            hip_travel=(
                None
                if place is None
                else body.forward * (place - body.hip[0]) / max(body.thigh, 1.0)
            ),
        )

    def _advance(self, frame: Frame, landmarks: NDArray[np.float32]) -> Rep | None:
        """Move baseline, standing place and bends on by one frame with a body."""
        self._frames += 1
        self._last = frame
        yaw = self._view.view.yaw_deg
        if yaw is not None:
            self._yaws.append(yaw)
        t, angles = frame.t, frame.angles
        if not frame.trusted:
            self._baseline.interrupt()
            if t - self._member_t > GONE_S:
                return self._break_off()
        base = self._baseline.standing.angles if self._baseline.standing else None
        side = self._view.side
        far = geometry.LEFT_SIDE if side is geometry.RIGHT_SIDE else geometry.RIGHT_SIDE
        far_hip = geometry.hip_flexion(geometry.joints(landmarks, far, self._view.forward))
        trunk = self._smooth["trunk"](t, angles.trunk) - (base.trunk if base else 0.0)
        hip = self._smooth["hip"](t, angles.hip_flexion) - (base.hip_flexion if base else 0.0)
        far_hip = self._smooth["far_hip"](t, far_hip) - (base.hip_flexion if base else 0.0)
        self._smooth["knee"](t, angles.knee_flexion)
        self._smooth["shin"](t, angles.shin)
        bend = self._bends.update(frame, trunk, hip, far_hip)
        if self._bends.phase == "standing" and frame.trusted:
            shape = frame.back if isinstance(frame.back, backs.Shape) else None
            self._baseline.update(t, angles, shape)
            hip_x = landmarks[side["hip"], 0]
            self._places.append((t, float(hip_x)))
            while t - self._places[0][0] > STANDING_PLACE_S:
                self._places.popleft()
        return (
            None
            if bend is None
            else self._keep(judge(bend, self._baseline.standing, self.exercise))
        )

    def _break_off(self) -> Rep | None:
        bend = self._bends.abandon()
        if bend is None:
            return None
        return self._keep(judge(bend, self._baseline.standing, self.exercise))

    def _judge_still(self, frame: Frame) -> None:
        self._keep(judge(Bend((frame,), from_start=True, broken=True), None, self.exercise))

    def _keep(self, rep: Rep | None) -> Rep | None:
        if rep is not None:
            self._reps.append(rep)
        return rep

    def _smoothed(self, seen: Angles) -> Angles:
        value = {name: smooth(self._t, 0.0) for name, smooth in self._smooth.items()}
        return Angles(
            value["trunk"], value["hip"], value["knee"], value["shin"], seen.neck, seen.hip_travel
        )

    def _report(
        self,
        t: float,
        gate: Gate,
        view: View,
        angles: Angles | None,
        shape: backs.Shape | None,
        rep: Rep | None,
    ) -> Update:
        standing = self._baseline.standing
        known = standing.back if standing is not None else None
        sagitta = None
        if shape is not None:
            sagitta = shape.mean - (known.mean if known is not None else 0.0)
        rounds = angles is not None and backs.rounds(shape, known, angles.trunk, angles.neck)
        seen: frozenset[str] = frozenset()
        if angles is not None and gate.open and self._bends.phase == "bending":
            seen = seen_now(angles, standing, rounds=rounds, exercise=self.exercise)
        return Update(
            t=t,
            gate=gate,
            view=view,
            phase=self._bends.phase,
            angles=angles,
            sagitta=sagitta,
            rounds=rounds,
            dorsal=shape.points if shape is not None else None,
            reps=sum(r.kind == "rep" for r in self._reps),
            attempts=sum(r.kind == "attempt" for r in self._reps),
            clean=sum(r.clean for r in self._reps),
            rep=rep,
            cue=self._coach.update(t, gate, seen, rep),
        )
