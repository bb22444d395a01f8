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


def luminance(colour: Colour) -> float:
    """Relative luminance 0..1 after WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(ground: Colour) -> Colour:
    """The colour of words on `ground`: white on what is dark, ink on what is light."""
    return WHITE if luminance(ground) < 0.18 else INK
