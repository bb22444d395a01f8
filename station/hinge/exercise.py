"""An exercise as data: what a coach may change without Python."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Degrees = Annotated[float, Field(ge=-90, le=180)]
FaultName = Literal[
    "back_rounds",
    "back_arches",
    "knees_forward",
    "squatting",
    "hips_stay",
    "head_pokes",
    "head_tucks",
    "too_shallow",
]


class Part(BaseModel):
    """A part of an exercise file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(Part):
    """A fault this exercise looks for. Order in the file is priority."""

    name: FaultName
    cue: str = Field(max_length=32, description="What to do, three or four words, English msgid")
    cue_late: str | None = Field(
        None, max_length=32, description="Instead, when rounding begins only near the bottom"
    )
    cause: str = Field(max_length=160, description="Why it happens, one sentence")
    fix: str = Field(max_length=160, description="What helps, one sentence")
    drill: str | None = Field(None, description="Exercise id of the drill that fixes it")


class Limits(Part):
    """Angles in degrees against standing, travel in thigh lengths; sources beside each value."""

    open_trunk: Degrees = Field(25, description="A bend begins above this trunk inclination")
    close_trunk: Degrees = Field(12, description="... and ends below this one")
    open_hip: Degrees = Field(35, description="... or begins above this hip flexion (a squat)")
    close_hip: Degrees = Field(18, description="... and ends below this one")
    min_depth_hip: Degrees = Field(45, description="Hip flexion a full rep reaches")
    min_duration_s: float = Field(0.6, gt=0, description="A shorter bend is no rep")
    squat_shin: Degrees = Field(20, description="Shin further forward than this = knees lead")
    squat_knee: Degrees = Field(60, description="Knees bent more than this = knees lead")
    shin_forward: Degrees = Field(15, description="Fault: knees travel forward")
    hip_travel: float = Field(0.15, description="Fault: hips go back less than this")
    neck_poke: Degrees = Field(25, description="Fault: neck extended more than this")
    neck_tuck: Degrees = Field(-35, description="Fault: neck flexed more than this")


class Exercise(Part):
    """One exercise; `id` is the file's name."""

    id: str
    name: str = Field(max_length=40, description="What the member reads, English msgid")
    view: Literal["side", "front"] = "side"
    mode: Literal["set", "drill", "pick_up"] = "set"
    next_rung: str | None = Field(None, description="Exercise id offered after a clean set")
    limits: Limits = Field(default_factory=Limits)
    faults: tuple[Fault, ...] = ()
