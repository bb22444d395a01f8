"""What the page says, in plain words; numbers come from the same reps as `station check --json`."""

from collections import Counter
from collections.abc import Sequence

from station.commands.checking import Checked
from station.hinge import INSTRUCTIONS, Rep, Summary

_NUMBERS = (
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)

KINDS = {"rep": "Rep", "attempt": "Attempt", "uncertain": "Not counted"}

PATTERNS = {
    "hinge": "Hips: a hinge",
    "squat": "Knees: a squat",
    "stoop": "Spine: a stoop",
    "unclear": "Can't tell",
}
_THROUGH = {"squat": "the knees", "stoop": "the spine"}

BACKS = {"flat": "Flat", "rounded": "Rounded", "arched": "Arched", "cannot_tell": "Can't tell"}
ONSETS = {"start": "from the start", "late": "late, near the bottom"}
NECKS = {"long": "Long", "poked": "Chin pokes forward", "tucked": "Chin tucked in"}

FAULTS = {
    "back_rounds": "the back rounds",
    "back_arches": "the back arches",
    "knees_forward": "the knees travel forward",
    "knees_bend": "the knees bend a lot",
    "squatting": "the knees do the bending",
    "hips_stay": "the hips hardly go back",
    "off_balance": "the weight hangs over the toes",
    "head_pokes": "the chin pokes forward",
    "head_tucks": "the chin is tucked in",
    "too_fast": "the way down is a drop",
    "too_shallow": "too shallow",
    "pushes_bench": "the knees push the bench",
    "calf_stays": "the calves do not reach the bench",
    "wall_missed": "the hips do not reach the wall",
    "too_close": "too close to the wall",
}

_BECAUSE = {
    "nobody": "nobody was in the picture",
    "out_of_frame": "the whole body was not in the picture",
    "turn": "the camera saw it from too far off side-on",
    "oblique": "the camera saw it from too far off side-on",
    "another_person": "somebody else was in the way",
    "implausible": "the joints could not be followed",
    "slow": "there were too few pictures a second",
    "no_silhouette": "no outline of the body was seen",
    "contour_hidden": "something hides the outline of the back, such as an arm or a weight",
    "contour_ragged": "the outline is blurred, for instance by loose clothes",
    "borderline": "it lies between flat and rounded",
    "parts_disagree": "the upper and the lower back say different things",
    "too_upright": "the trunk was too upright to show it",
}

_SHORT = {
    "nobody": "nobody",
    "out_of_frame": "cut off",
    "turn": "at an angle",
    "another_person": "another person",
    "implausible": "lost track",
    "slow": "too slow",
}

_VIEWS = {"side": "side-on", "oblique": "at an angle", "front": "from the front"}


def because(reason: str) -> str:
    """Why something could not be told, after "because"."""
    return _BECAUSE.get(reason, reason.replace("_", " "))


def reason(name: str) -> str:
    """The gate's reason in a word or two."""
    return _SHORT.get(name, name.replace("_", " "))


def fault(name: str) -> str:
    """A fault, in the middle of a sentence."""
    return FAULTS.get(name, name.replace("_", " "))


def number(n: int) -> str:
    """In words up to twelve."""
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)


def bends(n: int, more: str = "") -> str:
    """ "two bends", "one more bend"."""
    return f"{number(n)}{more} bend{'' if n == 1 else 's'}"


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def tone(rep: Rep) -> str:
    """Which colour a bend has: "right", "change" or "unknown"."""
    if rep.kind == "uncertain":
        return "unknown"
    if rep.clean:
        return "right"
    return "change" if rep.faults else "unknown"


def back_tone(rep: Rep) -> str:
    """Which colour its back has."""
    told = {"flat": "right", "rounded": "change", "arched": "change"}
    return told.get(rep.back.verdict, "unknown")


def unjudged(rep: Rep) -> bool:
    """Whether the bend counts but was seen at too much of an angle for more."""
    return rep.kind != "uncertain" and rep.back.reason == "oblique"


def kind(rep: Rep) -> str:
    """What the bend was, in a word or two."""
    if rep.kind == "rep":
        return "Clean" if rep.clean else "Change one thing" if rep.faults else "Counted, not judged"
    return KINDS[rep.kind]


def headline(checked: Checked) -> list[str]:
    """What happened, in a few sentences, the most important first."""
    summary = checked.summary
    if checked.still:
        return _still(summary)
    full = [rep for rep in summary.reps if rep.kind == "rep"]
    said = [_counted(full)]
    said += _pattern(full)
    said += _back(full)
    attempts, uncertain = summary.count("attempt"), summary.count("uncertain")
    if attempts:
        was = "was" if attempts == 1 else "were"
        said.append(f"{bends(attempts)} {was} too shallow to count")
    if uncertain:
        more = " more" if full or attempts else ""
        said.append(f"{bends(uncertain, more)} could not be counted")
    return [sentence(text) for text in said]


def _still(summary: Summary) -> list[str]:
    if not summary.reps:
        return ["One picture, and no bend in it."]
    back = summary.reps[0].back
    if back.verdict == "cannot_tell":
        why = f", because {because(back.reason)}" if back.reason else ""
        return ["One picture of a bend.", f"Can't tell the shape of the back{why}."]
    return ["One picture of a bend.", f"The back looks {back.verdict}."]


def _counted(full: Sequence[Rep]) -> str:
    if not full:
        return "No full rep"
    clean = sum(rep.clean for rep in full)
    judged = any(rep.faults or rep.clean for rep in full)
    if len(full) == 1:
        return f"1 rep, {'clean' if clean else 'not clean' if judged else 'counted only'}"
    if not judged:
        return f"{len(full)} reps, counted only"
    return f"{len(full)} reps, {'all' if clean == len(full) else clean or 'none'} clean"


def _pattern(full: Sequence[Rep]) -> list[str]:
    seen = Counter[str](rep.pattern for rep in full)
    said = []
    for pattern, through in _THROUGH.items():
        n = seen[pattern]
        if n and n == len(full):
            who = {1: "it", 2: "both"}.get(n, "all of them")
            said.append(f"{who} went through {through}, not the hips")
        elif n:
            said.append(f"{number(n)} went through {through}, not the hips")
    return said


def _back(full: Sequence[Rep]) -> list[str]:
    seen = Counter(rep.back.verdict for rep in full)
    total, said = len(full), []
    if seen["rounded"]:
        said.append(_rounded([rep for rep in full if rep.back.verdict == "rounded"], total))
    if seen["arched"]:
        said.append(f"the back arched{_of(seen['arched'], total)}")
    if seen["flat"] and not said:
        still = seen["flat"]
        said.append("the back held still" + (_of(still, total) if still < total else ""))
    if seen["cannot_tell"]:
        said.append(f"can't tell the back{_of(seen['cannot_tell'], total)}")
    return said


def _rounded(rounded: Sequence[Rep], total: int) -> str:
    onsets = Counter(rep.back.onset for rep in rounded)
    late, start = onsets["late"], onsets["start"]
    if late == len(rounded):
        return f"the back rounded late{_of(late, total)}"
    if start == len(rounded):
        return f"the back rounded from the start{_of(start, total)}"
    more = f", late in {number(late)} of them" if late else ""
    return f"the back rounded{_of(len(rounded), total)}{more}"


def _of(n: int, total: int) -> str:
    """ " in two", " in all ten", nothing where there is only one to be in."""
    if n < total:
        return f" in {number(n)}"
    return "" if n == 1 else " in both" if n == 2 else f" in all {number(n)}"


def setting(checked: Checked) -> str:
    """Where the camera stood and how much could be judged."""
    view = checked.summary.view
    parts = [] if checked.still else [f"{checked.duration_s:.1f} s at {checked.fps:.0f} pictures/s"]
    if view.kind in _VIEWS:
        facing = f", facing {view.facing}" if view.facing else ""
        yaw = "" if view.yaw_deg is None else f" ({view.yaw_deg:.0f}° off)"
        parts.append(f"seen {_VIEWS[view.kind]}{yaw}{facing}")
    if not checked.still:
        parts.append(f"trusted for {checked.summary.open_s:.1f} s")
    return " · ".join(parts)


def back(rep: Rep) -> tuple[str, str]:
    """The back's verdict, and what stands behind it."""
    seen = rep.back
    if seen.verdict == "cannot_tell":
        return BACKS["cannot_tell"], sentence(because(seen.reason)) if seen.reason else ""
    first = BACKS[seen.verdict]
    if seen.onset is not None:
        first += f" {ONSETS[seen.onset]}"
    more = []
    if seen.confidence is not None:
        sure = round(100 * seen.confidence)
        more.append("over 99 % sure" if sure > 99 else f"{sure} % sure")
    if seen.verdict == "rounded" and seen.low is not None and seen.high is not None:
        more.append(_where(seen.low, seen.high))
    if seen.depth_deg is not None:
        more.append(f"held until {seen.depth_deg:.0f}° of trunk")
    return first, ", ".join(more)


def _where(low: float, high: float) -> str:
    if low > 2 * max(high, 0.0):
        return "most in the lower half"
    if high > 2 * max(low, 0.0):
        return "most in the upper half"
    return "over its whole length"


def neck(rep: Rep) -> tuple[str, str]:
    """The neck's verdict and its angle against standing."""
    if rep.neck.verdict == "cannot_tell":
        why = because("oblique") if unjudged(rep) else "no standing, or no ear, to compare with"
        return "Can't tell", sentence(why)
    angle = "" if rep.neck.deg is None else f"{rep.neck.deg:+.0f}° against standing"
    return NECKS[rep.neck.verdict], angle.replace("-", "−")


def balance(rep: Rep) -> str | None:
    """Where the hips are over the feet."""
    if rep.balance is None:
        return None
    where = "behind" if rep.balance >= 0 else "ahead of"
    return f"Hips {abs(rep.balance):.2f} thigh lengths {where} the heel"


def travel(rep: Rep) -> str:
    """How far the hips went back."""
    length = rep.angles.hip_travel
    if length is None:
        return "Can't tell: no standing seen before it"
    where = "back" if length >= 0 else "forward"
    return f"{abs(length):.2f} thigh lengths {where}"


def tempo(rep: Rep) -> str:
    """Seconds down, held, up; without a tempo the whole bend."""
    if rep.tempo is None:
        return f"{rep.end_s - rep.start_s:.1f} s in all"
    t = rep.tempo
    return f"{t.down_s:.1f} s down, {t.hold_s:.1f} s held, {t.up_s:.1f} s up"


def not_counted(rep: Rep, checked: Checked, closed: str | None) -> str:
    """Why a bend is uncertain."""
    if checked.still:
        return "A single picture shows no whole rep."
    if rep.start_s <= checked.start_s + 0.1:
        return "The clip begins in the middle of this bend."
    if closed is not None:
        hint = INSTRUCTIONS.get(closed)
        return sentence(f"Because {because(closed)}") + (f" Next time: {hint}." if hint else "")
    if rep.end_s >= checked.start_s + checked.duration_s - 0.1:
        return "The clip ends before the person stood again."
    return "It was broken off or lasted too long for a rep."
