"""The accuracy card: what the checker said of labelled clips against their labels and truth."""

import json
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from station.commands.checking import Checked, check_file
from station.errors import StationError
from station.hinge import Rep
from station.settings import Settings, first_problem

ANGLES = {
    "trunk": "trunk_inclination_deg",
    "hip_flexion": "hip_flexion_deg",
    "knee_flexion": "knee_flexion_deg",
    "shin": "shin_angle_deg",
}
"""Our angle → its name in a rendered clip's truth."""


class Label(BaseModel):
    """One `[[clip]]` of labels.toml; further keys are the labeller's own notes."""

    model_config = ConfigDict(extra="allow", frozen=True)

    file: str
    exercise: str = "hinge"
    view: Literal["side", "oblique", "front", "unknown"] = "unknown"
    reps: int | None = None
    reps_max: int | None = None
    pattern: Literal["hinge", "squat", "stoop", "unclear"] | None = None
    back: Literal["flat", "rounded", "arched", "unknown"] = "unknown"
    truth: str | None = None


@dataclass(frozen=True)
class Clip:
    """A label, what the checker said, and the (measured, true) pairs at each rep's bottom."""

    label: Label
    checked: Checked
    pairs: dict[str, list[tuple[float, float]]]

    @property
    def judged(self) -> list[Rep]:
        """Full reps, or what there is where there is none."""
        reps = list(self.checked.summary.reps)
        return [rep for rep in reps if rep.kind == "rep"] or reps

    @property
    def rep_error(self) -> int | None:
        """Reps counted too many (+) or too few (−); 0 within reps…reps_max; None = no label."""
        if self.label.reps is None:
            return None
        counted = self.checked.summary.count("rep")
        most = self.label.reps_max if self.label.reps_max is not None else self.label.reps
        return min(0, counted - self.label.reps) + max(0, counted - most)

    @property
    def pattern(self) -> str | None:
        """What most judged reps are."""
        return _most([rep.pattern for rep in self.judged])

    @property
    def back(self) -> str | None:
        """What the back was in most of the judged reps that could be told, else cannot_tell."""
        told = [v for v in (rep.back.verdict for rep in self.judged) if v != "cannot_tell"]
        return _most(told) if told else "cannot_tell" if self.judged else None


def evaluate_folder(folder: Path, settings: Settings) -> list[Clip]:
    """Check every clip of `folder`/labels.toml. Raises StationError when that is no such file."""
    clips = []
    for label in read_labels(folder / "labels.toml"):
        checked = check_file(folder / label.file, label.exercise, settings)
        pairs: dict[str, list[tuple[float, float]]] = {}
        if label.truth is not None:
            pairs = _truth_pairs(folder / label.truth, list(checked.summary.reps))
        clips.append(Clip(label, checked, pairs))
    return clips


def read_labels(path: Path) -> list[Label]:
    """The labels of a folder. Raises StationError with path and reason."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[Label]).validate_python(document.get("clip", []))
    except OSError as error:
        raise StationError(f"Labels {path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError(f"Labels {path}: not valid TOML ({error}).") from error
    except ValidationError as error:
        raise StationError(f"Labels {path}: {first_problem(error)}.") from error


def _truth_pairs(path: Path, reps: list[Rep]) -> dict[str, list[tuple[float, float]]]:
    """Measured and true value at each rep's bottom; hip travel from the true pelvis."""
    try:
        frames = json.loads(path.read_text(encoding="utf-8"))["frames"]
        times = [frame["time_s"] for frame in frames]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StationError(f"Truth {path}: not a rendered clip's truth ({error}).") from error
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in ANGLES}
    for rep in reps:
        at = min(bisect_left(times, rep.bottom_s), len(times) - 1)
        for name, key in ANGLES.items():
            pairs[name].append((getattr(rep.angles, name), frames[at][key]))
    return pairs


def _most(values: Sequence[str]) -> str | None:
    return Counter(values).most_common(1)[0][0] if values else None


def card(clips: list[Clip]) -> dict[str, Any]:
    """The figures of the card; None where no clip has the label. Side views carry pattern and
    back; each share comes with the number of clips it is of."""
    counted = [(c.label, e) for c in clips if (e := c.rep_error) is not None]
    side = [c for c in clips if c.label.view == "side"]
    patterned = [c for c in side if c.label.pattern is not None and c.judged]
    rounded = [c for c in side if c.label.back == "rounded"]
    others = [c for c in side if c.label.back in ("flat", "arched")]
    decided_rounded = [c for c in rounded if c.back not in (None, "cannot_tell")]
    total_s = sum(c.checked.duration_s for c in clips)
    return {
        "clips": len(clips),
        "reps": {
            "clips": len(counted),
            "mean_absolute_error": _mean([abs(e) for _, e in counted]),
            "within_one": _mean([abs(e) <= 1 for _, e in counted]),
            "exact": _mean([e == 0 for _, e in counted]),
            "phantom": sum(max(e, 0) for label, e in counted if label.reps == 0),
        },
        "pattern": {
            "clips": len(patterned),
            "agreement": _mean([c.pattern == c.label.pattern for c in patterned]),
        },
        "rounded_back": {
            "rounded_clips": len(rounded),
            "recall": _mean([c.back == "rounded" for c in decided_rounded]),
            "other_clips": len(others),
            "false_alarms": _mean([c.back == "rounded" for c in others]),
            "cannot_tell": _mean([c.back in (None, "cannot_tell") for c in rounded + others]),
        },
        "angles_deg": {
            name: _angle_error([pair for c in clips for pair in c.pairs.get(name, [])])
            for name in ANGLES
        },
        "gate_open": sum(c.checked.summary.open_s for c in clips) / total_s if total_s else None,
    }


def _mean(values: list[Any]) -> float | None:
    return round(mean(float(v) for v in values), 4) if values else None


def _angle_error(pairs: list[tuple[float, float]]) -> dict[str, float | int | None]:
    errors = [measured - true for measured, true in pairs]
    return {
        "reps": len(errors),
        "mean_absolute_error": _mean([abs(e) for e in errors]),
        "bias": _mean(errors),
    }


def card_text(figures: dict[str, Any]) -> str:
    """The card for people."""
    reps, pattern, back = figures["reps"], figures["pattern"], figures["rounded_back"]
    rows = [
        ("Clips checked", str(figures["clips"]), ""),
        ("Rep count, mean absolute error", _number(reps["mean_absolute_error"]), reps["clips"]),
        ("Rep count within one", _percent(reps["within_one"]), reps["clips"]),
        ("Rep count exact", _percent(reps["exact"]), reps["clips"]),
        ("Phantom reps where there are none", str(reps["phantom"]), ""),
        ("Pattern agreement, side views", _percent(pattern["agreement"]), pattern["clips"]),
        ("Rounded back found", _percent(back["recall"]), back["rounded_clips"]),
        ("Rounded back, false alarms", _percent(back["false_alarms"]), back["other_clips"]),
        (
            "Back: can't tell",
            _percent(back["cannot_tell"]),
            back["rounded_clips"] + back["other_clips"],
        ),
        ("Time the trust gate was open", _percent(figures["gate_open"]), ""),
    ]
    for name, error in figures["angles_deg"].items():
        if error["reps"]:
            words = f"{error['mean_absolute_error']:.1f}° ({error['bias']:+.1f}°)"
            rows.append(
                (f"{name.replace('_', ' ').capitalize()}, error (bias)", words, error["reps"])
            )
    return "\n".join(
        f"{what:36s} {value:>14s}{f'   of {n}' if n != '' else ''}" for what, value, n in rows
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def per_clip_text(clips: list[Clip]) -> str:
    """A line for every clip: said against labelled."""
    width = max((len(c.label.file) for c in clips), default=4)
    lines = [f"{'clip':{width}s}  reps (label)  pattern (label)      back (label)"]
    for c in clips:
        label = c.label
        most = f"–{label.reps_max}" if label.reps_max is not None else ""
        wanted = "?" if label.reps is None else f"{label.reps}{most}"
        lines.append(
            f"{label.file:{width}s}  {c.checked.summary.count('rep'):4d} ({wanted:>5s})  "
            f"{c.pattern or '–':7s} ({label.pattern or '?':7s})    "
            f"{c.back or '–':11s} ({label.back})"
        )
    return "\n".join(lines)
