"""In: a camera, a video or a recording. Out: `Pose` (landmarks in pixels, silhouette, contour).

`Live` hands out poses as they happen, `open_poses` those of a file as fast as they can be had,
`find_model` is the verified pose model for the former.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from station.vision.live import CameraState, Live
    from station.vision.metering import LiveStats
    from station.vision.models import find as find_model
    from station.vision.pose import Contour, Pose, Silhouette
    from station.vision.stream import Poses, open_poses

__all__ = [
    "CameraState",
    "Contour",
    "Live",
    "LiveStats",
    "Pose",
    "Poses",
    "Silhouette",
    "find_model",
    "open_poses",
]

_ON_DEMAND = {
    "CameraState": ("station.vision.live", "CameraState"),
    "Contour": ("station.vision.pose", "Contour"),
    "Live": ("station.vision.live", "Live"),
    "LiveStats": ("station.vision.metering", "LiveStats"),
    "Pose": ("station.vision.pose", "Pose"),
    "Poses": ("station.vision.stream", "Poses"),
    "Silhouette": ("station.vision.pose", "Silhouette"),
    "find_model": ("station.vision.models", "find"),
    "open_poses": ("station.vision.stream", "open_poses"),
}


def __getattr__(name: str) -> Any:
    """Imported when asked for: a recording needs no camera, and `station.vision.eye` runs where
    none of our packages are installed."""
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _ON_DEMAND[name]
    return getattr(import_module(module), attribute)
