"""Where to hang the camera, drawn: from the side and from above, with the figures in metres.

The figures are those of `station.vision.mounting`; nothing is measured twice.
"""

import math

from station.commands.framing import tilt_words
from station.vision import mounting
from station.vision.mounting import Lens, Place

SCALE = 150.0
"""Drawing units to the metre."""

_LEFT, _FLOOR, _TOP_AXIS = 110.0, 470.0, 760.0
_WALL_M = 2.6

GROUND, INK, QUIET, BLUE, ORANGE = "#ffffff", "#18202a", "#56626f", "#1c6fd0", "#b86a00"
"""Dark enough on white to be printed."""

_HEAD = 0.065
"""Radius of a head, parts of the stature."""


def draw(lens: Lens, height_m: float) -> str:
    """The drawing as SVG."""
    place = mounting.place(lens, height_m)
    width = _LEFT + SCALE * (place.far_m + 1.0)
    half_m = (place.far_m + 0.3) * math.tan(math.radians(lens.across_deg) / 2)
    height = _TOP_AXIS + SCALE * half_m + 70
    body = [*_side(lens, height_m, place), *_above(lens, place)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            'font-family="Roboto, Arial, sans-serif" font-size="17" role="img">',
            f"<title>Where to hang the camera: lens {lens.fov_deg:.0f}°, {height_m:.1f} m above "
            f"the floor, mark at {place.near_m:.1f} to {place.far_m:.1f} m</title>",
            f'<rect width="100%" height="100%" fill="{GROUND}"/>',
            *body,
            "</svg>",
            "",
        ]
    )


def _side(lens: Lens, height_m: float, place: Place) -> list[str]:
    eye = (_LEFT, _FLOOR - SCALE * height_m)
    reach = place.far_m + 0.7
    half = lens.upright_deg / 2
    rays = [_ray(eye, place.tilt_deg + turn, reach) for turn in (-half, half)]
    tallest, shortest = mounting.TALLEST_M, mounting.SHORTEST_M
    return [
        _text(_LEFT - 90, 40, "From the side", INK, size=24, weight=700),
        *_view(eye, rays, f"side-{lens.fov_deg:.0f}"),
        _line(20, _FLOOR, _LEFT + SCALE * reach, _FLOOR, INK, 3),
        _line(_LEFT - 12, _FLOOR, _LEFT - 12, _FLOOR - SCALE * _WALL_M, INK, 6),
        *_person(place.near_m, tallest, BLUE, bent=False),
        *_person(place.near_m, tallest, QUIET, bent=True),
        *_person(place.far_m, shortest, BLUE, bent=False),
        _text(_at(place.near_m) - 20, _FLOOR - SCALE * tallest - 12, f"{tallest:g} m", BLUE),
        _text(_at(place.far_m) - 20, _FLOOR - SCALE * shortest - 12, f"{shortest:g} m", BLUE),
        *_camera(eye, place.tilt_deg),
        _measure(_LEFT - 55, _FLOOR, _LEFT - 55, eye[1]),
        _text(_LEFT - 100, (eye[1] + _FLOOR) / 2 + 34, f"{height_m:.1f} m", INK),
        _text(_LEFT + 16, eye[1] - 22, f"tilt {tilt_words(place.tilt_deg)}", INK),
        _text(_LEFT + 62, eye[1] + 6, f"{lens.upright_deg:.0f}°", ORANGE),
        *_distances(place, _FLOOR + 34),
    ]


def _above(lens: Lens, place: Place) -> list[str]:
    eye = (_LEFT, _TOP_AXIS)
    reach = place.far_m + 0.3
    rays = [_ray(eye, turn, reach) for turn in (-lens.across_deg / 2, lens.across_deg / 2)]
    ahead = SCALE * mounting.BENT_AHEAD * mounting.TALLEST_M
    behind = SCALE * mounting.BENT_BEHIND * mounting.TALLEST_M
    wide = SCALE * 0.24
    mark = _at(place.near_m)
    play = SCALE * mounting.PLAY_M
    return [
        _text(_LEFT - 90, _TOP_AXIS - SCALE * 1.02, "From above", INK, size=24, weight=700),
        *_view(eye, rays, f"above-{lens.fov_deg:.0f}"),
        _line(_LEFT - 12, _TOP_AXIS - 120, _LEFT - 12, _TOP_AXIS + 120, INK, 6),
        f'<rect x="{mark - play:.0f}" y="{_TOP_AXIS - play:.0f}" width="{2 * play:.0f}" '
        f'height="{2 * play:.0f}" fill="none" stroke="{ORANGE}" stroke-width="2" '
        'stroke-dasharray="6 5"/>',
        _line(mark, _TOP_AXIS - ahead, mark, _TOP_AXIS + behind, QUIET, wide / 1.6, round_=True),
        f'<circle cx="{mark:.0f}" cy="{_TOP_AXIS - ahead + 18:.0f}" r="20" fill="{QUIET}"/>',
        f'<circle cx="{mark:.0f}" cy="{_TOP_AXIS:.0f}" r="7" fill="{ORANGE}"/>',
        _line(mark, _TOP_AXIS, _at(place.far_m), _TOP_AXIS, ORANGE, 4),
        *_camera(eye, 0.0),
        _text(_LEFT + 62, _TOP_AXIS + 6, f"{lens.across_deg:.0f}°", ORANGE),
        _text(mark + 46, _TOP_AXIS - ahead + 24, "head when bent, side-on", INK),
        _text(mark + 46, _TOP_AXIS - 12, "the mark", ORANGE),
        _text(mark + 46, _TOP_AXIS + play + 22, f"± {mounting.PLAY_M:g} m", ORANGE),
    ]


def _at(metres: float) -> float:
    return _LEFT + SCALE * metres


def _ray(eye: tuple[float, float], down_deg: float, reach_m: float) -> tuple[float, float]:
    along = SCALE * reach_m
    return eye[0] + along, eye[1] + along * math.tan(math.radians(down_deg))


def _view(eye: tuple[float, float], rays: list[tuple[float, float]], name: str) -> list[str]:
    """What the lens sees, below which the floor hides nothing in the drawing."""
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in (eye, *rays))
    clip = "" if name.startswith("above") else f' clip-path="url(#{name})"'
    floor = (
        f'<clipPath id="{name}"><rect x="0" y="0" width="100%" height="{_FLOOR:.0f}"/></clipPath>'
    )
    return [
        *([floor] if clip else []),
        f'<polygon points="{points}" fill="{ORANGE}" fill-opacity="0.10" stroke="{ORANGE}" '
        f'stroke-width="1.5"{clip}/>',
    ]


def _person(distance_m: float, stature_m: float, colour: str, *, bent: bool) -> list[str]:
    """A figure at a mark. Seen from the side of the camera's axis a bend shows its back: the trunk
    comes out of the picture's plane, so only its height is drawn, broken."""
    x = _at(distance_m)
    if bent:
        y = _FLOOR - SCALE * mounting.BENT_UP * stature_m
        line = _line(x - 60, y, x + 60, y, colour, 2, dashed=True)
        return [line, _text(x + 66, y + 6, "bent", colour)]
    unit = SCALE * stature_m
    hip, shoulder = mounting.HIP, mounting.HIP + mounting.TRUNK
    radius = _HEAD * unit
    return [
        _line(x, _FLOOR, x, _FLOOR - hip * unit, colour, 9, round_=True),
        _line(x, _FLOOR - hip * unit, x, _FLOOR - shoulder * unit, colour, 15, round_=True),
        _line(x, _FLOOR - shoulder * unit, x, _FLOOR - unit + radius, colour, 7, round_=True),
        f'<circle cx="{x:.0f}" cy="{_FLOOR - unit + radius:.0f}" r="{radius:.0f}" '
        f'fill="{colour}"/>',
    ]


def _camera(eye: tuple[float, float], tilt_deg: float) -> list[str]:
    x, y = eye
    return [
        f'<rect x="{x - 16:.0f}" y="{y - 11:.0f}" width="26" height="22" rx="4" fill="{INK}" '
        f'transform="rotate({tilt_deg:.1f} {x:.0f} {y:.0f})"/>'
    ]


def _distances(place: Place, y: float) -> list[str]:
    near, far = _at(place.near_m), _at(place.far_m)
    return [
        _measure(_LEFT, y, near, y),
        _text((_LEFT + near) / 2 - 26, y + 24, f"{place.near_m:.1f} m", INK, weight=700),
        _line(near, y, far, y, ORANGE, 5),
        _text((near + far) / 2 - 62, y + 24, "the mark goes here", ORANGE),
        _text(far - 14, y + 24, f"{place.far_m:.1f} m", INK, weight=700),
    ]


def _measure(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line with a tick at each end."""
    dx, dy = (0.0, 7.0) if y1 == y2 else (7.0, 0.0)
    return "\n".join(
        [
            _line(x1, y1, x2, y2, INK, 1.5),
            *(_line(x - dx, y - dy, x + dx, y + dy, INK, 1.5) for x, y in ((x1, y1), (x2, y2))),
        ]
    )


def _line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str,
    width: float,
    *,
    round_: bool = False,
    dashed: bool = False,
) -> str:
    more = ' stroke-linecap="round"' if round_ else ""
    more += ' stroke-dasharray="8 6"' if dashed else ""
    return (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="{colour}" '
        f'stroke-width="{width:g}"{more}/>'
    )


def _text(x: float, y: float, words: str, colour: str, *, size: int = 17, weight: int = 400) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}">{words}</text>'
    )
