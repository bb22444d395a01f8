"""Every sentence of the staff's page, by gettext."""

from collections.abc import Callable, Sequence

Gettext = Callable[[str], str]

FAULTS = (
    "back_rounds",
    "back_arches",
    "knees_forward",
    "squatting",
    "knees_bend",
    "hips_stay",
    "off_balance",
    "head_pokes",
    "head_tucks",
    "too_fast",
    "too_shallow",
    "pushes_bench",
    "calf_stays",
    "wall_missed",
    "too_close",
)
"""Names of faults in the order they are listed."""


def faults(_: Gettext) -> dict[str, str]:
    """The known faults in words."""
    return {
        "back_rounds": _("Back rounds"),
        "back_arches": _("Back arches"),
        "knees_forward": _("Knees travel forward"),
        "squatting": _("Squats instead of hinging"),
        "knees_bend": _("Knees bend a lot"),
        "hips_stay": _("Hips hardly go back"),
        "off_balance": _("Weight over the toes"),
        "head_pokes": _("Head pokes forward"),
        "head_tucks": _("Chin tucked in"),
        "too_fast": _("Drops into the bend"),
        "too_shallow": _("Too shallow"),
        "pushes_bench": _("Knees push the bench"),
        "calf_stays": _("Calves miss the bench"),
        "wall_missed": _("Hips miss the wall"),
        "too_close": _("Too close to the wall"),
    }


def patterns(_: Gettext) -> dict[str, str]:
    """What moves most in a pattern."""
    return {
        "hinge": _("Hips"),
        "squat": _("Knees"),
        "stoop": _("Spine"),
        "unclear": _("Unclear"),
    }


def exercises(_: Gettext) -> dict[str, str]:
    """The known exercises in words."""
    return {
        "hinge": _("Hip hinge"),
        "wall_tap": _("Wall tap"),
        "bench_front": _("Bench in front"),
        "bench_behind": _("Bench behind"),
        "seated": _("Seated hinge"),
        "rdl": _("Romanian deadlift"),
        "deadlift": _("Deadlift"),
        "good_morning": _("Good morning"),
        "kickstand": _("Kickstand"),
        "kickstand_lifted": _("Kickstand, foot lifted"),
        "warrior": _("Warrior"),
        "pick_up": _("Everyday pick-up"),
    }


def together(names: Sequence[str], _: Gettext) -> str:
    """Patterns that are only given together."""
    known = patterns(_)
    if len(names) == len(known):
        return _("All together")
    return _(" or ").join(known[name] for name in names)


def plain(name: str) -> str:
    """A name this hub has no words for, made legible."""
    return name.replace("_", " ").capitalize()


def not_enough(k: int, _: Gettext) -> str:
    """Why there are no figures yet."""
    return _(
        "Not enough sessions yet to show this without pointing at single people: it appears from "
        "{k} sessions, when a week is over."
    ).format(k=k)


def page(_: Gettext) -> dict[str, str]:
    """The texts that `static/now.js` says by name."""
    names = {
        f"{kind}_{name}": label
        for kind, labels in (
            ("fault", faults(_)),
            ("pattern", patterns(_)),
            ("exercise", exercises(_)),
        )
        for name, label in labels.items()
    }
    return names | {
        "live": _("Live"),
        "connecting": _("Connecting"),
        "no_gym": _("No station has said yet which gym it stands in."),
        "no_stations": _(
            "No station has reported yet. Switch one on and check that its broker address is "
            "this one's."
        ),
        "simulated": _("Simulated"),
        "demo_none": _("No demonstration has run yet."),
        "demo_caption": _("Latest demonstration sessions, newest first"),
        "received": _("Received"),
        "exercise": _("Exercise"),
        "reps": _("Reps"),
        "clean_short": _("Clean"),
        "attempts": _("Attempts"),
        "moved": _("What moved"),
        "seen": _("Faults seen"),
        "nothing_seen": _("none"),
        "source": _("Source"),
        "source_demo": _("Demo clip"),
        "source_simulated": _("Simulated"),
    }
