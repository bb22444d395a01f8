"""Smoothing that knows real time."""

import math


class OneEuro:
    """One-Euro filter (Casiez, Roussel and Vogel 2012) on unevenly spaced samples.

    The cutoff rises with speed, so that a still angle is calm and a fast one is not late:
    `min_cutoff` Hz, `beta` Hz per unit per second, `d_cutoff` Hz for the speed itself. After a gap
    longer than `gap_s` it starts afresh, because a value from before says nothing any more.
    """

    def __init__(
        self,
        min_cutoff: float = 1.0,
        beta: float = 0.03,
        d_cutoff: float = 1.0,
        gap_s: float = 0.5,
    ) -> None:
        self._min_cutoff = min_cutoff
        self._beta = beta
        self._d_cutoff = d_cutoff
        self._gap_s = gap_s
        self._t: float | None = None
        self._value = 0.0
        self.speed = 0.0
        """Smoothed speed, units per second."""

    def __call__(self, t: float, value: float) -> float:
        """The smoothed value at time `t`, seconds; a time that does not grow changes nothing."""
        if self._t is None or t - self._t > self._gap_s:
            self._t, self._value, self.speed = t, value, 0.0
            return value
        dt = t - self._t
        if dt <= 0:
            return self._value
        raw_speed = (value - self._value) / dt
        self.speed += _smoothing(self._d_cutoff, dt) * (raw_speed - self.speed)
        cutoff = self._min_cutoff + self._beta * abs(self.speed)
        self._value += _smoothing(cutoff, dt) * (value - self._value)
        self._t = t
        return self._value


def _smoothing(cutoff: float, dt: float) -> float:
    """Weight of the newest sample in a first-order low-pass of `cutoff` Hz after `dt` seconds."""
    r = 2 * math.pi * cutoff * dt
    return r / (r + 1)
