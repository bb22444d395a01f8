"""The accuracy card as tables of at most 100 columns."""

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from station.commands.accuracy import Clip

Figures = dict[str, Any]
Row = tuple[str, Callable[[Figures], str]]

WIDTH = 100
COLUMN = 15
FIRST = 40

_BANDS = (
    ("to_10", "up to 10° off side-on"),
    ("10_to_30", "over 10° to 30° off side-on"),
    ("beyond_30", "beyond 30° off side-on"),
)


def _rows() -> list[tuple[str, list[Row]]]:
    """Heading → rows, in the order of the card."""
    reps: list[Row] = [
        ("Mean absolute error", lambda c: _number(c["reps"]["mean_absolute_error"])),
        ("Within one", lambda c: _share(c["reps"]["within_one"])),
        ("Exact", lambda c: _share(c["reps"]["exact"])),
        ("Invented in clips without reps", _phantom),
        ("Attempts (too shallow) exact", lambda c: _share(c["attempts"]["exact"])),
    ]
    pattern: list[Row] = [
        ("Right, people who move", lambda c: _share(c["pattern"]["moving"])),
        ("Right, single pictures", lambda c: _share(c["pattern"]["stills"])),
    ]
    sections = [
        ("Full reps, any view", reps),
        ("Hips, knees or spine, side views", pattern),
        ("Back rounded? People who move, side views", _back_rows("moving")),
        ("Back rounded? Single pictures, side views", _back_rows("stills")),
        (
            "More on the back",
            [
                ("Onset right, of reps called rounded", lambda c: _share(c["onset"])),
                ("Arched backs found", lambda c: _share(c["arched_back"])),
                ("Judged though seen beyond 30°", lambda c: _share(c["beyond_30_judged"])),
                ("Stated confidence off by (verdicts)", _calibration_error),
                ("Brier score of that confidence", lambda c: _number(c["confidence"]["brier"])),
            ],
        ),
    ]
    sections += [
        (f"Bottom of the rep against exact truth, {words}: error (bias)", _angle_rows(band))
        for band, words in _BANDS
    ]
    gate: Row = ("Share of time", lambda c: _percent(c["gate_open"]))
    return [*sections, ("Trusted (framing, view, one person)", [gate])]


def _back_rows(group: str) -> list[Row]:
    def of(name: str) -> Callable[[Figures], str]:
        return lambda c: _share(c["rounded_back"][group][name])

    return [
        ("Rounded found, of those decided", of("recall")),
        ("Others called rounded", of("false_alarms")),
        ("Can't tell", of("cannot_tell")),
    ]


def _angle_rows(band: str) -> list[Row]:
    def of(name: str, unit: str, digits: int) -> Callable[[Figures], str]:
        return lambda c: _error(c["at_bottom"][band][name], unit, digits)

    return [
        ("Trunk inclination", of("trunk", "°", 1)),
        ("Hip flexion", of("hip_flexion", "°", 1)),
        ("Knee flexion", of("knee_flexion", "°", 1)),
        ("Shin angle", of("shin", "°", 1)),
        ("Hip travel, thigh lengths", of("hip_travel", "", 2)),
    ]


def card_text(cards: Sequence[tuple[str, Figures]]) -> str:
    """Cards side by side, each under its name; figures nobody has are left out."""
    room = (WIDTH - FIRST) // COLUMN
    blocks = [_block(cards[at : at + room]) for at in range(0, len(cards), room)]
    return "\n\n".join(blocks)


def _block(cards: Sequence[tuple[str, Figures]]) -> str:
    lines = []
    if len(cards) > 1:
        lines.append(" " * FIRST + "".join(f"{_short(name):>{COLUMN}s}" for name, _ in cards))
    lines.append(
        f"{'Clips (single pictures among them)':{FIRST}s}"
        + "".join(f"{_clips(figures):>{COLUMN}s}" for _, figures in cards)
    )
    for heading, rows in _rows():
        shown = [(label, [cell(figures) for _, figures in cards]) for label, cell in rows]
        shown = [(label, cells) for label, cells in shown if set(cells) != {"–"}]
        if shown:
            lines += ["", heading]
        for label, cells in shown:
            text = f"  {label:{FIRST - 2}s}" + "".join(f"{cell:>{COLUMN}s}" for cell in cells)
            lines.append(text)
    return "\n".join(lines)


def peers_text(figures: Figures, peers: Figures) -> str:
    """The common rules beside this checker, on the same clips."""
    backs = {"this checker": figures["rounded_back"] | {"beyond": figures["beyond_30_judged"]}}
    backs |= {
        rule: said | {"beyond": said["beyond_30_judged"]}
        for rule, said in peers["rounded_back"].items()
    }
    counts = {"this checker": figures["reps"]} | peers["reps"]
    note = (
        "Each rule in its best reading: pixels, not normalised coordinates; the near side of the "
        "body; back rules asked only at the bottom of the bends found above, by majority of frames "
        "and bends. Found is of the rounded backs that are decided, false of all others."
    )
    lines = ["What common public rules say of the same clips", *textwrap.wrap(note, WIDTH), ""]
    lines.append(f"{'':{FIRST}s}{'people who move':>30s}{'single pictures':>26s}")
    head = f"{'found':>15s}{'false':>15s}{'found':>13s}{'false':>13s}"
    lines.append(f"{'Is the back rounded?':{FIRST}s}{head}")
    for rule, said in backs.items():
        moving, stills = said["moving"], said["stills"]
        lines.append(
            f"  {rule:{FIRST - 2}s}{_share(moving['recall']):>15s}"
            f"{_false(moving):>15s}{_share(stills['recall']):>13s}{_false(stills):>13s}"
        )
    head = f"{'people who move':>15s}{'beyond 30°':>15s}{'single pictures':>26s}"
    lines += ["", f"{'... and how often is that left open?':{FIRST}s}{head}"]
    for rule, said in backs.items():
        moving, stills = said["moving"], said["stills"]
        lines.append(
            f"  {rule:{FIRST - 2}s}{_share(moving['cannot_tell']):>15s}"
            f"{_share(_complement(said['beyond'])):>15s}{_share(stills['cannot_tell']):>26s}"
        )
    head = f"{'mean error':>15s}{'within one':>15s}{'invented':>13s}"
    lines += ["", f"{'How many reps?':{FIRST}s}{head}"]
    for rule, said in counts.items():
        lines.append(
            f"  {rule:{FIRST - 2}s}{_number(said['mean_absolute_error']):>15s}"
            f"{_share(said['within_one']):>15s}{said['phantom']:>13d}"
        )
    return "\n".join(line.rstrip() for line in lines)


def per_clip_text(clips: Sequence[Clip]) -> str:
    """A line for every clip: said, and in brackets what the label says."""
    width = min(max((len(c.label.file) for c in clips), default=4), 30)
    lines = [f"{'clip':{width}s}  {'reps':10s}  {'attempts':8s}  {'pattern':15s}  back"]
    for c in clips:
        label, summary = c.label, c.checked.summary
        reps = f"{summary.count('rep')} ({_wanted(label.reps, label.reps_max)})"
        attempts = f"{summary.count('attempt')}"
        if label.attempts is not None:
            attempts += f" ({label.attempts})"
        pattern = f"{c.pattern or '–'} ({label.pattern or '?'})"
        said = _back(c.back, c.onset) if c.judged else "–"
        known = _back(label.back, label.onset) if label.back != "unknown" else "?"
        lines.append(
            f"{_short(label.file, width):{width}s}  {reps:10s}  {attempts:8s}  {pattern:15s}  "
            f"{said} ({known})"
        )
    return "\n".join(lines)


def _back(verdict: str, onset: str | None) -> str:
    words = verdict.replace("cannot_tell", "can't tell")
    return f"{words} {onset}" if verdict == "rounded" and onset else words


def _wanted(least: int | None, most: int | None) -> str:
    if least is None:
        return "?"
    return f"{least}–{most}" if most is not None and most > least else str(least)


def _short(name: str, room: int = COLUMN - 1) -> str:
    return name if len(name) <= room else name[: room - 1] + "…"


def _clips(figures: Figures) -> str:
    return f"{figures['clips']} ({figures['stills']})"


def _phantom(figures: Figures) -> str:
    reps = figures["reps"]
    return (
        f"{reps['phantom']} in {reps['clips_without_reps']}" if reps["clips_without_reps"] else "–"
    )


def _calibration_error(figures: Figures) -> str:
    error = figures["confidence"]["expected_calibration_error"]
    return "–" if error is None else f"{error:.2f} ({figures['confidence']['verdicts']})"


def _share(figures: Figures) -> str:
    return f"{100 * figures['share']:.0f} % of {figures['of']}" if figures["of"] else "–"


def _false(group: Figures) -> str:
    """False alarms; a rule that decides none of the others has not been put to the test."""
    return _share(group["false_alarms"]) if group["other_clips_decided"] else "–"


def _complement(figures: Figures) -> Figures:
    share = figures["share"]
    return {"of": figures["of"], "share": None if share is None else 1 - share}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _error(figures: Figures, unit: str, digits: int) -> str:
    if not figures["reps"]:
        return "–"
    error, bias = figures["mean_absolute_error"], figures["bias"]
    bias = round(bias, digits) or 0.0
    return f"{error:.{digits}f}{unit} ({bias:+.{digits}f}{unit})".replace("-", "−")
