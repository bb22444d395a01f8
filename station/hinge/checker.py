"""The checker: one pose in, one `Update` out; at the end a `Summary`."""

from collections import Counter, deque
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from station.hinge import angles as geometry
from station.hinge import back as backs
from station.hinge import landmarks as lm
from station.hinge.baseline import NOMINAL, Baseline, Standing
from station.hinge.coach import Coach
from station.hinge.exercise import Exercise
from station.hinge.faults import onset_of, seen_now
from station.hinge.filters import OneEuro
from station.hinge.frame import Pose
from station.hinge.gate import TrustGate
from station.hinge.judge import judge
from station.hinge.person import GONE_S, PersonLock
from station.hinge.reps import Bend, BendFinder, Frame
from station.hinge.verdict import Angles, Gate, Place, Rep, Summary, Update, View
from station.hinge.view import ViewEstimator, view_of

STANDING_PLACE_S = 1.0
"""Hip travel counts from where the hips were in the last upright frames of so many seconds."""

PLACE_S = 0.2
"""... and that median is taken again at most so often."""

MAX_PENDING = 12
"""Bends kept to be judged again once a standing has been seen; further ones stay as they are."""

MIN_EAR_VISIBILITY = 0.5


class Checker:
    """Judges one set of one exercise. Feed every frame, then ask for the summary."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self._person = PersonLock()
        self._gate = TrustGate()
        self._coach = Coach(exercise)
        self._meet()
        self._reps: list[Rep] = []
        self._counts = Counter[str]()
        self._pending: list[tuple[int, Bend]] = []
        self._first_t: float | None = None
        self._t = 0.0
        self._member_t = 0.0
        self._yaws = Counter[int]()
        self._open_s = 0.0
        self._closed_s: dict[str, float] = {}
        self._frames = 0
        self._last: Frame | None = None

    def update(self, pose: Pose) -> Update:
        """Take in the next frame. A frame whose time does not grow is passed over."""
        t, landmarks = pose.t, pose.landmarks
        if self._first_t is not None and t <= self._t:
            return self._report(t, Gate("slow"), self._view.view, None, None, None)
        finite = bool(np.isfinite(landmarks[:, :3]).all())
        sight = self._person.update(t, landmarks if finite else None)
        left = self._next_member() if sight == "new" and self._last is not None else None
        body = None
        if sight in ("member", "new"):
            self._view.update(t, landmarks)
            body = geometry.joints(landmarks, self._view.side, self._view.forward)
        view = self._view.view
        gate = self._gate.update(
            t, pose.size, landmarks, body, view, sight, walking=self._person.walking
        )
        self._account(t, gate, present=body is not None)
        if body is None or gate.reason == "implausible":
            return self._without_body(t, gate, view, left)
        shape = backs.shape(pose.contour, body.forward)
        frame = self._measure(t, gate, body, landmarks, shape)
        seen = frame.angles
        rep = self._advance(frame, body, landmarks)
        return self._report(
            t,
            gate,
            view,
            self._smoothed(seen),
            shape if isinstance(shape, backs.Shape) else None,
            rep or left,
        )

    def finish(self) -> Summary:
        """The set's summary; a bend under way is judged as broken off, and reps from before the
        first standing are judged again by it."""
        self._break_off()
        self._look_back()
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
        depths = [rep.back.depth_deg for rep in full if rep.back.depth_deg is not None]
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
            depth_deg=median(depths) if depths else None,
        )

    def _set_view(self) -> View:
        """The view over the whole set: the median, so that walking off at the end tells nothing."""
        half = self._yaws.total() / 2
        for yaw in sorted(self._yaws):
            half -= self._yaws[yaw]
            if half <= 0:
                return view_of(float(yaw), self._view.forward)
        return View()

    def _meet(self) -> None:
        """Nothing is known yet of the member who is in front of the camera from now on."""
        self._view = ViewEstimator()
        self._baseline = Baseline(self.exercise.limits.posture)
        self._bends = BendFinder(self.exercise.limits)
        self._smooth = {name: OneEuro() for name in ("trunk", "hip", "far_hip", "knee", "shin")}
        self._held = (0.0, 0.0, 0.0)
        self._places: deque[tuple[float, float]] = deque()
        self._stood: Place | None = None
        self._place: float | None = None
        self._place_t = 0.0

    def _next_member(self) -> Rep | None:
        """Somebody else is the member: the bend under way was the last one's and ends here."""
        rep = self._break_off()
        self._look_back()
        self._meet()
        self._gate.renew()
        return rep

    def _account(self, t: float, gate: Gate, *, present: bool) -> None:
        if self._first_t is None:
            self._first_t = self._t = self._member_t = t
        dt = t - self._t
        if gate.reason is None:
            self._open_s += dt
        else:
            self._closed_s[gate.reason] = self._closed_s.get(gate.reason, 0.0) + dt
        if present:
            self._member_t = t
        self._t = t

    def _without_body(self, t: float, gate: Gate, view: View, left: Rep | None) -> Update:
        """A frame without the member's angles: the bend under way waits, but not for ever."""
        rep = left
        if t - self._member_t > GONE_S:
            rep = self._break_off() or left
        elif self._last is not None and gate.reason is not None:
            held = replace(self._last, t=t, closed=gate.reason, back=gate.reason, judged=False)
            bend = self._bends.update(held, *self._held)
            rep = left if bend is None else self._keep(bend)
        self._baseline.interrupt()
        return self._report(t, gate, view, None, None, rep)

    def _measure(
        self,
        t: float,
        gate: Gate,
        body: geometry.Joints,
        landmarks: NDArray[np.float32],
        shape: backs.Shape | str,
    ) -> Frame:
        """What is kept of this frame: raw angles, absolute; hip travel from the standing place."""
        side, points = self._view.side, landmarks[:, :2].tolist()
        ear_seen = float(landmarks[side["ear"], 3]) >= MIN_EAR_VISIBILITY
        heels = (points[lm.LEFT_HEEL][0], points[lm.RIGHT_HEEL][0])
        heel = min(heels) if body.forward > 0 else max(heels)
        nose = points[lm.NOSE]
        eye = points[lm.LEFT_EYE if side is geometry.LEFT_SIDE else lm.RIGHT_EYE]
        face = ((nose[0] + eye[0]) / 2, (nose[1] + eye[1]) / 2)
        angles = Angles(
            trunk=geometry.trunk_inclination(body),
            hip_flexion=geometry.hip_flexion(body),
            knee_flexion=geometry.knee_flexion(body),
            shin=geometry.shin_angle(body),
            neck=geometry.neck_angle(body) if ear_seen else None,
            hip_travel=(
                None if self._place is None else geometry.behind(body, self._place, body.hip[0])
            ),
        )
        return Frame(
            t=t,
            closed=gate.reason,
            judged=gate.judged,
            angles=angles,
            back=shape,
            ankles=(points[lm.LEFT_ANKLE][0], points[lm.RIGHT_ANKLE][0]),
            thigh=body.thigh,
            balance=geometry.behind(body, body.heel[0], body.hip[0]),
            support=geometry.behind(body, heel, geometry.mass_x(body)),
            head=geometry.head_pitch(body, face) if ear_seen else None,
        )

    def _advance(
        self, frame: Frame, body: geometry.Joints, landmarks: NDArray[np.float32]
    ) -> Rep | None:
        """Move baseline, standing place and bends on by one frame with a body."""
        self._frames += 1
        self._last = frame
        yaw = self._view.view.yaw_deg
        if yaw is not None:
            self._yaws[round(yaw)] += 1
        t, angles = frame.t, frame.angles
        if not frame.trusted:
            self._baseline.interrupt()
        standing = self._baseline.standing
        base = standing.angles if standing else NOMINAL[self.exercise.limits.posture]
        side = self._view.side
        far = geometry.LEFT_SIDE if side is geometry.RIGHT_SIDE else geometry.RIGHT_SIDE
        far_hip = geometry.hip_flexion(geometry.joints(landmarks, far, self._view.forward))
        trunk = self._smooth["trunk"](t, angles.trunk) - base.trunk
        hip = self._smooth["hip"](t, angles.hip_flexion) - base.hip_flexion
        far_hip = self._smooth["far_hip"](t, far_hip) - base.hip_flexion
        self._held = (trunk, hip, far_hip)
        self._smooth["knee"](t, angles.knee_flexion)
        self._smooth["shin"](t, angles.shin)
        bend = self._bends.update(frame, trunk, hip, far_hip)
        if self._bends.phase not in ("bending", "rising") and frame.trusted:
            self._stand(frame, body)
        return None if bend is None else self._keep(bend)

    def _stand(self, frame: Frame, body: geometry.Joints) -> None:
        """A trusted frame outside a bend: take in how and where the member stands."""
        shape = frame.back if isinstance(frame.back, backs.Shape) else None
        self._baseline.update(frame.t, frame.angles, shape, body.hip[0], body.thigh, frame.head)
        if self._bends.phase != "standing":
            return
        self._places.append((frame.t, body.hip[0]))
        while frame.t - self._places[0][0] > STANDING_PLACE_S:
            self._places.popleft()
        if self._place is None or not 0 <= frame.t - self._place_t < PLACE_S:
            self._place = median(x for _, x in self._places)
            self._place_t = frame.t
            self._stood = Place((self._place, body.hip[1]), body.thigh)

    def _break_off(self) -> Rep | None:
        bend = self._bends.abandon()
        return None if bend is None else self._keep(bend)

    def _judge_still(self, frame: Frame) -> None:
        self._keep(Bend((frame,), from_start=True, broken=True))

    def _keep(self, bend: Bend) -> Rep | None:
        """Judge a finished bend; None when it was none of a set."""
        standing = self._baseline.standing
        rep = judge(bend, standing, self.exercise)
        if rep is None:
            return None
        self._reps.append(rep)
        self._counts[rep.kind] += 1
        self._counts["clean"] += rep.clean
        if not _settled(standing) and len(self._pending) < MAX_PENDING:
            self._pending.append((len(self._reps) - 1, bend))
        return rep

    def _look_back(self) -> None:
        """Judge what was done before the first full standing by that standing; kinds stay."""
        standing = self._baseline.standing
        if _settled(standing):
            for index, bend in self._pending:
                again = judge(bend, standing, self.exercise)
                if again is not None and again.kind == self._reps[index].kind:
                    self._reps[index] = again
        self._pending.clear()

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
        sagitta = low = high = None
        if shape is not None:
            sagitta, low, high = (
                getattr(shape, part) - (0.0 if known is None else getattr(known, part))
                for part in ("mean", "low", "high")
            )
        rounds = angles is not None and backs.rounds(shape, known, angles.trunk, angles.neck)
        seen: frozenset[str] = frozenset()
        if angles is not None and gate.judged and self._bends.phase == "bending":
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
            reps=self._counts["rep"],
            attempts=self._counts["attempt"],
            clean=self._counts["clean"],
            rep=rep,
            cue=self._coach.update(t, gate, seen, rep),
            depth_deg=None if angles is None else self._held[0],
            place=self._stood,
            hip_deg=None if angles is None else self._held[1],
            low=low,
            high=high,
        )


def _settled(standing: Standing | None) -> bool:
    return standing is not None and not standing.provisional
