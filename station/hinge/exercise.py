"""An exercise as data: what a coach may change without Python.

The defaults of `Limits` and `Front` hold wherever a file does not say otherwise, so that each
number stands once, beside its source. "Measured" is on the real recordings and rendered people the
accuracy card is made from.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Degrees = Annotated[float, Field(ge=-90, le=180, allow_inf_nan=False)]
Thighs = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]
CueText = Annotated[str, Field(min_length=1, max_length=32)]
Line = Annotated[str, Field(min_length=1, max_length=100)]

FaultName = Literal[
    "back_rounds",
    "back_arches",
    "knees_forward",
    "squatting",
    "knees_bend",
    "hips_stay",
    "off_balance",
    "head_pokes",
    "head_tucks",
    "too_fast",
    "too_shallow",
    "pushes_bench",
    "calf_stays",
    "wall_missed",
    "too_close",
]
Posture = Literal["standing", "seated"]
FrontName = Literal["stance", "toes", "knees", "shoulders", "pelvis", "head"]


class Part(BaseModel):
    """A part of an exercise file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(Part):
    """What the member is told of a fault."""

    cue: CueText = Field(description="What to do, three or four words, English msgid")
    cause: Line = Field(description="Why it happens, one sentence")
    fix: Line = Field(description="What helps, one sentence")


class Fault(Part):
    """A fault this exercise looks for. Order in the file is priority."""

    name: FaultName
    cue: CueText
    cause: Line
    fix: Line
    cue_now: CueText | None = Field(
        None, description="Instead, in mid-bend, when nobody knows yet whether it began late"
    )
    late: Told | None = Field(None, description="Instead, when it begins only near the bottom")
    drill: str | None = Field(None, description="Exercise id of the drill that fixes it")

    def told(self, onset: Literal["start", "late"] | None) -> Told:
        """What to say when it began so."""
        if onset == "late" and self.late is not None:
            return self.late
        return Told(cue=self.cue, cause=self.cause, fix=self.fix)


class Limits(Part):
    """Angles in degrees against standing, travel and balance in thigh lengths."""

    posture: Posture = Field("standing", description="How the member is between two bends")

    # When a bend begins and ends. Real recordings: hinges leave above 20 to 30 and return below
    # 10 to 15; a squat has little trunk inclination, so that hip flexion can open a bend too;
    # soft knees must still count as standing.
    open_trunk: Degrees = Field(25, description="A bend begins above this trunk inclination")
    close_trunk: Degrees = Field(13, description="... and ends below this one")
    open_hip: Degrees = Field(30, description="... or begins above this hip flexion (a squat)")
    close_hip: Degrees = Field(18, description="... and ends below this one")

    # Literature: good hinges reach 60 to 100; measured shallow ones 35.
    min_depth_hip: Degrees = Field(45, description="Hip flexion a full rep reaches")
    # Measured: the fastest full rep took 1.1 s from standing to standing; less is a stumble.
    min_duration_s: float = Field(0.6, gt=0, le=10, description="A shorter bend is no rep")
    # Measured: way down 0.82 s and more in all bends, touch-and-go deadlifts included.
    min_down_s: float = Field(0.5, ge=0, le=10, description="Fault: down faster than this")

    # Measured: hinges −19 to 10 (heavy deadlifts from the floor up to 27), squats 19 to 49.
    shin_forward: Degrees = Field(15, description="Fault: knees travel forward")
    # None: the pattern decides, which calls squat where the knees bend nearly as much as the hips.
    squat_ratio: float | None = Field(
        None, gt=0, le=3, description="Fault: knee flexion over hip flexion, in a squat"
    )
    # Literature: 5 to 30 in a good hinge; measured: good RDLs up to 45, deadlifts 44 to 92.
    knee_bend: Degrees = Field(60, description="Fault: knees bend more than this; 180 = never")
    # With a vertical shin hips back = thigh × sin(knee flexion): 0.15 is 9° of knee, less than
    # soft. Measured: good hinges 0.43 to 0.96, shallow ones 0.33.
    hip_travel: Thighs = Field(0.15, description="Fault: hips go back less than this")
    # The articles: letting go would tip you backwards. Measured: good hinges 0.17 to 0.70.
    balance: Thighs = Field(0.0, description="Fault: hips less far behind the heels than this")

    # Looking ahead while bending reads up to 40 on real people; rendered tucked heads −26 and less.
    neck_poke: Degrees = Field(45, description="Fault: neck extended more than this")
    neck_tuck: Degrees = Field(-30, description="Fault: neck flexed more than this")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high in (
            ("close_trunk", "open_trunk"),
            ("close_hip", "open_hip"),
            ("neck_tuck", "neck_poke"),
        ):
            if getattr(self, low) >= getattr(self, high):
                raise ValueError(
                    f"{low} {getattr(self, low):g} must be below {high} {getattr(self, high):g}"
                )
        return self


class Phases(Part):
    """What the member is told in each phase, English msgids."""

    start: tuple[Line, ...] = Field((), max_length=8, description="Setting up, in order")
    felt: tuple[Line, ...] = Field(
        (), max_length=4, description="Part of it no camera sees: said, never checked"
    )
    down: Line | None = None
    bottom: Line | None = None
    up: Line | None = None


class Front(Part):
    """What is checked facing the camera, in order of priority, and its limits."""

    checks: tuple[FrontName, ...] = ("stance", "toes", "knees", "shoulders", "head")
    live: tuple[FrontName, ...] = Field((), description="Checked facing the camera in the set, too")

    # "About shoulder-width": feet under the hip joints are 0.55 of the shoulders; 1.4 puts each
    # foot 7 cm outside them.
    stance_min: float = Field(0.7, gt=0, description="Ankles apart, in shoulder widths, at least")
    stance_max: float = Field(1.4, gt=0, description="... at most")
    # Preferred standing turns each foot out by 7° on average (McIlroy and Maki 1997); a camera 3 m
    # away adds 3° to a foot 15 cm off its axis, and foot lengths differ by a third.
    toes_out: Degrees = Field(25, description="A foot turned out (or in) more than this")
    # The knee's middle lies on the line from hip to ankle within 3° of leg axis, which is 0.92 in a
    # shoulder-wide stance; 0.8 leaves room for the estimator.
    knees_in: float = Field(0.8, gt=0, le=1, description="Knees apart, against a straight leg's")
    # 8° lower one shoulder by 5 cm; level ones over busy arms were read with up to 6.8° (rendered).
    shoulders_tilt: Degrees = Field(8, description="Slope of the line through the shoulders")
    # A pelvis drops by up to 5° in a sound single-leg stance; a level one was read with up to 2.4°
    # at the bottom of a bend towards the camera (rendered).
    pelvis_tilt: Degrees = Field(8, description="Slope of the line through the hips")
    # Twice what a level head was read with at most (4.8°, rendered).
    head_tilt: Degrees = Field(10, description="Slope of the line through the ears")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stance_min >= self.stance_max:
            raise ValueError(
                f"stance_min {self.stance_min:g} must be below stance_max {self.stance_max:g}"
            )
        for key in ("checks", "live"):
            _each_once(key, getattr(self, key))
        return self


class ShinStays(Part):
    """Bench in front: the shin does not move forward."""

    measure: Literal["shin_stays"]
    forward_deg: Degrees = Field(description="Shin further forward at the bottom pushes the bench")


class CalfBack(Part):
    """Bench behind: the calf reaches back to it."""

    measure: Literal["calf_back"]
    back_deg: Degrees = Field(gt=0, description="The shin leans back so much at the bottom")


class HipsReach(Part):
    """Wall tap: the hips reach a wall that only the exercise knows of."""

    measure: Literal["hips_reach"]
    wall: float = Field(gt=0, le=2, description="Thigh lengths behind the standing hips")
    at_once: float = Field(
        gt=0, lt=1, description="Touched before this share of the bend's hip flexion: too close"
    )


class BackHolds(Part):
    """Seated: the back keeps its shape while the trunk tilts."""

    measure: Literal["back_holds"]


Success = Annotated[ShinStays | CalfBack | HipsReach | BackHolds, Field(discriminator="measure")]

_MEASURE_OF: dict[str, str] = {
    "pushes_bench": "shin_stays",
    "calf_stays": "calf_back",
    "wall_missed": "hips_reach",
    "too_close": "hips_reach",
}
"""Faults that only a drill's own measure can see."""


class Exercise(Part):
    """One exercise; `id` is the file's name."""

    id: str
    name: str = Field(min_length=1, max_length=40, description="What the member reads, msgid")
    view: Literal["side", "front"] = "side"
    mode: Literal["set", "drill", "pick_up"] = "set"
    next_rungs: tuple[str, ...] = Field(
        (), max_length=2, description="Exercise ids offered after a clean set"
    )
    phases: Phases = Field(default_factory=Phases)
    limits: Limits = Field(default_factory=Limits)
    success: Success | None = Field(None, description="A drill's own measure")
    front: Front = Field(default_factory=Front)
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _faults_fit(self) -> Self:
        _each_once("faults", tuple(fault.name for fault in self.faults))
        measure = self.success.measure if self.success is not None else None
        for fault in self.faults:
            needed = _MEASURE_OF.get(fault.name)
            if needed is not None and needed != measure:
                raise ValueError(f'fault {fault.name} needs success.measure "{needed}"')
        return self

    def fault(self, name: str | None) -> Fault | None:
        """The fault of that name, where this exercise looks for it."""
        return next((fault for fault in self.faults if fault.name == name), None)


def _each_once(key: str, names: tuple[str, ...]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{key}: {', '.join(twice)} stands there twice")
