"""In: a camera, a video or a recording. Out: `Pose` (landmarks in pixels, silhouette, contour)."""

from station.vision.pose import Contour, Pose, Silhouette

__all__ = ["Contour", "Pose", "Silhouette"]
