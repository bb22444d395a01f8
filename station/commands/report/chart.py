"""Curves over time: lines stretch with the page, words do not, so it reads on a phone too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.commands.report import words
from station.commands.report.markup import Markup, joined, number, tag
from station.commands.report.seen import Seen, Span
from station.hinge import Rep, Update

MOST_POINTS = 2400
"""Points kept of a curve; more than a screen has columns."""

SAID_IN_PLACE = 0.14
"""A span that takes this share of the width has room for its reason."""

NARROWEST_REP_PX = 22
UPRIGHT_DEG = 20.0
"""Below this trunk inclination the back's shape says nothing and is drawn faintly."""


@dataclass(frozen=True)
class Curve:
    """`name` is also its class; `value` None = a gap."""

    name: str
    words: str
    value: Callable[[Update], float | None]


FLEXION = (
    Curve("trunk", "Trunk inclination", lambda u: u.angles.trunk if u.angles else None),
    Curve("hip", "Hip flexion", lambda u: u.angles.hip_flexion if u.angles else None),
    Curve("knee", "Knee flexion", lambda u: u.angles.knee_flexion if u.angles else None),
)


def _back(update: Update, *, bent: bool) -> float | None:
    if update.sagitta is None or update.angles is None or not update.gate.judged:
        return None
    return 100 * update.sagitta if (update.angles.trunk > UPRIGHT_DEG) == bent else None


BACK = (
    Curve("upright", "Back while upright (says little)", lambda u: _back(u, bent=False)),
    Curve("bent", "Back while bent", lambda u: _back(u, bent=True)),
)


def charts(seen: Seen, reps: Sequence[Rep], duration_s: float) -> Markup:
    """Both charts over the strip of bends, with what was not judged hatched."""
    spans = seen.spans()
    span_s = max(duration_s, 1e-6)
    bands = [_band(rep, n, seen.start_s, span_s) for n, rep in enumerate(reps, start=1)]
    strip = tag("div", *[chip for chip, _ in bands], class_="strip")
    shades = [shade for _, shade in bands] + [_hatch(span, span_s) for span in spans]
    flexion = _plot(
        seen, FLEXION, span_s, shades, ticks=(0, 45, 90, 135), unit="°", least=(-15, 100)
    )
    back = _plot(seen, BACK, span_s, shades, ticks=(-10, 0, 10), unit=" %", least=(-12, 12))
    axis = tag("div", *[_time(t, span_s) for t in _times(span_s)], class_="times")
    least = f"--least: {len(reps) * NARROWEST_REP_PX}px"
    return joined(
        tag(
            "div",
            tag(
                "div",
                tag("p", "Bends", class_="side"),
                strip,
                tag("h3", "Trunk, hips, knees"),
                _legend(FLEXION),
                flexion,
                tag("h3", "Shape of the back"),
                _legend(BACK),
                back,
                axis,
                class_="chart",
                style=least,
            ),
            class_="scroll",
            tabindex=0.0,
            role="group",
            aria_label="Curves over time",
        ),
        _untrusted(spans),
    )


def _plot(
    seen: Seen,
    curves: Sequence[Curve],
    span_s: float,
    shades: list[Markup],
    *,
    ticks: Sequence[float],
    unit: str,
    least: tuple[float, float],
) -> Markup:
    """One chart; `least` is the range it shows at the least."""
    step = max(1, len(seen.updates) // MOST_POINTS)
    kept = seen.updates[::step]
    values = {c.name: [c.value(u) if u.gate.open else None for u in kept] for c in curves}
    known = [v for row in values.values() for v in row if v is not None]
    low, high = min([least[0], *known]), max([least[1], *known])
    lines = [
        tag(
            "path",
            d=_path([(u.t - seen.start_s) / span_s for u in kept], values[c.name], low, high),
            class_=f"line {c.name}",
            vector_effect="non-scaling-stroke",
        )
        for c in curves
    ]
    marks = [
        tag(
            "div",
            tag("span", f"{tick:g}{unit}".replace("-", "−")),
            class_="tick zero" if tick == 0 else "tick",
            style=f"top: {number(100 * (high - tick) / (high - low), 2)}%",
        )
        for tick in ticks
        if low <= tick <= high
    ]
    drawing = tag(
        "svg", *lines, viewBox="0 0 1000 100", preserveAspectRatio="none", aria_hidden="true"
    )
    return tag("div", *shades, *marks, drawing, class_="plot")


def _path(xs: Sequence[float], values: Sequence[float | None], low: float, high: float) -> str:
    parts, pen_down = [], False
    for x, value in zip(xs, values, strict=True):
        if value is None:
            pen_down = False
            continue
        y = 100 * (high - value) / (high - low)
        parts.append(f"{'L' if pen_down else 'M'}{number(1000 * x)} {number(y)}")
        pen_down = True
    return "".join(parts)


def _band(rep: Rep, n: int, start_s: float, span_s: float) -> tuple[Markup, Markup]:
    """The chip of bend `n` and its shade on the charts."""
    left, right = ((t - start_s) / span_s for t in (rep.start_s, rep.end_s))
    bottom = (rep.bottom_s - start_s) / span_s
    tone = words.tone(rep)
    place = _place(left, right)
    chip = tag(
        "a",
        tag("span", str(n) if rep.kind != "uncertain" else f"{n}?"),
        href=f"#bend-{n}",
        class_=f"chip {tone}",
        style=place,
        title=f"Bend {n}: {words.kind(rep)}",
    )
    line = tag("i", style=f"left: {number(100 * (bottom - left) / max(right - left, 1e-6), 2)}%")
    return chip, tag("div", line, class_=f"shade {tone}", style=place)


def _hatch(span: Span, span_s: float) -> Markup:
    share = (span.end_s - span.start_s) / span_s
    said = words.reason(span.reason)
    return tag(
        "div",
        tag("span", said) if share >= SAID_IN_PLACE else "",
        class_="hatch counted" if span.counted else "hatch",
        style=_place(span.start_s / span_s, span.end_s / span_s),
        title=said,
    )


def _place(left: float, right: float) -> str:
    left, right = max(0.0, left), min(1.0, right)
    return f"left: {number(100 * left, 2)}%; width: {number(100 * max(right - left, 0.002), 2)}%"


def _legend(curves: Sequence[Curve]) -> Markup:
    items = [
        tag(
            "li",
            tag(
                "svg",
                tag("path", d="M0 5H30", class_=f"line {c.name}"),
                viewBox="0 0 30 10",
                aria_hidden="true",
            ),
            c.words,
        )
        for c in curves
    ]
    return tag("ul", *items, class_="legend")


def _untrusted(spans: Sequence[Span]) -> Markup:
    """Every hatched stretch in words."""
    if not spans:
        return tag("p", "Every frame could be judged.", class_="note")
    items = []
    for span in spans:
        what = "counted, but the form was not judged" if span.counted else "not judged"
        when = f"{span.start_s:.1f} to {span.end_s:.1f} s"
        items.append(tag("li", f"{when}: {what}, because {words.because(span.reason)}"))
    return joined(tag("p", "Hatched:", class_="note"), tag("ul", *items, class_="spans note"))


def _times(span_s: float) -> list[float]:
    """Round times, at most seven."""
    steps = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
    step = next((s for s in steps if span_s / s <= 6), steps[-1])
    return [i * step for i in range(int(span_s / step) + 1)]


def _time(t: float, span_s: float) -> Markup:
    share = t / span_s
    edge = "first" if t == 0 else "last" if share > 0.96 else None
    return tag("span", f"{t:g} s", class_=edge, style=f"left: {number(100 * share, 2)}%")
