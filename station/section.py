"""What every part of the settings is made of."""

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

REMOTE: JsonDict = {"remote": True}
"""Marks a setting that may be changed from afar: never who the station is, where its files are,
how it reaches the broker, what the hub hides, the screen's size, or anything secret."""
REMOTE_RESTART: JsonDict = {"remote": True, "restart": True}
"""... and the kiosk starts again to use it."""


class Section(BaseModel):
    """A part of the settings: unknown keys are refused, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
