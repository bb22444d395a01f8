"""Check a video or recording of somebody hinging and print the reps.

Example: station check clip.mp4 --exercise hinge
As a page to look at: station check clip.mp4 --report clip.html
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from station import isolation
from station import settings as settings_file

if TYPE_CHECKING:
    from station.hinge import Back, Rep, Summary


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station check`."""
    parser.add_argument("input", type=Path, help="video, or recording (.npz)")
    parser.add_argument("--exercise", default="hinge", metavar="ID", help="default: hinge")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--trace", action="store_true", help="with --json: every frame as well")
    parser.add_argument(
        "--report", type=Path, metavar="OUT.html", help="also write one page to look at"
    )
    parser.add_argument("--config", type=Path, help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Run it; 0 also when no rep was found, since that is an answer."""
    isolation.leave_network_if_possible()
    from station.commands import report
    from station.commands.checking import as_json, check_file

    if args.report is not None:
        report.refuse_unwritable(args.report)
    settings = settings_file.load(args.config)
    seen = report.Seen()
    checked = check_file(args.input, args.exercise, settings, watch=seen.watch)
    if args.report is not None:
        report.write(args.report, checked, seen)
    if args.json:
        document = as_json(checked, seen.updates if args.trace else None)
        print(json.dumps(document, indent=2, allow_nan=False))
        return 0
    print(_for_people(checked.summary, checked.path.name, checked.duration_s))
    if args.report is not None:
        print(f"\nTo look at: {args.report}")
    return 0


def _for_people(summary: "Summary", name: str, duration_s: float) -> str:
    view = summary.view
    seen = {"side": "side-on", "oblique": "at an angle", "front": "from the front"}.get(
        view.kind, "nobody"
    )
    yaw = "" if view.yaw_deg is None else f", {view.yaw_deg:.0f}° off side-on"
    lines = [
        f"{name}: {duration_s:.1f} s, seen {seen}{yaw}",
        f"{summary.count('rep')} reps, {summary.clean} clean; "
        f"{summary.count('attempt')} attempts, {summary.count('uncertain')} uncertain",
    ]
    for reason, seconds in sorted(summary.closed_s.items()):
        if seconds >= 0.1:
            lines.append(f"not judged for {seconds:.1f} s: {reason.replace('_', ' ')}")
    if summary.reps:
        lines += [
            "",
            "   bottom  kind       pattern   trunk   hip  knee  shin  back         what to change",
        ]
        lines += [_row(number, rep) for number, rep in enumerate(summary.reps, start=1)]
    return "\n".join(lines)


def _row(number: int, rep: "Rep") -> str:
    angles = rep.angles
    return (
        f"{number:2d} {rep.bottom_s:5.1f}s  {rep.kind:9s}  {rep.pattern:8s} "
        f"{angles.trunk:5.0f}° {angles.hip_flexion:4.0f}° {angles.knee_flexion:4.0f}° "
        f"{angles.shin:4.0f}°  {_back_words(rep.back):11s}  {rep.cue or '–'}"
    )


def _back_words(back: "Back") -> str:
    return "can't tell" if back.verdict == "cannot_tell" else back.verdict
