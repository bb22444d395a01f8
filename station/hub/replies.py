"""What a station answers to a request of staff, in words."""

from station.hub.words import Gettext
from station.messages import Command, Response, SelfTest


def in_words(command: Command, name: str, answer: Response | None, _: Gettext) -> tuple[bool, str]:
    """Whether it was done, and a sentence on it; `answer` None = there was none."""
    if answer is None:
        return False, _(
            "{name} does not answer. Is it switched on and connected? Under Now it says since when "
            "nothing was heard of it."
        ).format(name=name)
    facts = _facts(answer.facts, _) if answer.facts else ""
    if not answer.ok:
        problem = answer.problem or _("It did not say why.")
        return False, _("{name} says that it could not: {problem}").format(
            name=name, problem=f"{problem} {facts}".strip()
        )
    match command:
        case "identify":
            return True, _("{name} shows its name on its screen for 10 seconds.").format(name=name)
        case "restart":
            return True, _("{name} starts its kiosk again as soon as no member is at it.").format(
                name=name
            )
        case "reload":
            return True, _("{name} has read its settings file anew.").format(name=name)
        case "self-test":
            return True, _("{name} has tested itself and found nothing wrong. {facts}").format(
                name=name, facts=facts
            )


def _facts(facts: SelfTest, _: Gettext) -> str:
    clocks = {
        "synced": _("its clock is right"),
        "corrected": _("its clock is right, corrected by the hub"),
        "unsynced": _("its clock is not set"),
    }
    cameras = {
        "starting": _("the camera is starting"),
        "live": _("the camera is live"),
        "stalled": _("the camera has stalled"),
        "offline": _("there is no camera"),
        "ended": _("the recording has ended"),
    }
    found = [
        _("Program {version}").format(version=facts.version),
        clocks[facts.clock],
    ]
    if facts.outbox_depth is not None:
        found.append(_("sets that wait to be sent: {n}").format(n=facts.outbox_depth))
    kiosk = facts.kiosk
    if kiosk is not None:
        found.append(cameras[kiosk.camera])
        if kiosk.fps is not None:
            found.append(_("{n} pictures a second").format(n=f"{kiosk.fps:g}"))
        if kiosk.occupied:
            found.append(_("a member is at it"))
    return ", ".join(found) + "."
