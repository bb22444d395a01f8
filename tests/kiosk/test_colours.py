"""Blue, orange and white stay apart for everybody, and no state is told by colour alone."""

from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from station.kiosk import icons, palette, words
from station.kiosk.palette import (
    BLUE,
    EDGE,
    FAR,
    GROUND,
    INK,
    ORANGE,
    QUIET,
    SURFACE,
    WHITE,
    Colour,
)
from station.kiosk.summary_words import ICONS
from station.kiosk.words import Tone

SEEN_AS = {
    "everybody": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""What linear RGB becomes: Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", severity 1.0."""

EASILY_TOLD = 20.0
"""CIE76 difference; 2.3 is just noticeable."""

TEXT = [
    *((ink, ground) for ink in (WHITE, QUIET, BLUE, ORANGE) for ground in (GROUND, SURFACE)),
    *((INK, ground) for ground in (BLUE, ORANGE, QUIET, WHITE)),
    (WHITE, EDGE),
]
"""Words and what they stand on."""
LINES = [*((line, ground) for line in (WHITE, BLUE, ORANGE, FAR) for ground in (GROUND, SURFACE))]
"""What is drawn and has to be seen: bones, rims, icons."""


def contrast(one: Colour, other: Colour) -> float:
    """After WCAG 2: 1 to 21."""
    dark, light = sorted((palette.luminance(one), palette.luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: Colour, eyes: str) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of a colour as those eyes see it."""
    rgb = np.array(colour[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(SEEN_AS[eyes] @ linear, 0, 1)
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ linear
        / np.array([0.95047, 1.0, 1.08883])
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_words_have_wcag_contrast(ink: Colour, ground: Colour) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("line", "ground"), LINES)
def test_lines_have_wcag_contrast(line: Colour, ground: Colour) -> None:
    assert contrast(line, ground) >= 3.0


def test_the_ink_on_any_ground_can_be_read() -> None:
    for ground in (GROUND, SURFACE, EDGE, BLUE, ORANGE, WHITE, QUIET):
        assert contrast(palette.ink_on(ground), ground) >= 4.5


@pytest.mark.parametrize("eyes", SEEN_AS)
def test_blue_orange_and_white_stay_apart(eyes: str) -> None:
    for one, other in combinations((BLUE, ORANGE, WHITE, GROUND), 2):
        assert np.linalg.norm(lab(one, eyes) - lab(other, eyes)) > EASILY_TOLD, (one, other)


def test_red_and_green_would_not() -> None:
    """The measure can fail."""
    red, green = palette.rgb("#d04020"), palette.rgb("#708000")
    assert np.linalg.norm(lab(red, "deuteranopia") - lab(green, "deuteranopia")) < EASILY_TOLD
    assert np.linalg.norm(lab(red, "everybody") - lab(green, "everybody")) > 3 * EASILY_TOLD


def test_no_state_is_told_by_colour_alone() -> None:
    """What is right, to be changed or a fact has another word and, where it is drawn, a shape."""
    assert set(ICONS) == set(get_args(Tone))
    shapes = [icons.BY_CUE[name] for name in ICONS.values()]
    assert len(set(shapes)) == len(shapes)
    assert len(set(words.BACKS.values())) == len(words.BACKS)
    assert len(set(words.MOVED.values())) == len(words.MOVED)
    assert icons.BY_CUE["hollow"] != icons.BY_CUE["unsure"]
