"""The settings of the camera."""

from typing import Literal

from pydantic import Field

from station.section import REMOTE, REMOTE_RESTART, Section


class CameraSettings(Section):
    """The one camera."""

    source: str = Field(
        "auto",
        description='"auto" (first camera that gives a picture), a device path such as '
        '/dev/v4l/by-id/…, a number, "picamera" or "picamera:1" for a camera module, or the path '
        "of a video or recording",
    )
    width: int = Field(
        1280,
        ge=320,
        le=3840,
        description="Asked-for frame width, pixels",
        json_schema_extra=REMOTE_RESTART,
    )
    height: int = Field(
        720,
        ge=240,
        le=2160,
        description="Asked-for frame height, pixels",
        json_schema_extra=REMOTE_RESTART,
    )
    fps: int = Field(
        30,
        ge=5,
        le=120,
        description="Asked-for frames per second",
        json_schema_extra=REMOTE_RESTART,
    )
    mirror: bool = Field(
        True, description="Show members as a mirror would", json_schema_extra=REMOTE
    )
    rotation: int = Field(
        0,
        ge=0,
        le=270,
        multiple_of=90,
        description="Degrees clockwise that the picture is turned by, for a camera on its side",
        json_schema_extra=REMOTE_RESTART,
    )
    exposure_us: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Fixed exposure, microseconds; 0 = automatic. Against flicker a multiple of "
        "10000 at 50 Hz, of 8333 at 60 Hz",
        json_schema_extra=REMOTE_RESTART,
    )
    gain: float = Field(
        0.0,
        ge=0,
        le=255,
        description="Fixed gain: a factor from 1 on for a camera module, a USB camera's own "
        "number; 0 = left to the camera",
        json_schema_extra=REMOTE_RESTART,
    )
    flicker: Literal["camera", "off", "50hz", "60hz"] = Field(
        "camera",
        description="Mains frequency whose light automatic exposure keeps steady; camera = as it "
        "is set in the camera",
        json_schema_extra=REMOTE_RESTART,
    )
    stall_s: float = Field(
        2.0,
        gt=0,
        le=30,
        description="No new frame for so long = stalled",
        json_schema_extra=REMOTE_RESTART,
    )
