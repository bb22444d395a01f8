"""The stick figure at the bottom of a bend, with the back's contour, as an SVG."""

import numpy as np
from numpy.typing import NDArray

from station.commands.report.markup import Markup, joined, number, tag
from station.commands.report.seen import Figure
from station.hinge import BONES

Points = NDArray[np.float32]

LEFT_HIP, RIGHT_HIP, LEFT_SHOULDER, RIGHT_SHOULDER = 23, 24, 11, 12
HEAD = (0, 7, 8)
FEET = slice(27, 33)
JOINTS = (11, 12, 13, 14, 15, 16, *range(23, 33))

MARGIN = 0.22
"""Free space around the figure, torso lengths; its height stands for the head too."""


class Stage:
    """One scale for all of a clip's figures, so that they can be compared."""

    def __init__(self, figures: list[Figure]) -> None:
        lengths = [_torso(f.landmarks) for f in figures]
        self.torso = float(np.median(lengths)) if lengths else 1.0
        sizes = [np.ptp(_extent(f), axis=0) for f in figures]
        room = 2 * (MARGIN + 0.1) * self.torso
        self.width, self.height = (
            float(max((size[axis] for size in sizes), default=1.0)) + room for axis in (0, 1)
        )

    def drawing(self, figure: Figure, standing: Figure | None, tone: str, label: str) -> Markup:
        """`figure` with its back in the colour of `tone` ("right", "change", "unknown"), over where
        the person stood; `label` says it in words."""
        extent = _extent(figure)
        middle = float(extent[:, 0].min() + extent[:, 0].max()) / 2
        ground = float(figure.landmarks[FEET, 1].max())
        corner = np.array(
            [middle - self.width / 2, ground + (MARGIN / 2) * self.torso - self.height], np.float32
        )
        scale = 100 / self.torso
        parts = []
        if standing is not None:
            parts.append(self._person(standing, corner, scale, "ghost"))
            parts.append(_travel(standing, figure, corner, scale))
        floor = number((ground - corner[1]) * scale)
        width, height = self.width * scale, self.height * scale
        parts.append(tag("path", d=f"M0 {floor}H{number(width)}", class_="floor"))
        parts.append(self._person(figure, corner, scale, "now"))
        if figure.back is not None and len(figure.back) > 1:
            back = (figure.back - corner) * scale
            parts.append(tag("path", d=_line(back[[0, -1]]), class_="chord"))
            parts.append(
                tag("path", d=_line(back[:: max(1, len(back) // 24)]), class_=f"back {tone}")
            )
        return tag(
            "svg",
            *parts,
            viewBox=f"0 0 {number(width)} {number(height)}",
            role="img",
            aria_label=label,
        )

    def _person(self, figure: Figure, corner: Points, scale: float, kind: str) -> Markup:
        points = (figure.landmarks[:, :2] - corner) * scale
        near = _near_side(figure.landmarks)
        sides: dict[str, list[str]] = {"far": [], "near": []}
        for a, b in BONES:
            if a in HEAD or (a in (LEFT_SHOULDER, RIGHT_SHOULDER) and b in HEAD):
                continue
            side = "near" if a % 2 == near else "far"
            sides[side].append(_line(points[[a, b]]))
        head = points[list(HEAD)].mean(axis=0)
        shoulder = points[LEFT_SHOULDER if near == 1 else RIGHT_SHOULDER]
        towards = head - shoulder
        length = max(float(np.linalg.norm(towards)), 1.0)
        neck = np.stack([shoulder, head - towards / length * min(17.0, length)])
        return joined(
            tag("path", d="".join(sides["far"]), class_=f"{kind} far"),
            tag("path", d="".join(sides["near"]) + _line(neck), class_=f"{kind} near"),
            tag(
                "circle", cx=number(float(head[0])), cy=number(float(head[1])), r="17", class_=kind
            ),
        )


def _travel(standing: Figure, figure: Figure, corner: Points, scale: float) -> Markup:
    """From where the hip was standing to where it is, level with the latter."""
    near = LEFT_HIP if _near_side(figure.landmarks) == 1 else RIGHT_HIP
    before = (standing.landmarks[near, :2] - corner) * scale
    now = (figure.landmarks[near, :2] - corner) * scale
    return joined(
        tag("path", d=_line(np.array([before, [before[0], now[1]], now])), class_="travel"),
        tag(
            "circle",
            cx=number(float(before[0])),
            cy=number(float(before[1])),
            r="4.5",
            class_="travel",
        ),
    )


def _near_side(landmarks: Points) -> int:
    """1 when the person's left (odd landmarks) is nearer to the camera, else 0."""
    left, right = (landmarks[[11 + i, 23 + i, 25 + i, 27 + i], 2].sum() for i in (0, 1))
    return 1 if left <= right else 0


def _extent(figure: Figure) -> Points:
    """Everything that has to fit: joints, head, back."""
    points = [figure.landmarks[list(JOINTS), :2], figure.landmarks[list(HEAD), :2]]
    if figure.back is not None:
        points.append(figure.back)
    return np.concatenate(points)


def _torso(landmarks: Points) -> float:
    shoulders = landmarks[[LEFT_SHOULDER, RIGHT_SHOULDER], :2].mean(axis=0)
    hips = landmarks[[LEFT_HIP, RIGHT_HIP], :2].mean(axis=0)
    return max(float(np.linalg.norm(shoulders - hips)), 1.0)


def _line(points: Points) -> str:
    return "M" + "L".join(f"{number(float(x))} {number(float(y))}" for x, y in points)
