"""Fits the weights of `station/hinge/rounding.py` to labelled folders, people left out in turn.

    .venv/bin/python tests/calibrate.py FOLDER [FOLDER ...]     (or: make calibrate CLIPS="…")

A folder holds labels.toml and what it names (recordings, or videos that then go through the pose
model). Only side views with a labelled back are used. One person's clips are left out together; who
is who comes from a label's `person`, else the body of a rendered clip's truth, else the file name
up to its first underscore. Prints the weights to write into rounding.py and, for everybody while
left out: recall of those decided, false alarms, can't tell, expected calibration error.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station import exercises, settings
from station.commands.labels import Label, read_labels
from station.hinge import Checker, rounding
from station.hinge.rounding import Reading
from station.vision import open_poses

RIDGE = 1.0
REAL, RENDERED = 8.0, 3.0
"""Weight of a person: there are few real ones, and they are what a station meets."""

BINS = (0.5, 0.7, 0.8, 0.9, 0.95, 1.01)


@dataclass(frozen=True)
class Sample:
    """One bend: who, which file, whether its back is labelled rounded, what was read."""

    person: str
    file: str
    rounded: bool
    rendered: bool
    reading: Reading


KINDS: dict[str, Callable[[Reading], Reading | None]] = {
    "ALONE": lambda r: replace(r, change=None, growth=None),
    "BESIDE_WAY_DOWN": lambda r: None if r.growth is None else replace(r, change=None),
    "BESIDE_STANDING": lambda r: None if r.change is None else r,
}
"""Name of the weights → the reading as far as that kind of knowledge goes, None = not known."""


def samples(folder: Path) -> Iterator[Sample]:
    """Every judged bend of the folder's labelled side views."""
    for label in read_labels(folder / "labels.toml"):
        if label.view != "side" or label.back == "unknown":
            continue
        checker = Checker(exercises.load(label.exercise))
        with open_poses(folder / label.file, settings.load(None)) as stream:
            for pose in stream:
                checker.update(pose)
        person, rendered = _person(folder, label)
        for rep in checker.finish().reps:
            if rep.back.reading is not None and rep.kind != "attempt":
                yield Sample(
                    person, label.file, label.back == "rounded", rendered, rep.back.reading
                )


def _person(folder: Path, label: Label) -> tuple[str, bool]:
    if label.truth is not None:
        clip = json.loads((folder / label.truth).read_text(encoding="utf-8"))["clip"]
        return f"rendered {clip['body']}", True
    named = (label.model_extra or {}).get("person")
    return str(named or label.file.split("_")[0]), False


def fit(
    signs: NDArray[np.float64], rounded: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ridge-regularised logistic regression by Newton steps on standardised `signs` [n, k]."""
    total = weight.sum()
    mean = (weight[:, None] * signs).sum(0) / total
    spread = np.sqrt((weight[:, None] * (signs - mean) ** 2).sum(0) / total) + 1e-9
    mean[0], spread[0] = 0.0, 1.0
    z, ridge = (signs - mean) / spread, np.full(signs.shape[1], RIDGE)
    ridge[0] = 1e-6
    found = np.zeros(signs.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-z @ found))
        slope = z.T @ (weight * (chance - rounded)) + ridge * found
        bend = (z * (weight * chance * (1 - chance))[:, None]).T @ z + np.diag(ridge)
        found = found - np.linalg.solve(bend, slope)
    raw = found / spread
    raw[0] = found[0] - float((found * mean / spread)[1:].sum())
    return np.asarray(raw)


def weights_of(seen: list[Sample]) -> NDArray[np.float64]:
    """Every person counts alike within real and rendered, rounded and not rounded alike."""
    bends = Counter((s.person, s.rounded) for s in seen)
    weight = np.array(
        [(RENDERED if s.rendered else REAL) / bends[s.person, s.rounded] for s in seen]
    )
    rounded = np.array([s.rounded for s in seen])
    weight[rounded] *= weight[~rounded].sum() / weight[rounded].sum()
    return weight / weight.mean()


def calibrate(name: str, seen: list[Sample]) -> None:
    """Fit one kind, and say how it does on people it has not seen."""
    signs = np.array([rounding.signs(s.reading) for s in seen])
    rounded = np.array([s.rounded for s in seen], float)
    weight = weights_of(seen)
    chance = np.zeros(len(seen))
    for person in {s.person for s in seen}:
        out = np.array([s.person == person for s in seen])
        found = fit(signs[~out], rounded[~out], weight[~out])
        chance[out] = 1 / (1 + np.exp(-signs[out] @ found))
    numbers = ", ".join(f"{value:.2f}" for value in fit(signs, rounded, weight))
    print(f"\n{name} = ({numbers})   # {len(seen)} bends, {len({s.person for s in seen})} people")
    report(seen, chance)


def report(seen: list[Sample], chance: NDArray[np.float64]) -> None:
    """The figures of people left out; the calibration error counts every clip alike."""
    rounded = np.array([s.rounded for s in seen])
    yes, no = chance > rounding.ROUNDED, chance < rounding.FLAT
    for what, rendered in (("real", False), ("rendered", True)):
        here = np.array([s.rendered == rendered for s in seen])
        there, flat = here & rounded, here & ~rounded
        print(
            f"  {what:8s} rounded found {(there & yes).sum()} of {(there & (yes | no)).sum()}, "
            f"false alarms {(flat & yes).sum()} of {flat.sum()}, "
            f"can't tell {(here & ~yes & ~no).sum()} of {here.sum()}"
        )
    clips = Counter(s.file for s in seen)
    share = np.array([1 / clips[s.file] for s in seen])
    decided, sure, right = yes | no, np.maximum(chance, 1 - chance), (chance > 0.5) == rounded
    error = 0.0
    for low, high in pairwise(BINS):
        there = decided & (sure >= low) & (sure < high)
        if there.any():
            told = np.average(sure[there], weights=share[there])
            true = np.average(right[there], weights=share[there])
            error += share[there].sum() * abs(told - true)
            print(f"  says {told:.2f}, is right {true:.2f}   ({there.sum()} bends)")
    print(f"  expected calibration error {error / share[decided].sum():.3f}")


def main(folders: list[Path]) -> int:
    """Calibrate on `folders`."""
    seen = [sample for folder in folders for sample in samples(folder)]
    for name, known in KINDS.items():
        usable = [
            replace(s, reading=reading) for s in seen if (reading := known(s.reading)) is not None
        ]
        calibrate(name, usable)
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
