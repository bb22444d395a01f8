"""Where each part of the summary goes: pixels, from the lower left, for any panel."""

from dataclasses import dataclass

from station.kiosk.metrics import Metrics

PARTS = ("numbers", "said", "why", "card", "portrait", "code", "safety", "keys", "turn")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; one without an area is not shown."""

    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0

    @property
    def shown(self) -> bool:
        return self.width > 1 and self.height > 1


def place(
    metrics: Metrics, size: tuple[float, float], rows: int, *, turned: bool = False
) -> dict[str, Box]:
    """A box for each of `PARTS` on a screen of `size` with `rows` of keys.

    `turned`: the second page, which only a compact panel has.
    """
    boxes = dict.fromkeys(PARTS, Box())
    margin, gap = metrics.margin * (1.0 if metrics.compact else 0.85), metrics.gap
    width, top = size[0] - 2 * margin, size[1] - margin
    rows = 1 if turned else rows
    below = margin + rows * metrics.key + (rows - 1) * gap
    if turned:
        boxes["turn"] = Box(margin, margin, width, metrics.key)
    else:
        boxes["keys"] = Box(margin, margin, width, below - margin)
    line = metrics.small * (2.2 if metrics.compact else 1.35)
    boxes["safety"] = Box(margin, below + gap * 0.4, width, line)
    bottom = below + gap * 0.7 + line
    height = top - bottom
    if metrics.compact:
        _compact(metrics, boxes, (margin, bottom, width, height), turned)
    elif metrics.portrait:
        third = (height - 2 * gap) / 10
        half = (width - gap) / 2
        boxes["numbers"] = Box(margin, top - 2.9 * third, half, 2.9 * third)
        boxes["portrait"] = Box(margin + half + gap, top - 2.9 * third, half, 2.9 * third)
        boxes["card"] = Box(margin, bottom + 3.4 * third + gap, width, 3.7 * third)
        boxes["said"] = Box(margin, bottom, width * 0.6 - gap, 3.4 * third)
        boxes["code"] = Box(margin + width * 0.6, bottom, width * 0.4, 3.4 * third)
    else:
        side = (width - 2 * gap) * 0.3
        middle = width - 2 * gap - 2 * side
        right = margin + side + middle + 2 * gap
        boxes["numbers"] = Box(margin, bottom + height * 0.48, side, height * 0.52)
        boxes["said"] = Box(margin, bottom, side, height * 0.48 - gap * 0.5)
        boxes["card"] = Box(margin + side + gap, bottom, middle, height)
        boxes["portrait"] = Box(right, bottom + height * 0.59, side, height * 0.41)
        boxes["code"] = Box(right, bottom, side, height * 0.59 - gap * 0.4)
    return boxes


def _compact(
    metrics: Metrics,
    boxes: dict[str, Box],
    room: tuple[float, float, float, float],
    turned: bool,
) -> None:
    """One thing to do and the numbers first; the rest of it on the other page."""
    x, bottom, width, height = room
    gap = metrics.gap * 0.5
    if turned:
        boxes["safety"] = Box()
        bottom = boxes["turn"].y + boxes["turn"].height + gap
        height = room[1] + room[3] - bottom
        above = bottom + height * 0.66
        boxes["portrait"] = Box(x, above, width * 0.48, height * 0.34)
        boxes["said"] = Box(x + width * 0.51, above, width * 0.49, height * 0.34)
        boxes["why"] = Box(x, bottom + height * 0.5, width, height * 0.15)
        boxes["code"] = Box(x, bottom, width, height * 0.5)
        return
    numbers = max(metrics.body * 2.4, metrics.key)
    turn = metrics.key * 1.35
    boxes["numbers"] = Box(x, bottom + height - numbers, width - turn - gap, numbers)
    boxes["turn"] = Box(x + width - turn, bottom + height - numbers, turn, numbers)
    boxes["card"] = Box(x, bottom, width, height - numbers - gap)


def key_rows(metrics: Metrics, nexts: int) -> int:
    """Rows of keys: the ways on above "again" and "done", or all in one."""
    return 2 if metrics.portrait and nexts else 1
