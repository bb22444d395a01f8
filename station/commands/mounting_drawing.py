"""Where to hang the camera, drawn: from the side and from above, with the figures in metres.

The figures are those of `station.vision.mounting`; nothing is measured twice.
"""

import math

from station.commands.framing import tilt_words
from station.vision import mounting
from station.vision.mounting import Lens, Place

SCALE = 140.0
"""Drawing units to the metre."""

_LEFT, _FLOOR = 120.0, 450.0
_WALL_M = 2.6
_BEYOND_M = 0.6
"""The drawing goes so far beyond the furthest mark."""

GROUND, INK, QUIET, BLUE, ORANGE = "#ffffff", "#18202a", "#56626f", "#1c6fd0", "#b86a00"
"""Dark enough on white to be printed."""

_HEAD = 0.065
"""Radius of a head, parts of the stature."""


def draw(lens: Lens, height_m: float) -> str:
    """The drawing as SVG."""
    place = mounting.place(lens, height_m)
    reach = place.far_m + _BEYOND_M
    half = SCALE * reach * math.tan(math.radians(lens.across_deg) / 2)
    axis = _FLOOR + 130 + half
    width, height = _at(reach) + 30, axis + half + 30
    body = [*_side(lens, height_m, place, reach), *_above(lens, place, reach, axis)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            'font-family="Roboto, Arial, sans-serif" font-size="17" role="img">',
            f"<title>Where to hang the camera: lens {lens.fov_deg:.0f}°, {height_m:.1f} m above "
            f"the floor, mark at {place.marks_m[0]:.1f} to {place.marks_m[1]:.1f} m</title>",
            f'<rect width="100%" height="100%" fill="{GROUND}"/>',
            *filter(None, body),
            "</svg>",
            "",
        ]
    )


def _side(lens: Lens, height_m: float, place: Place, reach: float) -> list[str]:
    eye = (_LEFT, _FLOOR - SCALE * height_m)
    half = lens.upright_deg / 2
    rays = [_ray(eye, place.tilt_deg + turn, reach) for turn in (-half, half)]
    tallest, shortest = mounting.TALLEST_M, mounting.SHORTEST_M
    return [
        _text(30, 40, "From the side", INK, size=24, weight=700),
        *_view(eye, rays, down_to=_FLOOR),
        _line(20, _FLOOR, _at(reach), _FLOOR, INK, 3),
        _line(_LEFT - 12, _FLOOR, _LEFT - 12, _FLOOR - SCALE * _WALL_M, INK, 6),
        *_person(place.near_m, tallest),
        *_bent(place.near_m, tallest),
        *_person(place.far_m, shortest),
        *_camera(eye, place.tilt_deg),
        _measure(_LEFT - 40, _FLOOR, _LEFT - 40, eye[1]),
        _text(_LEFT - 48, (eye[1] + _FLOOR) / 2 + 6, f"{height_m:.1f} m", INK, at="end"),
        _text(_LEFT + 12, _FLOOR - 16, f"tilted {tilt_words(place.tilt_deg)}", INK),
        _text(_LEFT + 70, eye[1] + 6, f"{lens.upright_deg:.0f}°", ORANGE),
        *_distances(place, _FLOOR + 30),
    ]


def _above(lens: Lens, place: Place, reach: float, axis: float) -> list[str]:
    eye = (_LEFT, axis)
    rays = [
        (_at(reach), axis + SCALE * reach * math.tan(math.radians(turn)))
        for turn in (-lens.across_deg / 2, lens.across_deg / 2)
    ]
    stature = SCALE * mounting.TALLEST_M
    crown = axis - mounting.BENT_AHEAD * stature
    behind = axis + mounting.BENT_BEHIND * stature
    mark, play, head = _at(place.near_m), SCALE * mounting.PLAY_M, _HEAD * stature
    thick = mounting.BODY_DEPTH * stature
    return [
        _text(30, _FLOOR + 130, "From above", INK, size=24, weight=700),
        *_view(eye, rays),
        _line(_LEFT - 12, axis - 150, _LEFT - 12, axis + 150, INK, 6),
        _line(
            mark, crown + 2 * head + thick / 2, mark, behind - thick / 2, QUIET, thick, round_=True
        ),
        f'<circle cx="{mark:.0f}" cy="{crown + head:.0f}" r="{head:.0f}" fill="{QUIET}"/>',
        _line(mark, axis, _at(place.far_m), axis, ORANGE, 5),
        f'<rect x="{mark - play:.0f}" y="{axis - play:.0f}" width="{2 * play:.0f}" '
        f'height="{2 * play:.0f}" fill="none" stroke="{ORANGE}" stroke-width="2" '
        'stroke-dasharray="6 5"/>',
        f'<circle cx="{mark:.0f}" cy="{axis:.0f}" r="7" fill="{ORANGE}"/>',
        *_camera(eye, 0.0),
        _text(_LEFT + 70, axis + 6, f"{lens.across_deg:.0f}°", ORANGE),
        _text(mark - head - 12, crown + head + 6, "bent, side-on", INK, at="end"),
        _text(mark + play + 10, axis - 12, "the mark", ORANGE),
        _text(mark + play + 10, axis + 26, f"± {mounting.PLAY_M:g} m", ORANGE),
    ]


def _at(metres: float) -> float:
    return _LEFT + SCALE * metres


def _ray(eye: tuple[float, float], down_deg: float, reach_m: float) -> tuple[float, float]:
    along = SCALE * reach_m
    return eye[0] + along, eye[1] + along * math.tan(math.radians(down_deg))


def _view(
    eye: tuple[float, float], rays: list[tuple[float, float]], down_to: float | None = None
) -> list[str]:
    """What the lens sees, down to the floor."""
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in (eye, *rays))
    clip, use = "", ""
    if down_to is not None:
        box = f'<rect x="0" y="0" width="100%" height="{down_to:.0f}"/>'
        clip, use = f'<clipPath id="room">{box}</clipPath>', ' clip-path="url(#room)"'
    return [
        clip,
        f'<polygon points="{points}" fill="{ORANGE}" fill-opacity="0.10" stroke="{ORANGE}" '
        f'stroke-width="1.5"{use}/>',
    ]


def _person(distance_m: float, stature_m: float) -> list[str]:
    """Somebody who stands on a mark, with their height above them."""
    x, unit = _at(distance_m), SCALE * stature_m
    hip, shoulder = mounting.HIP, mounting.HIP + mounting.TRUNK
    radius = _HEAD * unit
    return [
        _line(x, _FLOOR, x, _FLOOR - hip * unit, BLUE, 9, round_=True),
        _line(x, _FLOOR - hip * unit, x, _FLOOR - shoulder * unit, BLUE, 15, round_=True),
        _line(x, _FLOOR - shoulder * unit, x, _FLOOR - unit + radius, BLUE, 7, round_=True),
        f'<circle cx="{x:.0f}" cy="{_FLOOR - unit + radius:.0f}" r="{radius:.0f}" fill="{BLUE}"/>',
        _text(x + radius + 8, _FLOOR - unit + radius + 6, f"{stature_m:g} m", BLUE),
    ]


def _bent(distance_m: float, stature_m: float) -> list[str]:
    """How high somebody reaches who bends: out of the drawing's plane, so only the height."""
    x, y = _at(distance_m), _FLOOR - SCALE * mounting.BENT_UP * stature_m
    return [
        _line(x - 50, y, x + 50, y, QUIET, 2, dashed=True),
        _text(x - 56, y + 6, "bent", QUIET, at="end"),
    ]


def _camera(eye: tuple[float, float], tilt_deg: float) -> list[str]:
    x, y = eye
    return [
        f'<rect x="{x - 16:.0f}" y="{y - 11:.0f}" width="26" height="22" rx="4" fill="{INK}" '
        f'transform="rotate({tilt_deg:.1f} {x:.0f} {y:.0f})"/>'
    ]


def _distances(place: Place, y: float) -> list[str]:
    near, far = _at(place.near_m), _at(place.far_m)
    near_m, far_m = place.marks_m
    return [
        _measure(_LEFT, y, near, y),
        _line(near, y, far, y, ORANGE, 5),
        _text(near, y + 26, f"{near_m:.1f} m", INK, weight=700, at="middle"),
        _text(far, y + 26, f"{far_m:.1f} m", INK, weight=700, at="middle"),
        _text(near - 40, y + 26, "the mark goes here:", ORANGE, at="end"),
        _text((near + far) / 2, y + 26, "to", ORANGE, at="middle"),
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


def _text(
    x: float,
    y: float,
    words: str,
    colour: str,
    *,
    size: int = 17,
    weight: int = 400,
    at: str = "start",
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}" text-anchor="{at}">{words}</text>'
    )
