"""The page's parts, put together."""

import string
from importlib.resources import files

from station import __version__
from station.commands.checking import Checked
from station.commands.report import words
from station.commands.report.chart import charts
from station.commands.report.figure import Stage
from station.commands.report.markup import Markup, joined, tag
from station.commands.report.seen import Figure, Seen
from station.exercises import load
from station.hinge import INSTRUCTIONS, Rep

METHOD = (
    "Hips, knees and shins are measured from the joints a pose model finds, against the person's "
    "own standing.",
    "The shape of the back comes from the outline of the body between hip and neck: a pose model "
    "knows no spine.",
    "What could not be seen well is left open. It shows a movement and diagnoses nothing; stop if "
    "it hurts, ask a coach.",
)


def page(checked: Checked, seen: Seen) -> str:
    """The whole page, which asks for nothing from outside."""
    first, *rest = words.headline(checked)
    headline = tag("h1", first, *([" ", tag("span", " ".join(rest))] if rest else []))
    body = joined(
        tag(
            "header",
            tag("p", f"{checked.path.name} · {checked.exercise.name}", class_="from"),
            headline,
            tag("p", words.setting(checked), class_="note"),
        ),
        tag("main", _work_on(checked), _over_time(checked, seen), _bends(checked, seen)),
        _footer(),
    )
    here = files(__package__)
    return string.Template((here / "page.html").read_text(encoding="utf-8")).substitute(
        version=__version__,
        title=tag("b", f"{checked.path.name}: {first}")[3:-4],
        style=(here / "page.css").read_text(encoding="utf-8"),
        body=body,
    )


def _work_on(checked: Checked) -> Markup:
    """The one thing to take away from the set."""
    summary = checked.summary
    reps = summary.reps
    if not checked.still and all(rep.kind == "uncertain" for rep in reps):
        return _to_be_seen(checked)
    if reps and all(words.unjudged(rep) for rep in reps):
        return _told(reps[0].cue or "", words.sentence(f"Because {words.because('oblique')}"))
    fault = checked.exercise.fault(summary.work_on)
    if fault is None:
        if summary.clean and summary.clean == summary.count("rep"):
            return tag("section", tag("h2", "Nothing to change"), class_="panel work right")
        return Markup("")
    told = fault.told(summary.onset)
    rows = [("Why", told.cause), ("Try", told.fix)]
    if fault.drill is not None:
        rows.append(("Drill", load(fault.drill).name))
    if summary.depth_deg is not None:
        depth = f"The back holds until the trunk leans {summary.depth_deg:.0f}° forward"
        rows.append(("Today's depth", depth))
    cells = [tag(name, text) for row in rows for name, text in zip(("dt", "dd"), row, strict=True)]
    return tag(
        "section",
        tag("h2", summary.cue or told.cue),
        tag("dl", *cells, class_="facts"),
        class_="panel work",
    )


def _to_be_seen(checked: Checked) -> Markup:
    """Where nothing counted, what keeps it from being seen, if something does."""
    closed = checked.summary.closed_s
    reason = max(closed, key=lambda name: closed[name], default=None)
    if reason is None or reason not in INSTRUCTIONS or closed[reason] < checked.duration_s / 3:
        return Markup("")
    return _told(
        INSTRUCTIONS[reason],
        words.sentence(f"For {closed[reason]:.1f} s {words.because(reason)}"),
    )


def _told(what: str, why: str) -> Markup:
    """What would let the next set be judged."""
    return tag("section", tag("h2", what), tag("p", why), class_="panel work unknown")


def _over_time(checked: Checked, seen: Seen) -> Markup:
    if checked.still:
        return Markup("")
    return tag(
        "section",
        tag("h2", "Over time"),
        tag("div", charts(seen, checked.summary.reps, checked.duration_s), class_="panel"),
    )


def _bends(checked: Checked, seen: Seen) -> Markup:
    reps = checked.summary.reps
    if not reps:
        return Markup("")
    figures = [seen.figure(rep.bottom_s) for rep in reps]
    standing = [
        seen.standing_before(rep.start_s, figure) for rep, figure in zip(reps, figures, strict=True)
    ]
    stage = Stage([f for f in (*figures, *standing) if f is not None])
    cards = [
        _card(n, rep, checked, seen, _drawing(stage, n, rep, figure, before))
        for n, (rep, figure, before) in enumerate(
            zip(reps, figures, standing, strict=True), start=1
        )
    ]
    return tag(
        "section",
        tag("h2", "The bottom of each bend" if len(reps) > 1 else "The bottom of the bend"),
        tag("div", *cards, class_="cards" if len(cards) > 1 else "cards one"),
    )


def _drawing(
    stage: Stage, n: int, rep: Rep, figure: Figure | None, standing: Figure | None
) -> Markup:
    if figure is None:
        return tag("p", "The joints could not be followed at the bottom.", class_="note")
    label = f"Bend {n} at its bottom. Back: {words.back(rep)[0].lower()}."
    return stage.drawing(figure, standing, words.back_tone(rep), label)


def _card(n: int, rep: Rep, checked: Checked, seen: Seen, drawing: Markup) -> Markup:
    when = "" if checked.still else f"{rep.bottom_s - checked.start_s:.1f} s"
    return tag(
        "article",
        tag(
            "header",
            tag("h3", f"Bend {n}"),
            tag("span", when, class_="note"),
            tag(
                "span",
                "Single picture" if checked.still else words.kind(rep),
                class_=f"badge {words.tone(rep)}",
            ),
        ),
        drawing,
        tag("div", _do(rep, checked, seen), _facts(rep, checked), _angles(rep), class_="told"),
        id=f"bend-{n}",
        class_="panel card",
    )


def _do(rep: Rep, checked: Checked, seen: Seen) -> Markup:
    """What to change and why; for a bend that was not counted, why not."""
    parts: list[Markup] = []
    known = [fault for fault in checked.exercise.faults if fault.name in rep.faults]
    if rep.kind == "uncertain":
        closed = seen.closed_during(rep.start_s, rep.end_s)
        parts.append(tag("p", words.not_counted(rep, checked, closed)))
        # What was measured while nothing could be trusted is shown, but no advice comes of it.
        known = known if closed is None else []
    if known:
        told = known[0].told(rep.back.onset if known[0].name == "back_rounds" else None)
        parts.append(tag("strong", rep.cue or told.cue))
        parts += [tag("p", told.cause), tag("p", told.fix)]
        if len(known) > 1:
            more = "; ".join(words.fault(fault.name) for fault in known[1:])
            parts.append(tag("p", f"Also seen: {more}.", class_="note"))
    elif rep.clean:
        parts.append(tag("strong", "Nothing to change"))
    elif rep.kind != "uncertain":
        parts.append(tag("strong", rep.cue or "Counted; the form could not be judged"))
        if rep.back.reason:
            parts.append(tag("p", words.sentence(f"Because {words.because(rep.back.reason)}")))
    return tag("div", *parts, class_=f"do {words.tone(rep)}")


def _facts(rep: Rep, checked: Checked) -> Markup:
    back, behind_it = words.back(rep)
    neck, angle = words.neck(rep)
    pattern_tone = {"hinge": "right", "unclear": ""}.get(rep.pattern, "change")
    if rep.kind == "uncertain" and not checked.still:
        pattern_tone = ""
    rows = [
        ("Moved", words.PATTERNS[rep.pattern], "", pattern_tone),
        ("Back", back, behind_it, words.back_tone(rep)),
        ("Neck", neck, angle, ""),
        ("Hip travel", words.travel(rep), "", ""),
        ("Balance", words.balance(rep) or "", "", ""),
        ("Tempo", "" if checked.still else words.tempo(rep), "", ""),
    ]
    if rep.success is not None:
        rows.append(("Drill", "Its aim was met" if rep.success else "Its aim was missed", "", ""))
    cells = [
        joined(
            tag("dt", name),
            tag("dd", tag("b", text, class_=tone), *([tag("small", more)] if more else [])),
        )
        for name, text, more, tone in rows
        if text
    ]
    return tag("dl", *cells, class_="facts")


def _angles(rep: Rep) -> Markup:
    angles = (
        ("Trunk", rep.angles.trunk),
        ("Hip", rep.angles.hip_flexion),
        ("Knee", rep.angles.knee_flexion),
        ("Shin", rep.angles.shin),
    )
    return tag(
        "table",
        tag("tr", *[tag("th", name, scope="col") for name, _ in angles]),
        tag("tr", *[tag("td", f"{value:.0f}°".replace("-", "−")) for _, value in angles]),
        class_="angles",
        aria_label="Angles at the bottom",
    )


def _footer() -> Markup:
    def key(tone: str, text: str) -> Markup:
        return tag("li", tag("span", "", class_=f"swatch {tone}"), text)

    units = (
        "Angles in degrees at the bottom of the bend: trunk against the vertical (90° = level), "
        "hip and knee flexion (0° = straight), shin + with the knee ahead of the ankle.",
        "Hip travel and balance in thigh lengths. Shape of the back in % of the torso's length "
        "from a straight line, + rounded, − arched, against standing where that was seen.",
        "Figures: strong, the near side; pale, the far side; faint, the same person standing; "
        "dotted, how the hips moved; thick, the edge of the back over its dashed straight line.",
    )
    return tag(
        "footer",
        tag(
            "section",
            tag("h3", "How to read it"),
            tag(
                "ul",
                key("right", "clean, or a flat back"),
                key("change", "one thing to change"),
                key("", "not counted, or can't tell"),
                class_="key",
            ),
            *[tag("p", text, class_="note") for text in units],
            class_="panel",
        ),
        tag(
            "section",
            tag("h3", "How it was measured"),
            *[tag("p", line, class_="note") for line in METHOD],
            class_="panel",
        ),
    )
