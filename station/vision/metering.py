"""How fast the live pipeline is, over its last few seconds."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from statistics import median

_WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class LiveStats:
    """Rates per second and times in milliseconds over the last seconds; 0 = nothing measured.

    `inference_ms` is the median of landmarker, silhouette and contour; `latency_ms` and
    `latency_p95_ms` run from the frame's arrival to its pose being handed out.
    """

    capture_fps: float = 0.0
    pose_fps: float = 0.0
    inference_ms: float = 0.0
    latency_ms: float = 0.0
    latency_p95_ms: float = 0.0


class Meter:
    """Collects from the capture and the pose thread, read from any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._captured: deque[float] = deque(maxlen=1000)
        self._posed: deque[tuple[float, float, float]] = deque(maxlen=1000)

    def captured(self) -> None:
        """A frame has arrived."""
        with self._lock:
            self._captured.append(time.monotonic())

    def posed(self, inference_s: float, latency_s: float) -> None:
        """A pose has been handed out."""
        with self._lock:
            self._posed.append((time.monotonic(), inference_s, latency_s))

    def stats(self) -> LiveStats:
        """The last few seconds."""
        since = time.monotonic() - _WINDOW_S
        with self._lock:
            captured = [at for at in self._captured if at > since]
            posed = [entry for entry in self._posed if entry[0] > since]
        if not posed:
            return LiveStats(capture_fps=_rate(captured))
        latencies = sorted(latency for _, _, latency in posed)
        return LiveStats(
            capture_fps=_rate(captured),
            pose_fps=_rate([at for at, _, _ in posed]),
            inference_ms=1000 * median(inference for _, inference, _ in posed),
            latency_ms=1000 * median(latencies),
            latency_p95_ms=1000 * latencies[int(0.95 * (len(latencies) - 1))],
        )


def _rate(times: list[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
