"""What matters now on the member's body: one part in orange, everything else quiet.

No Kivy here: parts are named, `stick` colours them.
"""

from dataclasses import dataclass
from typing import Literal

from station.hinge import Cue, Update
from station.kiosk.sets import Snapshot

Part = Literal["shins", "thighs", "feet", "hips", "neck", "back", "low_back", "high_back"]
"""`back` is the whole back line, `low_back` its pelvis half, `high_back` its shoulder half."""

BackTone = Literal["quiet", "right", "change"]

PARTS: dict[str, frozenset[Part]] = {
    "knees_forward": frozenset({"shins"}),
    "pushes_bench": frozenset({"shins"}),
    "calf_stays": frozenset({"shins"}),
    "squatting": frozenset({"shins", "thighs"}),
    "knees_bend": frozenset({"shins", "thighs"}),
    "hips_stay": frozenset({"hips"}),
    "wall_missed": frozenset({"hips"}),
    "too_close": frozenset({"feet"}),
    "off_balance": frozenset({"feet"}),
    "head_pokes": frozenset({"neck"}),
    "head_tucks": frozenset({"neck"}),
    "back_arches": frozenset({"back"}),
    "stance_narrow": frozenset({"feet"}),
    "stance_wide": frozenset({"feet"}),
    "toes": frozenset({"feet"}),
    "knees": frozenset({"shins", "thighs"}),
    "pelvis": frozenset({"hips"}),
    "head": frozenset({"neck"}),
}
"""A cue's name → what it is about. Pace and depth are about no part."""

LEADS = 0.6
"""One half of the back carries the rounding where its share of it is more than this."""


@dataclass(frozen=True, slots=True)
class Emphasis:
    """`parts` to change; `back` is how the rest of the back line is drawn."""

    parts: frozenset[Part] = frozenset()
    back: BackTone = "quiet"


QUIET = Emphasis()


def emphasis_of(snapshot: Snapshot, cue: Cue | None) -> Emphasis:
    """What to colour in this frame while `cue` is on the screen.

    A back that rounds is shown at once, without waiting for words; nothing else is.
    """
    update = snapshot.update
    name = cue.name if cue is not None else ""
    if name == "back_rounds" or rounds_now(update):
        part = rounding_part(*_halves(snapshot))
        return Emphasis(frozenset({part}), "change" if part == "back" else "quiet")
    parts = PARTS.get(name, frozenset())
    if "back" in parts:
        return Emphasis(parts, "change")
    judged = update.gate.judged and update.dorsal is not None
    return Emphasis(parts, "right" if judged and not parts else "quiet")


def rounds_now(update: Update) -> bool:
    """Whether the back rounds in this very frame of a bend."""
    return update.rounds and update.phase in {"bending", "rising"}


def rounding_part(low: float | None, high: float | None) -> Part:
    """Which part rounds, from the deviation of the back's halves, torso lengths, + = rounded."""
    low, high = max(low or 0.0, 0.0), max(high or 0.0, 0.0)
    if low + high <= 0.0:
        return "back"
    share = low / (low + high)
    return "low_back" if share > LEADS else "high_back" if share < 1 - LEADS else "back"


def _halves(snapshot: Snapshot) -> tuple[float | None, float | None]:
    """Of this frame while it rounds; afterwards of the rep that the words are about."""
    update = snapshot.update
    if rounds_now(update) or not snapshot.reps:
        return update.low, update.high
    back = snapshot.reps[-1].back
    return back.low, back.high
