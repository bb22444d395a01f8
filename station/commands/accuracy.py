"""The accuracy card's figures: what the checker said of labelled clips against label and truth."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from station.commands.checking import Checked, check_file
from station.commands.labels import ANGLES, Label, Truth, read_labels
from station.commands.peers import BACK_RULES, COUNT_RULES, Opinions, Peers
from station.hinge import Rep
from station.settings import Settings

YAWS = (("to_10", -1.0, 10.0), ("10_to_30", 10.0, 30.0), ("beyond_30", 30.0, 180.0))
"""Bands of yaw, degrees off side-on, lower limit left out: name, from, to."""

CONFIDENCE_BINS = (-1.0, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Edges of the bins of stated confidence, lower one left out: of two outcomes the likelier has at
least one half."""

Pair = tuple[float, float]
"""Measured, true."""


@dataclass(frozen=True)
class Clip:
    """A label, what the checker said, (measured, true) at the bottom of each rep by angle name
    (degrees; "hip_travel" in thigh lengths), and what the peers said where they were asked."""

    label: Label
    checked: Checked
    pairs: dict[str, list[Pair]]
    yaw_deg: float | None
    peers: Opinions | None

    @property
    def still(self) -> bool:
        """A single picture rather than a moving person."""
        return self.checked.still

    @property
    def judged(self) -> list[Rep]:
        """Full reps, or what there is where there is none."""
        reps = list(self.checked.summary.reps)
        return [rep for rep in reps if rep.kind == "rep"] or reps

    @property
    def pattern(self) -> str | None:
        """What most judged reps are."""
        return _most([rep.pattern for rep in self.judged])

    @property
    def back(self) -> str:
        """What the back was in most of the judged reps that could be told, else cannot_tell."""
        told = [v for v in (rep.back.verdict for rep in self.judged) if v != "cannot_tell"]
        return _most(told) or "cannot_tell"

    @property
    def onset(self) -> str | None:
        """When the back began to round in most of the judged reps where it did."""
        return _most([rep.back.onset for rep in self.judged if rep.back.onset is not None])

    @property
    def shows_a_back(self) -> bool:
        """Side-on, with a labelled back and a bend to see it in."""
        bent = bool(self.judged) or self.label.reps != 0
        return self.label.view == "side" and self.label.back != "unknown" and bent


def evaluate_folder(folder: Path, settings: Settings, *, peers: bool = False) -> list[Clip]:
    """Check every clip of `folder`/labels.toml. Raises StationError when that is no such file."""
    return [
        _evaluate(folder, label, settings, peers) for label in read_labels(folder / "labels.toml")
    ]


def _evaluate(folder: Path, label: Label, settings: Settings, peers: bool) -> Clip:
    truth = Truth(folder / label.truth) if label.truth is not None else None
    others = Peers() if peers else None
    watch = others.watch if others is not None else None
    checked = check_file(folder / label.file, label.exercise, settings, watch=watch)
    yaw = label.yaw_deg if label.yaw_deg is not None or truth is None else truth.yaw_deg
    clip = Clip(label, checked, _pairs(truth, checked.summary.reps), yaw, None)
    return clip if others is None else replace(clip, peers=others.opinions(clip.judged))


def _pairs(truth: Truth | None, reps: Iterable[Rep]) -> dict[str, list[Pair]]:
    """What was measured at the bottom of every bend that was followed from end to end."""
    pairs: dict[str, list[Pair]] = {name: [] for name in (*ANGLES, "hip_travel")}
    for rep in reps:
        if truth is None or rep.kind == "uncertain":
            continue
        for name, true in truth.angles(rep.bottom_s).items():
            pairs[name].append((getattr(rep.angles, name), true))
        travel = truth.hip_travel(rep.bottom_s)
        if travel is not None and rep.angles.hip_travel is not None:
            pairs["hip_travel"].append((rep.angles.hip_travel, travel))
    return pairs


def card(clips: Sequence[Clip]) -> dict[str, Any]:
    """The figures of the card. A share is {"n", "of", "share"}; None where there is nothing to
    take it of. Pattern and back are figures of clips that are labelled as seen from the side."""
    total_s = sum(c.checked.duration_s for c in clips)
    side = [c for c in clips if c.label.view == "side" and c.label.pattern is not None]
    beyond = [c for c in clips if c.label.beyond_side]
    attempts = [c for c in clips if c.label.attempts is not None]
    tries = [c.checked.summary.count("attempt") - (c.label.attempts or 0) for c in attempts]
    onsets = [
        (rep.back.onset, c.label.onset)
        for c in clips
        if c.label.onset is not None and c.label.view == "side"
        for rep in c.judged
        if rep.back.verdict == "rounded"
    ]
    return {
        "clips": len(clips),
        "stills": sum(c.still for c in clips),
        "reps": rep_figures(clips, lambda c: c.checked.summary.count("rep")),
        "attempts": {
            "clips": len(attempts),
            "mean_absolute_error": _mean([abs(e) for e in tries]),
            "exact": share([e == 0 for e in tries]),
        },
        "pattern": {
            "moving": share([c.pattern == c.label.pattern for c in side if not c.still]),
            "stills": share([c.pattern == c.label.pattern for c in side if c.still]),
        },
        "rounded_back": back_figures(clips, lambda c: c.back),
        "arched_back": share(
            [c.back == "arched" for c in clips if c.label.back == "arched" and c.shows_a_back]
        ),
        "beyond_30_judged": share([judged_beyond(c) for c in beyond]),
        "onset": share([said == label for said, label in onsets]),
        "at_bottom": {name: _errors(clips, low, high) for name, low, high in YAWS},
        "confidence": _calibration(clips),
        "gate_open": (
            round(sum(c.checked.summary.open_s for c in clips) / total_s, 4) if total_s else None
        ),
    }


def peers_card(clips: Sequence[Clip]) -> dict[str, Any]:
    """The same figures for each of the peers' rules, on the same clips."""

    def back_of(rule: str) -> Callable[[Clip], str]:
        return lambda c: c.peers.backs[rule] if c.peers is not None else "cannot_tell"

    def count_of(rule: str) -> Callable[[Clip], int]:
        return lambda c: c.peers.counts[rule] if c.peers is not None else 0

    beyond = [c for c in clips if c.label.beyond_side]
    return {
        "rounded_back": {
            rule: back_figures(clips, back_of(rule))
            | {
                "beyond_30_judged": share([back_of(rule)(c) != "cannot_tell" for c in beyond]),
            }
            for rule in BACK_RULES
        },
        "reps": {rule: rep_figures(clips, count_of(rule)) for rule in COUNT_RULES},
    }


def judged_beyond(clip: Clip) -> bool:
    """Whether any bend got a verdict on the back, which beyond 30° of yaw none may."""
    return any(rep.back.verdict != "cannot_tell" for rep in clip.checked.summary.reps)


def rep_figures(clips: Sequence[Clip], counted: Callable[[Clip], int]) -> dict[str, Any]:
    """How well `counted` agrees with the labelled reps; anything from reps to reps_max is right."""
    errors = []
    for clip in clips:
        least, most = clip.label.reps, clip.label.most_reps
        if least is not None and most is not None:
            said = counted(clip)
            errors.append((min(0, said - least) + max(0, said - most), least))
    return {
        "clips": len(errors),
        "mean_absolute_error": _mean([abs(error) for error, _ in errors]),
        "within_one": share([abs(error) <= 1 for error, _ in errors]),
        "exact": share([error == 0 for error, _ in errors]),
        "clips_without_reps": sum(least == 0 for _, least in errors),
        "phantom": sum(max(error, 0) for error, least in errors if least == 0),
    }


def back_figures(clips: Sequence[Clip], said: Callable[[Clip], str]) -> dict[str, Any]:
    """How well `said` agrees with the labelled backs, people who move and single pictures apart:
    rounded ones found (of those decided), others called rounded (of all), not decided (of all)."""

    def of(chosen: list[Clip]) -> dict[str, Any]:
        rounded = [said(c) for c in chosen if c.label.back == "rounded"]
        others = [said(c) for c in chosen if c.label.back != "rounded"]
        return {
            "recall": share([word == "rounded" for word in rounded if word != "cannot_tell"]),
            "false_alarms": share([word == "rounded" for word in others]),
            "cannot_tell": share([word == "cannot_tell" for word in rounded + others]),
            "rounded_clips": len(rounded),
            "other_clips": len(others),
            "other_clips_decided": sum(word != "cannot_tell" for word in others),
        }

    shown = [c for c in clips if c.shows_a_back]
    return {
        "moving": of([c for c in shown if not c.still]),
        "stills": of([c for c in shown if c.still]),
    }


def _errors(clips: Sequence[Clip], low: float, high: float) -> dict[str, Any]:
    """Measured minus true at the bottom, of clips whose yaw is above `low` and up to `high`."""
    within = [c for c in clips if c.yaw_deg is not None and low < abs(c.yaw_deg) <= high]
    figures = {}
    for name in (*ANGLES, "hip_travel"):
        errors = [measured - true for c in within for measured, true in c.pairs.get(name, [])]
        figures[name] = {
            "reps": len(errors),
            "mean_absolute_error": _mean([abs(e) for e in errors]),
            "bias": _mean(errors),
        }
    return figures


def _calibration(clips: Sequence[Clip]) -> dict[str, Any]:
    """Whether the back verdicts are right as often as they say they are: expected calibration
    error (mean distance of stated confidence and share that was right, over bins) and Brier score,
    of every decided bend in a clip with a labelled back."""
    stated = [
        (rep.back.confidence, (rep.back.verdict == "rounded") == (c.label.back == "rounded"))
        for c in clips
        if c.shows_a_back
        for rep in c.judged
        if rep.back.verdict != "cannot_tell" and rep.back.confidence is not None
    ]
    bins, apart = [], 0.0
    for low, high in pairwise(CONFIDENCE_BINS):
        inside = [(p, right) for p, right in stated if low < p <= high]
        if inside:
            said, came = mean(p for p, _ in inside), mean(float(right) for _, right in inside)
            apart += len(inside) / len(stated) * abs(said - came)
            bins.append(
                {
                    "from": low,
                    "to": high,
                    "verdicts": len(inside),
                    "stated": round(said, 4),
                    "right": round(came, 4),
                }
            )
    return {
        "verdicts": len(stated),
        "expected_calibration_error": round(apart, 4) if stated else None,
        "brier": _mean([(p - right) ** 2 for p, right in stated]),
        "bins": bins,
    }


def share(answers: Sequence[bool]) -> dict[str, Any]:
    """How many of the answers are yes."""
    return {"n": sum(answers), "of": len(answers), "share": _mean(answers)}


def _mean(values: Sequence[float]) -> float | None:
    return round(mean(float(v) for v in values), 4) if values else None


def _most(values: Sequence[str]) -> str | None:
    return Counter(values).most_common(1)[0][0] if values else None
