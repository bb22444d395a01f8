"""Colours of the screen, once: RGBA 0..1. Blue = this is right, orange = change this.

Never red against green. The staff's page shares these values.
"""

Colour = tuple[float, float, float, float]


def rgb(code: str, alpha: float = 1.0) -> Colour:
    """ "#rrggbb" as RGBA 0..1."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha


GROUND = rgb("#0b0f14")
SURFACE = rgb("#18202a")
EDGE = rgb("#33404f")
WHITE = rgb("#ffffff")
QUIET = rgb("#a7b3c2")
BLUE = rgb("#4da3ff")
ORANGE = rgb("#ff9f1c")
INK = rgb("#07101a")
"""Words on a blue or orange band."""
FAR = rgb("#7d8997")
"""The far side of the body."""
GHOST = rgb("#56626f")
"""A figure that shows where to stand."""
CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)
